"""The steps that tidy labels after the network: few, each with a switch and a count.

Each is here because it once helped on 24 phantoms (`python Testing/benchmarks/bench_cleanup.py`;
mean change and 95 % bootstrap interval). Filling holes and giving small BV pieces beside the trunk
to MAT did harm and are not here; nor is bridging gaps, which would show a vessel where nobody saw
one.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.engine.filling import EIGHT_NEIGHBOURS, without_unfilled
from dsanet.labels import BACKGROUND, BV, MAT
from dsanet.prepare import PreparedRun

Labels = NDArray[np.uint8]

UNSEEN_TRUNK = "unseen_trunk"

SMALLEST_PIECE = 12
"""Pixels. Smaller pieces of vessel become background: clDice of the whole vessel +0.008 (0.001 to
0.015), Dice +0.002 (0.000 to 0.005); 99 pieces a run become 16."""

SMALLEST_TRUNK_SHARE = 0.1
"""MAT pieces smaller than this share of the largest one become BV, for there is one trunk. With an
earlier model MAT Dice +0.011 (0.001 to 0.022); with the bundled one no difference is shown: MAT
-0.002 (-0.008 to 0.001), BV +0.001 (-0.001 to 0.002)."""


@dataclass(frozen=True)
class CleanUp:
    """Which steps are taken.

    Attributes:
        small_pieces: Take away pieces of vessel of fewer than 12 pixels.
        unfilled: Take away pieces that do not fill with contrast as the largest one does, see
            `dsanet.engine.filling`.
        minor_trunks: Give MAT pieces of less than a tenth of the largest one to BV.
        unseen_trunk: Give all MAT to BV where no trunk is plain and the whole run seen small shows
            none, see `dsanet.engine.overview`; taken before the others, on probabilities.
    """

    small_pieces: bool = True
    unfilled: bool = True
    minor_trunks: bool = True
    unseen_trunk: bool = True


ALL_STEPS = CleanUp()
NO_STEPS = CleanUp(small_pieces=False, unfilled=False, minor_trunks=False, unseen_trunk=False)


def clean(found: Labels, chosen: CleanUp, prepared: PreparedRun) -> tuple[Labels, dict[str, int]]:
    """Take the chosen steps on labels.

    Args:
        found: uint8 (H, W), values of `dsanet.labels`; stays as it is.
        chosen: Which steps.
        prepared: The run that they were found in.

    Returns:
        The tidied labels, and for each step that was taken the pixels that it changed.
    """
    tidied = found
    counts = {}
    for name, step in STEPS.items():
        if getattr(chosen, name):
            before, tidied = tidied, step(tidied, prepared)
            counts[name] = int(np.count_nonzero(before != tidied))
    return tidied, counts


def without_small_pieces(found: Labels, _prepared: PreparedRun) -> Labels:
    """Make pieces of vessel of fewer than `SMALLEST_PIECE` pixels background."""
    sizes = _piece_sizes(found != BACKGROUND)
    return np.where(sizes < SMALLEST_PIECE, np.uint8(BACKGROUND), found)


def without_minor_trunks(found: Labels, _prepared: PreparedRun) -> Labels:
    """Make MAT pieces of less than `SMALLEST_TRUNK_SHARE` of the largest one BV."""
    sizes = _piece_sizes(found == MAT)
    minor = (sizes > 0) & (sizes < SMALLEST_TRUNK_SHARE * sizes.max(initial=0))
    return np.where(minor, np.uint8(BV), found)


STEPS: dict[str, Callable[[Labels, PreparedRun], Labels]] = {
    "small_pieces": without_small_pieces,
    "unfilled": without_unfilled,
    "minor_trunks": without_minor_trunks,
}


def _piece_sizes(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Pixels of the piece that each pixel belongs to, 0 outside; corners connect."""
    pieces, _ = ndimage.label(mask, EIGHT_NEIGHBOURS)
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    return np.asarray(sizes[pieces], np.int64)
