"""Moves with the correction tools of `dsanet.edit`."""

from collections.abc import Callable, Iterator

import numpy as np
from scipy import ndimage

from dsanet.edit import (
    Change,
    Reach,
    Reading,
    Tracer,
    erased,
    levelled,
    painted,
    reassigned,
    reassigned_between,
    with_fewer,
    with_more,
)
from dsanet.labels import BACKGROUND, BV, MAT
from dsatrain.annotator.desk import Desk, Move, Spot
from dsatrain.annotator.lines import Points, longest_way, point_of
from dsatrain.annotator.mistakes import Labels

REACHES: tuple[Reach, ...] = ("piece", "downstream")
MOST_CUTS = 4
"""Places tried for "the vessel ends here"."""

CIRCLES_PX = (0, 16, 40, 100, 1000)
"""Radii of the circle in which vessels are re-read."""

DABS_PX = (3, 6, 12, 25, 50)
"""And in which an outline is."""

BRANCH_SHARES = (0, 0.15, 0.3, 0.5, 0.7, 0.85, 1)
"""Where along a missing vessel a branch is tried to be clicked."""

MOST_TRACES = 3
"""Strokes of one move, as each takes a tenth of a second to be found."""

TRACE_SHARES = (1.0, 0.7, 0.5, 0.3, 0.15)
"""How far along the rest of a vessel a traced stroke is tried."""

EIGHT_NEIGHBOURS = np.ones((3, 3), bool)


def picking(desk: Desk, spot: Spot) -> Iterator[Move]:
    """One click or drag that takes a piece away or gives it to the other class."""
    if desk.truth.labels[spot] == BACKGROUND:
        changes = [("erased", spot, erased(desk.labels, desk.pieces, spot))]
        changes += [
            ("erased beyond", cut, erased(desk.labels, desk.pieces, cut, "beyond"))
            for cut in _cuts(desk, spot)
        ]
    else:
        changes = [
            (f"reassigned {reach}", spot, reassigned(desk.labels, desk.pieces, spot, reach))
            for reach in REACHES
        ]
        changes += [
            ("reassigned between", start, reassigned_between(desk.labels, start, end))
            for start, end in _ends(desk, spot)
        ]
    for tool, point, change in changes:
        yield Move(tool, [change.labels], [point], desk.gain(change.labels))


def _ends(desk: Desk, spot: Spot) -> Iterator[tuple[Spot, Spot]]:
    """The ends of the true course, and of its wrong part, both ways, that a wrong class lies on."""
    wanted = int(desk.truth.labels[spot])
    other = {BV, MAT} - {wanted}
    line = desk.truth.views[wanted].centre & (desk.labels != BACKGROUND)
    for part in (line & np.isin(desk.labels, list(other)), line):
        if part.any():
            way = longest_way(part, spot)
            first, last = point_of(way[0]), point_of(way[-1])
            for start, end in ((first, last), (last, first)):
                if desk.labels[start] in other:
                    yield start, end


def _cuts(desk: Desk, spot: Spot) -> list[Spot]:
    """Where a wrong piece begins or ends: its pixels beside what is right, one of each contact."""
    kinds = (desk.labels == desk.labels[spot]) & (desk.truth.labels == desk.truth.labels[spot])
    whole, _ = ndimage.label(kinds, EIGHT_NEIGHBOURS)
    right = (desk.labels == desk.truth.labels) & (desk.labels != BACKGROUND)
    touching = (whole == whole[spot]) & ndimage.binary_dilation(right, EIGHT_NEIGHBOURS)
    contacts, count = ndimage.label(touching, EIGHT_NEIGHBOURS)
    sizes = np.bincount(contacts.ravel(), minlength=count + 1)[1:]
    cuts = [spot]
    for number in 1 + np.argsort(-sizes)[:MOST_CUTS]:
        pixels = np.argwhere(contacts == number)
        cuts.append(point_of(pixels[((pixels - pixels.mean(axis=0)) ** 2).sum(axis=1).argmin()]))
    return cuts


def rereading(desk: Desk, reading: Reading, spot: Spot) -> Iterator[Move]:
    """One drag of a circle, to which the model's sureness of what was pressed on applies."""
    labels, missed = desk.labels, desk.labels[spot] == BACKGROUND
    if not missed and desk.truth.labels[spot] != BACKGROUND:
        return

    def vessels(radius: float) -> Change:
        if missed:
            return with_more(labels, reading, spot, radius)
        return with_fewer(labels, desk.pieces, reading, spot, radius)

    def outline(radius: float) -> Change:
        return levelled(labels, reading, spot, radius)

    yield from _circles(desk, spot, "more" if missed else "fewer", vessels, CIRCLES_PX)
    yield from _circles(desk, spot, "level", outline, DABS_PX)


def _circles(
    desk: Desk, spot: Spot, tool: str, draw: Callable[[float], Change], radii: tuple[int, ...]
) -> Iterator[Move]:
    """One move for each circle in which more is changed than in the one before."""
    pixels = 0
    for radius in radii:
        change = draw(radius)
        if (count := np.count_nonzero(change.mask)) > pixels:
            pixels = count
            yield Move(tool, [change.labels], [spot], desk.gain(change.labels))


def branching(desk: Desk, brancher: Tracer, way: Points, value: int) -> Iterator[Move]:
    """One click on a missing branch, near its tip or nearer: it is painted from the vessels on."""
    at = {round(share * (len(way) - 1)) for share in BRANCH_SHARES}
    for point in sorted(at):
        line = brancher.line(brancher.path(point_of(way[point])))
        others = {BV, MAT} - {value}
        after = painted(desk.labels, line.points, line.widths, value, others)
        yield Move("branch", [after], [point_of(way[point])], desk.gain(after))


def tracing(desk: Desk, way: Points, value: int) -> Move:
    """Drag along a vessel, stroke after stroke, each as far as what is shown still follows it."""
    states, points, at, total = [desk.labels], [point_of(way[0])], 0, 0
    best = Move("trace", list(states), list(points), 0)
    labels = desk.labels
    while at < len(way) - 1 and len(states) <= MOST_TRACES:
        tried = [_traced(desk, labels, way, at, share, value) for share in TRACE_SHARES]
        gain, after, end = max(tried, key=lambda one: one[0])
        if gain <= 0:
            break
        states.append(after)
        points.append(point_of(way[at]))
        total += gain
        labels, at = after, end
        now = Move("trace", states[1:], points[1:], total)
        best = max(best, now, key=lambda move: move.worth)
    return best


def _traced(
    desk: Desk, labels: Labels, way: Points, at: int, share: float, value: int
) -> tuple[int, Labels, int]:
    end = min(at + max(2, round(share * (len(way) - 1 - at))), len(way) - 1)
    tracer = desk.tools.tracer_at(point_of(way[at]))
    line = tracer.line(tracer.path(point_of(way[end])))
    after = painted(labels, line.points, line.widths, value)
    return desk.gain(after, labels), after, end
