"""Moves with brush and rubber: dabs and straight strokes of any size."""

import numpy as np
from scipy import ndimage
from skimage.morphology import skeletonize

from dsanet.edit import painted
from dsanet.labels import BACKGROUND
from dsatrain.annotator.desk import Desk, Move, Spot
from dsatrain.annotator.lines import Points, longest_way, point_of
from dsatrain.annotator.mistakes import Labels, Mask

STRETCHES_PX = (0, 3, 6, 10, 16, 24, 36, 54, 80, 120)
"""How far along a vessel the next dab, or the far end of the next stroke, is tried."""

WIDER_PX = (0.0, 1.0)
"""How much wider than the true vessel, or than is free, the brush is tried."""

LARGEST_BRUSH_PX = 80
MOST_CLICKS = 24
"""Of one move; then the place is looked at afresh."""


def dab(desk: Desk, spot: Spot, value: int) -> Move:
    """One dab of brush or rubber, as large as it may be without doing harm."""
    width = 2 * min(desk.thickness[spot], LARGEST_BRUSH_PX) - 1
    after = painted(desk.labels, [spot], width, value)
    return Move(_brush(value), [after], [spot], desk.gain(after))


def erasing(desk: Desk, spot: Spot) -> Move:
    """Strokes of a rubber along what is no vessel."""
    wrong = (desk.labels != BACKGROUND) & (desk.truth.labels == BACKGROUND)
    return strokes(desk, longest_way(_line_of(wrong, spot), spot), BACKGROUND)


def strokes(desk: Desk, way: Points, value: int) -> Move:
    """Straight strokes along a way, each as long as gains most; a dab where no stroke gains."""
    states, points, at, total = [], [], 0, 0
    labels = desk.labels
    while at < len(way) and len(states) < MOST_CLICKS:
        gain, after, end = _best_stroke(desk, labels, way, at, value)
        if gain <= 0:
            break
        labels = after
        states.append(labels)
        points.append(point_of(way[at]))
        total += gain
        at = max(at + 1, end)
    return Move(_brush(value), states or [desk.labels], points or [point_of(way[0])], total)


def _best_stroke(
    desk: Desk, labels: Labels, way: Points, at: int, value: int
) -> tuple[int, Labels, int]:
    """Pull the stroke out until it twice does worse, with two brushes."""
    best, worse = (0, labels, at), 0
    for far in STRETCHES_PX:
        brushes = (_stroke(desk, labels, way, at, far, value, wider) for wider in WIDER_PX)
        now = max(brushes, key=lambda stroke: stroke[0])
        better = now[0] > best[0]
        worse = 0 if better or best[0] == 0 else worse + 1
        best = now if better else best
        if worse == 2 or at + far >= len(way):
            break
    return best


def _stroke(
    desk: Desk, labels: Labels, way: Points, at: int, far: int, value: int, wider: float
) -> tuple[int, Labels, int]:
    """One stroke: its gain, the labels after it, and where on the way it ends."""
    end = min(at + far, len(way) - 1)
    along = desk.thickness[tuple(way[at : end + 1].T)]
    middle = along.min() if value == BACKGROUND else float(np.median(along))
    width = 2 * min(middle, LARGEST_BRUSH_PX) - 1 + wider
    after = painted(labels, way[[at, end]], width, value)
    return desk.gain(after, labels), after, end


def _line_of(mask: Mask, spot: Spot) -> Mask:
    """The skeleton of the piece of a mask at a spot."""
    whole, _ = ndimage.label(mask, np.ones((3, 3)))
    return np.asarray(skeletonize(whole == whole[spot]))


def _brush(value: int) -> str:
    return "erase" if value == BACKGROUND else "paint"
