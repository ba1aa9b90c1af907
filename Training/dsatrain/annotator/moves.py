"""What an annotator could do about one place, and what each would gain."""

from collections.abc import Iterator

import numpy as np
from scipy import ndimage

from dsanet.labels import BACKGROUND
from dsatrain.annotator.brushing import dab, erasing, strokes
from dsatrain.annotator.desk import Desk, Move, Spot
from dsatrain.annotator.lines import Points, longest_way, point_of
from dsatrain.annotator.mistakes import Mask
from dsatrain.annotator.tooling import branching, picking, rereading, tracing

SHORTEST_PX = 4
"""So much of a vessel must be missing for a tool that follows it to be tried."""


def moves(desk: Desk, place: Mask, spot: Spot) -> Iterator[Move]:
    """Try everything that makes sense at a place.

    Args:
        desk: The work.
        place: bool (H, W), the mistakes that are looked at.
        spot: Row and column of a pixel there at which labels and truth differ.
    """
    wanted = int(desk.truth.labels[spot])
    if desk.tools.picks and desk.labels[spot] != BACKGROUND:
        yield from picking(desk, spot)
    if desk.tools.reading is not None:
        yield from rereading(desk, desk.tools.reading, spot)
    yield dab(desk, spot, wanted)
    if wanted == BACKGROUND:
        yield erasing(desk, spot)
        return
    way = _vessel_way(desk, place, spot, wanted)
    yield strokes(desk, way, wanted)
    yield strokes(desk, way[::-1], wanted)
    if len(way) < SHORTEST_PX:
        return
    if desk.brancher is not None:
        yield from branching(desk, desk.brancher, way, wanted)
    if desk.tools.tracer is not None:
        yield tracing(desk, way, wanted)


def _vessel_way(desk: Desk, place: Mask, spot: Spot, value: int) -> Points:
    """The middle of the true vessel, as far as it is missing round the spot."""
    true = desk.truth.views[value]
    missing = true.centre & (desk.labels != value)
    near = ndimage.maximum_filter(place, 5)
    if (missing & near).any():
        places = np.argwhere(missing & near)
        nearest = places[((places - np.array(spot)) ** 2).sum(axis=1).argmin()]
        return longest_way(missing, point_of(nearest))
    places = np.argwhere(true.centre)
    nearest = places[((places - np.array(spot)) ** 2).sum(axis=1).argmin()]
    close = np.abs(places - nearest).max(axis=1) <= 6
    line = np.zeros_like(true.centre)
    line[tuple(places[close].T)] = True
    return longest_way(line, point_of(nearest))
