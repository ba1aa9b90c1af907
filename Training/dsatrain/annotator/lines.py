"""Lines that a hand would follow: the longest way along a skeleton."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from dsatrain.annotator.mistakes import Mask

Points = NDArray[np.int64]
HALF_OF_NEIGHBOURS = ((0, 1), (1, -1), (1, 0), (1, 1))


def longest_way(line: Mask, near: tuple[int, int]) -> Points:
    """Follow the longest of the shortest ways along the part of a line nearest to a place.

    Args:
        line: bool (H, W), one pixel wide, not empty.
        near: Row and column.

    Returns:
        int64 (N, 2), rows and columns, end to end, N >= 1; one of a ring's ways.
    """
    places = np.argwhere(line)
    graph = _graph(line, places)
    begin = int(((places - np.array(near)) ** 2).sum(axis=1).argmin())
    one_end = _farthest(csgraph.dijkstra(graph, directed=False, indices=begin))
    distance, before = csgraph.dijkstra(
        graph, directed=False, indices=one_end, return_predecessors=True
    )
    way = [_farthest(distance)]
    while way[-1] != one_end:
        way.append(int(before[way[-1]]))
    return places[way]


def point_of(place: Points) -> tuple[int, int]:
    """A place of a line, int64 (2,), as a point."""
    return int(place[0]), int(place[1])


def _graph(line: Mask, places: Points) -> sparse.csr_matrix:
    number = np.full((line.shape[0] + 2, line.shape[1] + 2), -1)
    rows, columns = places.T + 1
    number[rows, columns] = np.arange(len(places))
    parts = []
    for down, across in HALF_OF_NEIGHBOURS:
        other = number[rows + down, columns + across]
        pairs = np.column_stack([np.arange(len(places)), other])[other >= 0]
        parts.append(np.column_stack([pairs, np.full(len(pairs), np.hypot(down, across))]))
    edges = np.concatenate(parts)
    ends = edges[:, :2].astype(int).T
    return sparse.csr_matrix((edges[:, 2], tuple(ends)), shape=(len(places), len(places)))


def _farthest(distance: NDArray[np.float64]) -> int:
    return int(np.where(np.isfinite(distance), distance, -1).argmax())
