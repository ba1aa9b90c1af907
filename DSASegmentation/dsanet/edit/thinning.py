"""Thinning: the centrelines of a mask, one pixel wide."""

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

AROUND = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
"""The neighbours, clockwise from the upper one: bits 0 to 7 of a code, P2 to P9 in print."""


def thinned(mask: Mask) -> Mask:
    """Take pixels off a mask's outline as long as it keeps its pieces, holes and ends.

    Args:
        mask: bool (H, W); beyond the picture's border there is nothing.

    Returns:
        bool (H, W), a part of the mask, one pixel wide, its pixels touching at sides or corners.

    Source: Guo and Hall, Parallel thinning with two-subiteration algorithms, Communications of the
    ACM 32 (1989), algorithm A1.
    """
    padded = np.pad(mask, 1).astype(np.uint8)
    flat = padded.ravel()
    left = np.flatnonzero(flat)
    steps = [down * padded.shape[1] + across for down, across in AROUND]
    removed = -1
    while removed:
        removed = 0
        for may_go in MAY_GO:
            gone = may_go[_codes(flat, left, steps)]
            flat[left[gone]] = 0
            left = left[~gone]
            removed += int(np.count_nonzero(gone))
    return padded[1:-1, 1:-1].astype(bool)


def neighbour_count(line: Mask) -> NDArray[np.uint8]:
    """Count the neighbours of each pixel of a line; 0 elsewhere."""
    padded = np.pad(line, 1).astype(np.uint8)
    rows, columns = line.shape
    total = np.zeros(line.shape, np.uint8)
    for down, across in AROUND:
        total += padded[1 + down : 1 + down + rows, 1 + across : 1 + across + columns]
    return total * line


def _codes(
    flat: NDArray[np.uint8], places: NDArray[np.int64], steps: list[int]
) -> NDArray[np.uint8]:
    """The neighbours of each place as one number of eight bits."""
    code = np.zeros(len(places), np.uint8)
    for bit, step in enumerate(steps):
        code |= flat[places + step] << np.uint8(bit)
    return code


def _tables() -> tuple[Mask, Mask]:
    """Which of the 256 neighbourhoods let the middle pixel go, in either sub-iteration."""
    bits = (np.arange(256)[:, None] >> np.arange(8)) & 1 == 1
    p2, p3, p4, p5, p6, p7, p8, p9 = bits.T
    runs = sum(
        (~side & (corner | after)).astype(int)
        for side, corner, after in ((p2, p3, p4), (p4, p5, p6), (p6, p7, p8), (p8, p9, p2))
    )
    pairs = [
        sum((first | second).astype(int) for first, second in chosen)
        for chosen in (
            ((p9, p2), (p3, p4), (p5, p6), (p7, p8)),
            ((p2, p3), (p4, p5), (p6, p7), (p8, p9)),
        )
    ]
    least = np.minimum(*pairs)
    simple = (runs == 1) & (least >= 2) & (least <= 3)
    return simple & ~((p6 | p7 | ~p9) & p8), simple & ~((p2 | p3 | ~p5) & p4)


MAY_GO = _tables()
