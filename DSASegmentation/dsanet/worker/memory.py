"""What keeps a full memory from reaching the program that the user works in."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dsanet.io import Limits

READING_BYTES = 3 * Limits().decoded_bytes
"""What reading one input may add to the address space: the decoded frames, a copy in the making
and a decoder's own buffers."""

_ADJUSTMENT = Path("/proc/self/oom_score_adj")


def offer_to_the_memory_killer() -> None:
    """Let Linux end this process before any other when memory is full; the work can be redone."""
    # A setting of the kernel; no file is written.
    with suppress(OSError), io.FileIO(_ADJUSTMENT, "r+") as setting:
        setting.write(b"1000")


if sys.platform == "linux":
    import resource

    @contextmanager
    def limited_memory(more_bytes: int = READING_BYTES) -> Iterator[None]:
        """Let a block of code add only so much to the address space of this process.

        What asks for more gets a MemoryError, where otherwise the whole computer would stall. Only
        for reading: OpenVINO and torch reserve many times what they use, so the limit starts from
        what is reserved already and is lifted again before they run. Linux only, for elsewhere the
        limit does not exist or is not kept.

        Args:
            more_bytes: What may be added.
        """
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        wanted = pages * resource.getpagesize() + more_bytes
        known = [limit for limit in (soft, hard, wanted) if limit != resource.RLIM_INFINITY]
        resource.setrlimit(resource.RLIMIT_AS, (min(known), hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))

else:

    @contextmanager
    def limited_memory(more_bytes: int = READING_BYTES) -> Iterator[None]:
        """See above; here nothing is limited."""
        yield
