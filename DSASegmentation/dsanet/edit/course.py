"""The piece of vessel between two places of it."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, sparse
from scipy.sparse import csgraph

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
Point = tuple[int, int]

HALF_OF_NEIGHBOURS = ((0, 1), (1, -1), (1, 0), (1, 1))

RIM_PX = 1.0
"""The middle's distance to the outline varies by so much from pixel to pixel."""

TANGENT_PX = 6
"""So much of the way tells its direction at an end."""


def course_between(vessels: Mask, start: Point, end: Point) -> Mask | None:
    """Find the vessel that leads from one place to another, in its whole width.

    Args:
        vessels: bool (H, W).
        start: Row and column of a pixel of a vessel.
        end: Alike.

    Returns:
        bool (H, W): the vessel round the widest and shortest way, cut straight across at both
        places; None where no vessel joins them.
    """
    thickness = ndimage.distance_transform_edt(np.pad(vessels, 1))[1:-1, 1:-1]
    way = _way(vessels, thickness, start, end)
    return None if way is None else _round(way, vessels, thickness)


def _way(vessels: Mask, thickness: Floats, start: Point, end: Point) -> NDArray[np.int64] | None:
    """Pixels (N, 2) from one place to another, in the middle of wide vessels."""
    places = np.argwhere(vessels)
    number = np.full((vessels.shape[0] + 2, vessels.shape[1] + 2), -1)
    number[1:-1, 1:-1][vessels] = np.arange(len(places))
    rows, columns = places.T + 1
    price = 1 / thickness[vessels] ** 2
    edges = []
    for down, across in HALF_OF_NEIGHBOURS:
        other = number[rows + down, columns + across]
        here = np.flatnonzero(other >= 0)
        there = other[here]
        edges.append((here, there, np.hypot(down, across) * (price[here] + price[there]) / 2))
    first, second, length = (np.concatenate(part) for part in zip(*edges, strict=True))
    graph = sparse.csr_matrix((length, (first, second)), shape=(len(places), len(places)))
    begin, at = (int(number[row + 1, column + 1]) for row, column in (start, end))
    _, before = csgraph.dijkstra(graph, directed=False, indices=begin, return_predecessors=True)
    way = [at]
    while way[-1] != begin:
        if before[way[-1]] < 0:
            return None
        way.append(int(before[way[-1]]))
    return places[way[::-1]]


def _round(way: NDArray[np.int64], vessels: Mask, thickness: Floats) -> Mask:
    """All of the vessel that lies beside a way and not before or behind it."""
    beside = np.ones(vessels.shape, np.bool_)
    beside[tuple(way.T)] = False
    away, nearest = ndimage.distance_transform_edt(beside, return_indices=True)
    course = vessels & (away <= thickness[tuple(nearest)] + RIM_PX)
    for line in (way, way[::-1]):
        last, before = line[-1], line[-min(len(line), TANGENT_PX)]
        own = course & (nearest[0] == last[0]) & (nearest[1] == last[1])
        rows, columns = np.nonzero(own)
        beyond = (np.column_stack([rows, columns]) - last) @ (last - before) > 0
        course[rows[beyond], columns[beyond]] = False
    return np.asarray(course)
