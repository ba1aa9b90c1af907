"""Moves with the correction tools of `dsanet.edit`."""

from collections.abc import Iterator

import numpy as np
from scipy import ndimage

from dsanet.edit import (
    Reach,
    Reading,
    Tracer,
    erased,
    painted,
    reassigned,
    stroke_mask,
    with_fewer,
    with_more,
)
from dsanet.labels import BACKGROUND, BV, MAT
from dsatrain.annotator.brushing import MOST_CLICKS
from dsatrain.annotator.desk import Desk, Move, Spot
from dsatrain.annotator.lines import Points, point_of
from dsatrain.annotator.mistakes import Labels

REACHES: tuple[Reach, ...] = ("piece", "downstream", "upstream", "connected")
MOST_CUTS = 4
"""Places tried for "the vessel ends here"."""

REREAD_PX = (12, 32, 80, 2048)
FEWER = (0.6, 0.7, 0.8, 0.9, 0.95, 0.98)
MORE = (0.4, 0.2, 0.1, 0.05, 0.02)
"""Diameters and levels at which a region is tried to be re-read."""

BRANCH_SHARES = (0, 0.15, 0.3, 0.5, 0.7, 0.85, 1)
"""Where along a missing vessel a branch is tried to be clicked."""

TRACE_SHARES = (1.0, 0.7, 0.5, 0.3, 0.15)
"""How far along the rest of a vessel a traced stroke is tried."""

EIGHT_NEIGHBOURS = np.ones((3, 3), bool)


def picking(desk: Desk, spot: Spot) -> Iterator[Move]:
    """One click that takes a piece away or gives it to the other class."""
    tool = erased if desk.truth.labels[spot] == BACKGROUND else reassigned
    places: list[tuple[Spot, Reach]] = [(spot, reach) for reach in REACHES]
    places += [(cut, "beyond") for cut in _cuts(desk, spot)]
    for point, reach in places:
        after = tool(desk.labels, desk.pieces, point, reach).labels
        yield Move(f"{tool.__name__} {reach}", [after], [point], desk.gain(after))


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
    """One gesture: press in the middle of a region, drag to a level, let go."""
    more = desk.labels[spot] == BACKGROUND
    if not more and desk.truth.labels[spot] != BACKGROUND:
        return
    name, tool, levels = ("more", with_more, MORE) if more else ("fewer", with_fewer, FEWER)
    strength, (rows, columns) = reading.strength[spot], desk.labels.shape
    changing = [level for level in levels if (strength >= level) == more]
    regions = [stroke_mask((rows, columns), [spot], width) for width in REREAD_PX] * bool(changing)
    for level in changing:
        for region in regions:
            after = tool(desk.labels, reading, region, level)
            yield Move(name, [after], [spot], desk.gain(after))


def branching(desk: Desk, brancher: Tracer, way: Points, value: int) -> Iterator[Move]:
    """One click on a missing branch, near its tip or nearer: it is painted from the vessels on."""
    at = {round(share * (len(way) - 1)) for share in BRANCH_SHARES}
    for point in sorted(at):
        line = brancher.line(brancher.path(point_of(way[point])))
        others = {BV, MAT} - {value}
        after = painted(desk.labels, line.points, line.widths, value, others)
        yield Move("branch", [after], [point_of(way[point])], desk.gain(after))


def tracing(desk: Desk, tracer: Tracer, way: Points, value: int) -> Move:
    """Drag along a vessel, stroke after stroke, each as far as what is shown still follows it."""
    states, points, at, total = [desk.labels], [point_of(way[0])], 0, 0
    best = Move("trace", list(states), list(points), 0)
    labels = desk.labels
    while at < len(way) - 1 and len(states) <= MOST_CLICKS:
        tracer.start(point_of(way[at]))
        tried = [_traced(desk, tracer, labels, way, at, share, value) for share in TRACE_SHARES]
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
    desk: Desk, tracer: Tracer, labels: Labels, way: Points, at: int, share: float, value: int
) -> tuple[int, Labels, int]:
    end = min(at + max(2, round(share * (len(way) - 1 - at))), len(way) - 1)
    line = tracer.line(tracer.path(point_of(way[end])))
    others = {BV, MAT} - {value} if labels[tuple(way[at])] in (BACKGROUND, value) else set()
    after = painted(labels, line.points, line.widths, value, others)
    return desk.gain(after, labels), after, end
