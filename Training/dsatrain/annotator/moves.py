"""What an annotator could do about one place, and what each would gain."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import skeletonize

from dsanet.edit import Reach, Tracer, VesselPieces, erased, painted, reassigned
from dsanet.labels import BACKGROUND, BV, MAT
from dsatrain.annotator.lines import Points, longest_way
from dsatrain.annotator.mistakes import Box, Labels, Mask, Truth

Spot = tuple[int, int]
REACHES: tuple[Reach, ...] = ("piece", "downstream", "upstream", "connected")
STRETCHES_PX = (0, 3, 6, 10, 16, 24, 36, 54, 80, 120)
"""How far along a vessel the next dab, or the far end of the next stroke, is tried."""

WIDER_PX = (0.0, 1.0)
"""How much wider than the true vessel, or than is free, the brush is tried."""

TRACE_SHARES = (1.0, 0.7, 0.5, 0.3, 0.15)
"""How far along the rest of a vessel the next point of a trace is tried."""

LARGEST_BRUSH_PX = 80
MOST_CLICKS = 24
"""Of one move; then the place is looked at afresh."""


@dataclass(frozen=True, eq=False)
class Move:
    """Some clicks with one tool.

    Attributes:
        tool: Its name.
        states: The labels after each click.
        points: Row and column of each click.
        gain: Mistakes fewer at the end.
    """

    tool: str
    states: list[Labels]
    points: list[tuple[int, int]]
    gain: int

    @property
    def worth(self) -> float:
        """Gain for each click."""
        return self.gain / len(self.states)


@dataclass(frozen=True, eq=False)
class Desk:
    """What lies before the annotator.

    Attributes:
        truth: What the annotator knows.
        labels: As they are now.
        tracer: Of the MinIP; None without that tool.
        pieces: Of the labels; None without reassign and smart erase.
        thickness: float64 (H, W), distance to where the truth is another label.
    """

    truth: Truth
    labels: Labels
    tracer: Tracer | None
    pieces: VesselPieces | None
    thickness: NDArray[np.float64]

    def gain(self, after: Labels, before: Labels | None = None) -> int:
        """Count the mistakes that a change takes away, looking only near the change."""
        old = self.labels if before is None else before
        box = _box_of(after != old)
        if box is None:
            return 0
        then, now = (self.truth.mistakes(which, box).sum(dtype=int) for which in (old, after))
        return int(then - now)


def moves(desk: Desk, place: Mask, spot: Spot) -> Iterator[Move]:
    """Try everything that makes sense at a place.

    Args:
        desk: The work.
        place: bool (H, W), the mistakes that are looked at.
        spot: Row and column of a pixel there at which labels and truth differ.
    """
    wanted = int(desk.truth.labels[spot])
    if desk.pieces is not None and desk.labels[spot] != BACKGROUND:
        yield from _pick_moves(desk, desk.pieces, spot)
    yield _dab(desk, spot, wanted)
    if wanted == BACKGROUND:
        yield _erasing(desk, spot)
        return
    way = _vessel_way(desk, place, spot, wanted)
    yield _strokes(desk, way, wanted)
    yield _strokes(desk, way[::-1], wanted)
    if desk.tracer is not None and len(way) > 3:
        yield _tracing(desk, desk.tracer, way, wanted)


def _pick_moves(desk: Desk, pieces: VesselPieces, spot: Spot) -> Iterator[Move]:
    """One click that takes a piece away or gives it to the other class."""
    tool = erased if desk.truth.labels[spot] == BACKGROUND else reassigned
    for reach in REACHES:
        after = tool(desk.labels, pieces, spot, reach).labels
        yield Move(f"{tool.__name__} {reach}", [after], [spot], desk.gain(after))


def _dab(desk: Desk, spot: Spot, value: int) -> Move:
    """One dab of brush or rubber, as large as it may be without doing harm."""
    width = 2 * min(desk.thickness[spot], LARGEST_BRUSH_PX) - 1
    after = painted(desk.labels, [spot], width, value)
    return Move(_brush(value), [after], [spot], desk.gain(after))


def _erasing(desk: Desk, spot: Spot) -> Move:
    """Strokes of a rubber along what is no vessel."""
    wrong = (desk.labels != BACKGROUND) & (desk.truth.labels == BACKGROUND)
    return _strokes(desk, longest_way(_line_of(wrong, spot), spot), BACKGROUND)


def _strokes(desk: Desk, way: Points, value: int) -> Move:
    """Straight strokes along a way, each as long as gains most; a dab where no stroke gains."""
    states, points, at, total = [], [], 0, 0
    labels = desk.labels
    while at < len(way) and len(states) < MOST_CLICKS:
        gain, after, end = _best_stroke(desk, labels, way, at, value)
        if gain <= 0:
            break
        labels = after
        states.append(labels)
        points.append(_point(way[at]))
        total += gain
        at = max(at + 1, end)
    return Move(_brush(value), states or [desk.labels], points or [_point(way[0])], total)


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


def _tracing(desk: Desk, tracer: Tracer, way: Points, value: int) -> Move:
    """Click along a vessel, each time as far as the path that is shown still follows it."""
    states, points, at, total = [desk.labels], [_point(way[0])], 0, 0
    best = Move("trace", list(states), list(points), 0)
    labels = desk.labels
    while at < len(way) - 1 and len(states) < MOST_CLICKS:
        tracer.start(_point(way[at]))
        tried = [_traced(desk, tracer, labels, way, at, share, value) for share in TRACE_SHARES]
        gain, after, end = max(tried, key=lambda one: one[0])
        if gain <= 0:
            break
        labels, at = after, end
        total += gain
        states.append(labels)
        points.append(_point(way[at]))
        now = Move("trace", list(states), list(points), total)
        best = max(best, now, key=lambda move: move.worth)
    return best


def _traced(
    desk: Desk, tracer: Tracer, labels: Labels, way: Points, at: int, share: float, value: int
) -> tuple[int, Labels, int]:
    end = min(at + max(2, round(share * (len(way) - 1 - at))), len(way) - 1)
    line = tracer.line(tracer.path(_point(way[end])))
    others = {BV, MAT} - {value} if labels[tuple(way[at])] in (BACKGROUND, value) else set()
    after = painted(labels, line.points, line.widths, value, others)
    return desk.gain(after, labels), after, end


def _vessel_way(desk: Desk, place: Mask, spot: Spot, value: int) -> Points:
    """The middle of the true vessel, as far as it is missing round the spot."""
    true = desk.truth.views[value]
    missing = true.centre & (desk.labels != value)
    near = ndimage.binary_dilation(place, np.ones((5, 5)))
    if (missing & near).any():
        places = np.argwhere(missing & near)
        nearest = places[((places - np.array(spot)) ** 2).sum(axis=1).argmin()]
        return longest_way(missing, _point(nearest))
    places = np.argwhere(true.centre)
    nearest = places[((places - np.array(spot)) ** 2).sum(axis=1).argmin()]
    close = np.abs(places - nearest).max(axis=1) <= 6
    line = np.zeros_like(true.centre)
    line[tuple(places[close].T)] = True
    return longest_way(line, _point(nearest))


def _line_of(mask: Mask, spot: Spot) -> Mask:
    """The skeleton of the piece of a mask at a spot."""
    whole, _ = ndimage.label(mask, np.ones((3, 3)))
    return np.asarray(skeletonize(whole == whole[spot]))


def _brush(value: int) -> str:
    return "erase" if value == BACKGROUND else "paint"


def _point(place: NDArray[np.int64]) -> tuple[int, int]:
    return int(place[0]), int(place[1])


def _box_of(changed: Mask, margin: int = 4) -> Box | None:
    """The part of the picture round changed pixels."""
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    if not len(rows):
        return None
    return tuple(
        slice(max(0, int(at[0]) - margin), int(at[-1]) + margin + 1) for at in (rows, columns)
    )
