"""Changes: the difference between two label images, exact in both directions.

Packed, they are four rows of little-endian uint32: per run of neighbouring pixels that changed
alike, in reading order, the distance from the start of the run before it, its length, the old value
and the new one. zlib then takes out what repeats: a stroke needs a few hundred bytes.
"""

import base64
import binascii
import zlib

import numpy as np
from numpy.typing import NDArray

from dsanet.errors import CaseError

ROWS = 4
LEVEL = 3
"""Of zlib: higher ones save little and cost time at every edit."""


def pack(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> str:
    """Pack what changed between two label images.

    Args:
        before: uint8 (H, W).
        after: uint8 (H, W), of the same size.

    Returns:
        base64 text; of equal images too.
    """
    old, new = before.ravel(), after.ravel()
    places = np.flatnonzero(old != new)
    old, new = old[places], new[places]
    ends = (np.diff(places) != 1) | (old[1:] != old[:-1]) | (new[1:] != new[:-1])
    starts = np.concatenate([np.zeros(min(1, len(places)), np.intp), np.flatnonzero(ends) + 1])
    lengths = np.diff(starts, append=len(places))
    steps = np.diff(places[starts], prepend=0)
    table = np.stack([steps, lengths, old[starts], new[starts]]).astype("<u4")
    return base64.b64encode(zlib.compress(table.tobytes(), LEVEL)).decode("ascii")


def apply(packed: str, labels: NDArray[np.uint8]) -> int:
    """Change a label image in place.

    Args:
        packed: From `pack`.
        labels: uint8 (H, W), what the changes were made from.

    Returns:
        How many pixels changed.

    Raises:
        CaseError: The changes are damaged or were made from other labels, which are unchanged.
    """
    steps, lengths, old, new = _table(packed, labels.size)
    starts, ends = np.cumsum(steps), np.cumsum(lengths)
    if len(ends) and (starts[-1] >= labels.size or ends[-1] > labels.size):
        _refuse("they lie outside the image")
    places = np.repeat(starts - ends + lengths, lengths) + np.arange(ends[-1] if len(ends) else 0)
    flat = labels.reshape(-1)
    if len(places) and (places[-1] >= len(flat) or np.any(np.diff(places) <= 0)):
        _refuse("they lie outside the image or over each other")
    if not np.array_equal(flat[places], np.repeat(old, lengths)):
        _refuse("they were made from other labels")
    flat[places] = np.repeat(new, lengths).astype(np.uint8)
    return len(places)


def _table(packed: str, pixels: int) -> NDArray[np.int64]:
    """Unpack no more than changes of that many pixels can hold: (4, runs)."""
    most = ROWS * 4 * pixels
    try:
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(base64.b64decode(packed, validate=True), most + 1)
    except (ValueError, binascii.Error, zlib.error) as error:
        msg = f"the changes are damaged: {error}"
        raise CaseError(msg) from error
    if len(data) > most or len(data) % (ROWS * 4) or not unpacker.eof:
        _refuse("they hold no whole runs, or more than the image has pixels")
    table = np.frombuffer(data, "<u4").reshape(ROWS, -1).astype(np.int64)
    if np.any(table[1] < 1) or np.any(table[2:] > 255) or table.max(initial=0) > pixels + 255:
        _refuse("they hold impossible runs")
    return table


def _refuse(found: str) -> None:
    msg = f"the changes are damaged: {found}"
    raise CaseError(msg)
