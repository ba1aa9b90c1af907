"""Moves with brush and rubber: dabs and straight strokes of any size."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from skimage.morphology import skeletonize

from dsanet.edit import painted
from dsanet.labels import BACKGROUND
from dsatrain.annotator.desk import Desk, Move, Spot
from dsatrain.annotator.lines import Points, longest_way, point_of
from dsatrain.annotator.mistakes import Box, Labels, Mask

STRETCHES_PX = (0, 3, 6, 10, 16, 24, 36, 54, 80, 120)
"""How far along a vessel the next dab, or the far end of the next stroke, is tried."""

WIDER_PX = (0.0, 1.0)
"""How much wider than the true vessel, or than is free, the brush is tried."""

LARGEST_BRUSH_PX = 80
MOST_CLICKS = 8
"""Of one move; then the place is looked at afresh."""

OUTLINE_PX = 4
"""So much round a stroke is looked at for what it puts right."""


@dataclass(frozen=True, eq=False)
class _Stroke:
    """What a stroke gains, what a box of the picture is after it, where on the way it ends."""

    gain: int
    box: Box
    after: Labels
    end: int


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
        best = _best_stroke(desk, labels, way, at, value)
        if best is None:
            break
        labels = labels.copy()
        labels[best.box] = best.after
        states.append(labels)
        points.append(point_of(way[at]))
        total += best.gain
        at = max(at + 1, best.end)
    return Move(_brush(value), states or [desk.labels], points or [point_of(way[0])], total)


def _best_stroke(desk: Desk, labels: Labels, way: Points, at: int, value: int) -> _Stroke | None:
    """Pull the stroke out until it twice does worse, with two brushes; None where none gains."""
    best, worse = None, 0
    for far in STRETCHES_PX:
        brushes = (_stroke(desk, labels, way, at, far, value, wider) for wider in WIDER_PX)
        now = max(brushes, key=lambda stroke: stroke.gain)
        if now.gain > (best.gain if best else 0):
            best, worse = now, 0
        elif best:
            worse += 1
        if worse == 2 or at + far >= len(way):
            break
    return best


def _stroke(
    desk: Desk, labels: Labels, way: Points, at: int, far: int, value: int, wider: float
) -> _Stroke:
    """One stroke along a way, from a point of it to another."""
    end = min(at + far, len(way) - 1)
    along = desk.thickness[tuple(way[at : end + 1].T)]
    middle = along.min() if value == BACKGROUND else float(np.median(along))
    width = 2 * min(middle, LARGEST_BRUSH_PX) - 1 + wider
    box = _box_round(way[[at, end]], width / 2 + OUTLINE_PX)
    part, origin = labels[box], [side.start for side in box]
    after = painted(part, way[[at, end]] - origin, width, value)
    return _Stroke(desk.saved(part, after, box), box, after, end)


def _box_round(points: Points, margin: float) -> Box:
    low, high = points.min(axis=0) - margin, points.max(axis=0) + margin
    rows, columns = (
        slice(max(0, int(first)), int(last) + 2) for first, last in zip(low, high, strict=True)
    )
    return rows, columns


def _line_of(mask: Mask, spot: Spot) -> Mask:
    """The skeleton of the piece of a mask at a spot."""
    whole, _ = ndimage.label(mask, np.ones((3, 3)))
    return np.asarray(skeletonize(whole == whole[spot]))


def _brush(value: int) -> str:
    return "erase" if value == BACKGROUND else "paint"
