"""The graph of a skeleton: nodes where lines meet or end, edges as ordered pixels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.measure.lines.thinning import AROUND, thin, tidied

SMALLEST_HOLE_PX = 8
"""Holes of fewer pixels in a mask are filled before thinning: noise, not loops of vessels."""

SPUR_FACTOR, SPUR_PX = 1.0, 3.0
"""A loose end goes if its line is no longer than the vessel's half width where it leaves, times
the factor, and so many pixels: it then stays inside the vessel's own outline or hardly leaves it.
"""

PASSES = 3
"""Pruning joins lines, which can make new spurs; beyond this hardly any are left."""


@dataclass(frozen=True, eq=False)
class Edge:
    """A line between two nodes.

    Attributes:
        pixels: int64 (N, 2), row and column, N >= 1, ordered, the nodes' pixels included.
        nodes: Numbers of the nodes at its begin and end; the same for a loop.
    """

    pixels: NDArray[np.int64]
    nodes: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Graph:
    """The skeleton of a mask.

    Attributes:
        edges: Its lines.
        degrees: How many lines end at each node; 1 is a loose end.
        places: float64 (nodes, 2), row and column.
        half_width: float32 (H, W), distance of each pixel of the mask from its outside.
    """

    edges: tuple[Edge, ...]
    degrees: NDArray[np.int64]
    places: NDArray[np.float64]
    half_width: NDArray[np.float32]


def graph_of(mask: NDArray[np.bool_]) -> Graph:
    """Find the middle lines of a mask, without spurs.

    Args:
        mask: bool (H, W).

    Returns:
        The graph; it has no edges where the mask is empty.
    """
    skeleton, half_width = thin(_without_pinholes(mask))
    edges, degrees, places = _traced(skeleton)
    for _ in range(PASSES):
        spurs = [edge for edge in edges if _is_spur(edge, degrees, half_width)]
        if not spurs:
            break
        for edge in spurs:
            inner = edge.pixels[1:] if degrees[edge.nodes[0]] > 1 else edge.pixels[:-1]
            skeleton[tuple(inner.T)] = False
        edges, degrees, places = _traced(tidied(skeleton))
    edges, degrees = _joined(edges, degrees)
    return Graph(tuple(edges), degrees, places, half_width)


def _joined(edges: list[Edge], degrees: NDArray[np.int64]) -> tuple[list[Edge], NDArray[np.int64]]:
    """Make one edge of two that meet alone, as where a spur was; their node has no lines then."""
    degrees = degrees.copy()
    kept = dict(enumerate(edges))
    at: dict[int, list[int]] = {}
    for number, edge in kept.items():
        for node in edge.nodes:
            at.setdefault(node, []).append(number)
    for node in np.flatnonzero(degrees == 2).tolist():
        first, second = at[node]
        if first == second:
            continue
        head, tail = kept.pop(first), kept.pop(second)
        head = head if head.nodes[1] == node else _turned(head)
        tail = tail if tail.nodes[0] == node else _turned(tail)
        pixels = np.concatenate((head.pixels, tail.pixels))
        kept[first] = Edge(pixels, (head.nodes[0], tail.nodes[1]))
        at[tail.nodes[1]] = [first if one == second else one for one in at[tail.nodes[1]]]
        degrees[node] = 0
    return list(kept.values()), degrees


def _turned(edge: Edge) -> Edge:
    return Edge(edge.pixels[::-1], (edge.nodes[1], edge.nodes[0]))


def _without_pinholes(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    holes, count = ndimage.label(~mask)
    if count < 2:
        return mask
    small = np.bincount(holes.ravel()) < SMALLEST_HOLE_PX
    small[0] = False
    edge = np.concatenate((holes[0], holes[-1], holes[:, 0], holes[:, -1]))
    small[edge] = False
    return np.asarray(mask | small[holes])


def _is_spur(edge: Edge, degrees: NDArray[np.int64], half_width: NDArray[np.float32]) -> bool:
    ends = degrees[list(edge.nodes)]
    if min(ends) != 1 or max(ends) < 3:
        return False
    root = edge.pixels[0] if ends[0] > 1 else edge.pixels[-1]
    limit = SPUR_FACTOR * float(half_width[tuple(root)]) + SPUR_PX
    return bool(length_of(edge.pixels) <= limit)


def length_of(points: NDArray[np.generic]) -> float:
    """Length of a polyline (N, 2), in the unit of its points."""
    steps = np.diff(np.asarray(points, np.float64), axis=0)
    return float(np.hypot(steps[:, 0], steps[:, 1]).sum())


def _traced(
    skeleton: NDArray[np.bool_],
) -> tuple[list[Edge], NDArray[np.int64], NDArray[np.float64]]:
    """Walk along all lines of a skeleton; edges, degrees and places of the nodes."""
    pixels = np.argwhere(skeleton)
    near = _neighbours(skeleton, pixels)
    node_of, places = _nodes(skeleton, pixels, near)
    edges: list[Edge] = []
    seen: set[tuple[int, int]] = set()
    for start in np.flatnonzero(node_of >= 0).tolist():
        number = int(node_of[start])
        for step in near[start]:
            if node_of[step] == number or (start, step) in seen:
                continue
            walk = _walk(start, step, near, node_of)
            seen.update(((start, step), (walk[-1], walk[-2])))
            edges.append(Edge(pixels[walk], (number, int(node_of[walk[-1]]))))
    ends = [node for edge in edges for node in edge.nodes]
    degrees = np.bincount(np.array(ends, np.int64), minlength=len(places))
    return edges, degrees, places


def _neighbours(skeleton: NDArray[np.bool_], pixels: NDArray[np.int64]) -> list[list[int]]:
    """Numbers of the skeleton's pixels that touch each of them."""
    numbers = np.full(np.add(skeleton.shape, 2), -1)
    numbers[tuple((pixels + 1).T)] = np.arange(len(pixels))
    around = pixels[:, None] + 1 + np.array(AROUND)
    found = numbers[around[..., 0], around[..., 1]]
    return [[one for one in row if one >= 0] for row in found.tolist()]


def _nodes(
    skeleton: NDArray[np.bool_], pixels: NDArray[np.int64], near: list[list[int]]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Number the nodes: loose ends, meeting places (touching pixels are one), one for a ring.

    Returns:
        Each pixel's node or -1, and the nodes' places.
    """
    chosen = np.array([len(others) != 2 for others in near], np.bool_)
    pieces, count = ndimage.label(skeleton, np.ones((3, 3)))
    of = pieces[tuple(pixels.T)]
    rings = np.setdiff1d(np.arange(1, count + 1), of[chosen])
    chosen[[int(np.argmax(of == ring)) for ring in rings]] = True
    marks = np.zeros_like(skeleton)
    marks[tuple(pixels[chosen].T)] = True
    numbers, count = ndimage.label(marks, np.ones((3, 3)))
    node_of = np.asarray(numbers[tuple(pixels.T)] - 1, np.int64)
    members = node_of[chosen]
    sizes = np.maximum(np.bincount(members, minlength=count), 1)
    places = [np.bincount(members, pixels[chosen, axis], count) / sizes for axis in (0, 1)]
    return node_of, np.stack(places, axis=1)


def _walk(start: int, step: int, near: list[list[int]], node_of: NDArray[np.int64]) -> list[int]:
    walk = [start, step]
    while node_of[walk[-1]] < 0:
        before, here = walk[-2], walk[-1]
        walk.append(next(pixel for pixel in near[here] if pixel != before))
    return walk
