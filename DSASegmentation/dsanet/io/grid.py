"""What NIfTI and NRRD have in common: a header that states a grid, and the values after it."""

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dsanet.io.layout import refuse_too_large
from dsanet.io.limits import Limits
from dsanet.io.refusal import refuse

SAVE_AS_RUN = "save the frames as integers of size (columns, rows, frames) in one file"
DEFLATE_RATIO = 1032
"""Bytes that one byte of deflated data can become at most (zlib, technical details); JPEG spreads
one bit over 64 pixels at most, which is less."""


class Stream(Protocol):
    """What values are read from."""

    def read(self, size: int, /) -> bytes:
        """Return that many bytes, or fewer at the end."""
        ...


def run_shape(sizes: Sequence[int]) -> tuple[int, int, int]:
    """Tell rows, columns and frames from the sizes of the axes.

    Args:
        sizes: (W, H), (W, H, T) or (W, H, 1, T), x first. A third axis of slices cannot be told
            from one of frames.

    Returns:
        (T, H, W).

    Raises:
        ReadError: There are other axes, or empty ones.

    >>> run_shape([5, 6, 1, 4])
    (4, 6, 5)
    """
    axes = list(sizes)
    while len(axes) > 3 and axes[-1] == 1:
        axes.pop()
    if len(axes) == 4 and axes[2] == 1:
        del axes[2]
    if not 2 <= len(axes) <= 3 or min(axes) < 1:
        found = f"its size is {' x '.join(str(size) for size in sizes)}"
        refuse(found, "two axes of space and one of time", SAVE_AS_RUN)
    columns, rows, frames = (*axes, 1)[:3]
    return frames, rows, columns


def read_values(
    stream: Stream,
    shape: tuple[int, int, int],
    dtype: np.dtype[Any],
    file_bytes: int,
    limits: Limits,
) -> NDArray[Any]:
    """Read the values that a header announces, and see that nothing follows.

    Args:
        stream: Where the values start, unpacked.
        shape: (T, H, W) that the header states, in whatever order the values are stored.
        dtype: Type of the values, in the file's byte order.
        file_bytes: Bytes of the whole file as it is stored.
        limits: What may be decoded.

    Returns:
        One axis of native integers; fractions that are whole become int32.

    Raises:
        ReadError: Too many, too few or superfluous bytes, or fractions.
    """
    nbytes = math.prod(shape) * dtype.itemsize
    refuse_too_large(shape, nbytes, limits)
    if nbytes > file_bytes * DEFLATE_RATIO:
        refuse(f"its header states {nbytes} bytes of pixels", f"{file_bytes} bytes to hold them")
    data = stream.read(nbytes + 1)
    if len(data) != nbytes:
        held = len(data) if len(data) < nbytes else f"more than {nbytes}"
        refuse(f"it holds {held} bytes of pixels", f"{nbytes} as its header states")
    stored = np.frombuffer(data, dtype)
    return _integers(stored.astype(dtype.newbyteorder("="), copy=False))


def _integers(values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype.kind in "iu":
        return values
    whole = bool(np.isfinite(values).all()) and bool((values == np.round(values)).all())
    if not whole or np.abs(values).max() > np.iinfo(np.int32).max:
        refuse("its pixels are no whole numbers", "integers", SAVE_AS_RUN)
    return values.astype(np.int32)
