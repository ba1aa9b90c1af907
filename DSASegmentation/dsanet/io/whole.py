"""Whole numbers out of formats that may store fractions."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.io.refusal import refuse

SAVE_AS_RUN = "save the frames as integers of size (columns, rows, frames) in one file"


def integers(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return integers as they are, and fractions that are whole as int32.

    Args:
        pixels: Any shape and real type.

    Raises:
        ReadError: A value is not finite, not whole or does not fit into int32.

    >>> integers(np.array([1.0, -2.0])).tolist()
    [1, -2]
    """
    if pixels.dtype.kind in "iu":
        return pixels
    whole = bool(np.isfinite(pixels).all()) and bool((pixels == np.round(pixels)).all())
    if not whole or np.abs(pixels).max() > np.iinfo(np.int32).max:
        refuse("its pixels are no whole numbers", "integers", SAVE_AS_RUN)
    return pixels.astype(np.int32)
