"""The lock on a folder of results: one training, fine-tuning or gate at a time works in it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dsanet.lock import locked

LOCK_FILE = ".dsatrain.lock"
"""Stays in a folder in which anything was made. The lock itself ends with its process."""


@contextmanager
def working_in(folder: Path, *, is_first: bool = True) -> Iterator[None]:
    """Hold a folder for this process while the block runs.

    Args:
        folder: An existing folder.
        is_first: Whether this process is the one that writes; the others hold nothing.

    Raises:
        HeldError: On entering: another one works there.
        WriteError: The lock file cannot be made.
    """
    if not is_first:
        yield
        return
    held = (
        f"another training, fine-tuning or gate works in {folder}; wait until it has ended, stop"
        " it, or choose another folder"
    )
    path = folder / LOCK_FILE
    with locked(path, held):
        try:
            yield
        finally:
            with suppress(OSError):  # on Windows a locked file stays
                if [each.name for each in folder.iterdir()] == [LOCK_FILE]:
                    path.unlink()
