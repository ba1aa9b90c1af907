"""Re-reading: one gesture takes what is as clear as a clicked vessel, or leaves what is as faint.

A click shows by example how sure the model must be, and a circle round it where that holds: an
annotator marks vessels down to some faintness, and the model was taught by others who stopped
elsewhere.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.edit.brush import stroke_mask
from dsanet.edit.pick import Change, clicked
from dsanet.edit.pieces import EIGHT_NEIGHBOURS, VesselPieces, split
from dsanet.edit.thinning import thinned
from dsanet.labels import BACKGROUND, BV, MAT

Floats = NDArray[np.float64]
Labels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Point = tuple[int, int]

EVEN = 0.5
"""Probability at which vessel is as likely as background."""

FAINT = 0.03
"""Probability from which on a line is a candidate. On six phantoms (seeds 950_020 to 950_025) 84 %
of the missed course lay on one, and two thirds of the candidates' length were vessel."""

CROSS = ndimage.generate_binary_structure(2, 1)


@dataclass(frozen=True, eq=False)
class Reading:
    """What the model thinks of each pixel, made ready for many looks.

    Attributes:
        chance: float64 (H, W), 0 to 1: the probability of vessel.
        classes: uint8 (H, W), BV or MAT, whichever is more probable.
    """

    chance: Floats
    classes: Labels

    @classmethod
    def of(cls, probabilities: NDArray[np.floating[Any]]) -> "Reading":
        """Read a prediction's probabilities, (3, H, W), one plane a label value."""
        share = np.nan_to_num(probabilities.astype(np.float64))
        classes = np.where(share[MAT] > share[BV], MAT, BV).astype(np.uint8)
        return cls(share[BV] + share[MAT], classes)

    @property
    def faint(self) -> NDArray[np.int32]:
        """Thin vessels that the model saw but did not believe in.

        int32 (H, W), cut at their branch points and numbered from 1; 0 elsewhere.
        """
        return self._lines[0]

    @property
    def strength(self) -> Floats:
        """The mean probability along each of these, float64 (n + 1,)."""
        return self._lines[1]

    @cached_property
    def _lines(self) -> tuple[NDArray[np.int32], Floats]:
        vessel = self.chance > EVEN
        line = thinned(self.chance > FAINT) & ~ndimage.binary_dilation(vessel, EIGHT_NEIGHBOURS)
        wide = ndimage.binary_dilation(line, CROSS) & ~vessel
        faint = split(wide.astype(np.uint8)).pieces
        return faint, _means(np.where(line, faint, 0), self.chance, int(faint.max()))


def with_more(labels: Labels, reading: Reading, point: Point, radius: float) -> Change:
    """Add the faint vessel at a click, and all within a circle that are as clear or clearer.

    Args:
        labels: uint8 (H, W), values of `dsanet.labels`; stays as it is.
        reading: Of the same run.
        point: Row and column of the click.
        radius: Of the circle round it, in pixels; a vessel counts that lies in it by half.

    Returns:
        The change; an empty one where the model saw nothing near the click.
    """
    free = np.where(labels == BACKGROUND, reading.faint, 0)
    at = clicked(free, point)
    taken = np.zeros(labels.shape, np.bool_)
    if at is not None:
        chosen = _inside(reading.faint, point, radius)
        chosen &= reading.strength >= reading.strength[free[at]]
        chosen[free[at]], chosen[0] = True, False
        taken = chosen[free]
    return Change(np.where(taken, reading.classes, labels), taken)


def with_fewer(
    labels: Labels, pieces: VesselPieces, reading: Reading, point: Point, radius: float
) -> Change:
    """Take away the piece at a click, and all within a circle that are as doubtful or more.

    Args:
        labels: uint8 (H, W), values of `dsanet.labels`; stays as it is.
        pieces: Of these labels, see `split`.
        reading: Of the same run.
        point: Row and column of the click.
        radius: Of the circle round it, in pixels; a piece counts that lies in it by half.

    Returns:
        The change; an empty one where there is no vessel near the click.
    """
    at = clicked(labels, point)
    gone = np.zeros(labels.shape, np.bool_)
    if at is not None and pieces.pieces[at]:
        clearness = _means(pieces.pieces, reading.chance, pieces.count)
        chosen = _inside(pieces.pieces, point, radius)
        chosen &= clearness <= clearness[pieces.pieces[at]]
        chosen[pieces.pieces[at]], chosen[0] = True, False
        gone = chosen[pieces.pieces] & (labels != BACKGROUND)
    return Change(np.where(gone, np.uint8(BACKGROUND), labels), gone)


def levelled(labels: Labels, reading: Reading, point: Point, radius: float) -> Change:
    """Move the outline within a circle to where the model is as sure as at a click.

    Args:
        labels: uint8 (H, W), values of `dsanet.labels`; stays as it is.
        reading: Of the same run.
        point: Row and column of the click, inside the picture.
        radius: Of the circle round it, in pixels.

    Returns:
        The change: after a click beside a vessel, background that is as likely a vessel or more
        becomes one; after a click on a vessel, vessel that is as likely or less becomes background.
    """
    rows, columns = labels.shape
    circle = stroke_mask((rows, columns), [point], 2 * radius)
    if labels[point] == BACKGROUND:
        mask = circle & (labels == BACKGROUND) & (reading.chance >= reading.chance[point])
        return Change(np.where(mask, reading.classes, labels), mask)
    mask = circle & (labels != BACKGROUND) & (reading.chance <= reading.chance[point])
    return Change(np.where(mask, np.uint8(BACKGROUND), labels), mask)


def _inside(pieces: NDArray[np.int32], point: Point, radius: float) -> Mask:
    """Say which pieces (n + 1,) lie in a circle by half or more."""
    rows, columns = pieces.shape
    circle = stroke_mask((rows, columns), [point], 2 * radius)
    count = int(pieces.max()) + 1
    within = np.bincount(pieces[circle], minlength=count)
    return np.asarray(2 * within >= np.bincount(pieces.ravel(), minlength=count))


def _means(pieces: NDArray[np.int32], values: Floats, count: int) -> Floats:
    """Mean of the values of each piece's pixels, (count + 1,)."""
    sizes = np.bincount(pieces.ravel(), minlength=count + 1)
    sums = np.bincount(pieces.ravel(), values.ravel(), minlength=count + 1)
    return np.asarray(sums / np.maximum(sizes, 1))
