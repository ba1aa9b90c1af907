"""The lines of a label image: the trunk as one course, every other piece between nodes as one."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from dsanet.labels import CLASSES, MAT
from dsanet.measure.lines.course import STEP_PX, Course, Floats, course_of
from dsanet.measure.lines.graph import Edge, Graph, graph_of, length_of

LEAST_PX = 3.0
"""Shorter pieces between two nodes are part of the meeting place."""

BORDER_SHARE = 0.12
"""A loose end of MAT nearer to the border than this share of the picture's longer side is where the
trunk comes in."""

Kind = Literal["trunk", "branch"]


@dataclass(frozen=True, eq=False)
class Line:
    """A vessel from node to node.

    Attributes:
        value: Its class, a value of `dsanet.labels`.
        kind: `trunk` for the longest way through a piece of MAT from where it comes in, else
            `branch`.
        course: Its stations.
        nodes: Numbers of the nodes at its begin and end, different in each class.
        degrees: How many lines meet there; 1 is a loose end.
    """

    value: int
    kind: Kind
    course: Course
    nodes: tuple[int, int]
    degrees: tuple[int, int]


def find_lines(labels: NDArray[np.uint8]) -> tuple[Line, ...]:
    """Find the middle lines of both classes; the trunk, if there is one, comes first.

    Each class is thinned by itself, so that branches end at the trunk's wall and the trunk has no
    spurs where they leave.

    Args:
        labels: uint8 (H, W), values of `dsanet.labels`.
    """
    found: list[Line] = []
    shift = 0
    for entry in sorted(CLASSES, key=lambda one: one.value != MAT):
        graph = graph_of(labels == entry.value)
        trunk, rest = _parted(graph) if entry.value == MAT else ((), graph.edges)
        if trunk:
            found.append(_line(_chained(trunk), graph, entry.value, "trunk", shift))
        found += [
            _line(edge, graph, entry.value, "branch", shift)
            for edge in rest
            if _counts(edge, graph)
        ]
        shift += len(graph.degrees)
    return tuple(found)


def _counts(edge: Edge, graph: Graph) -> bool:
    loose = min(graph.degrees[list(edge.nodes)]) <= 1
    return len(edge.pixels) >= 3 and (loose or length_of(edge.pixels) >= LEAST_PX)


def _line(edge: Edge, graph: Graph, value: int, kind: Kind, shift: int) -> Line:
    begin, end = edge.nodes
    degrees = int(graph.degrees[begin]), int(graph.degrees[end])
    closed = begin == end and degrees[0] == 2
    step_px = STEP_PX if kind == "trunk" else 2 * STEP_PX
    course = course_of(edge.pixels, graph.half_width, closed=closed, step_px=step_px)
    return Line(value, kind, course, (begin + shift, end + shift), degrees)


def _parted(graph: Graph) -> tuple[tuple[Edge, ...], tuple[Edge, ...]]:
    """The edges of the longest shortest way from the root, in order; and the others."""
    if not graph.edges:
        return (), ()
    lengths = [max(length_of(edge.pixels), 1e-3) for edge in graph.edges]
    ends = np.array([edge.nodes for edge in graph.edges])
    count = len(graph.degrees)
    shortest: dict[tuple[int, int], int] = {}
    for number in np.argsort(lengths)[::-1].tolist():
        shortest[tuple(sorted(ends[number].tolist()))] = number
    pairs = np.array(list(shortest))
    weights = np.array([lengths[number] for number in shortest.values()])
    ways = csr_array((weights, (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    start = int(pairs[int(np.argmax(weights))][0])
    far = _root(graph, ways, start)
    other, before = _farthest(ways, far)
    if far == other:
        longest = int(np.argmax(lengths))
        return (graph.edges[longest],), _without(graph.edges, {longest})
    numbers, nodes = [], [other]
    while nodes[-1] != far:
        nodes.append(int(before[nodes[-1]]))
        low, high = sorted(nodes[-2:])
        numbers.append(shortest[low, high])
    return tuple(
        graph.edges[number] if graph.edges[number].nodes[0] == node else _turned(graph, number)
        for number, node in zip(numbers, nodes[:-1], strict=True)
    ), _without(graph.edges, set(numbers))


def _root(graph: Graph, ways: csr_array, start: int) -> int:
    """One end of the trunk: the loose end near the picture's border, else a farthest node.

    A trunk that forks, as the common carotid does, is fed from outside the picture.
    """
    reached = np.isfinite(dijkstra(ways, directed=False, indices=start))
    loose = np.flatnonzero(reached & (graph.degrees == 1))
    if len(loose):
        size = np.array(graph.half_width.shape) - 1
        inside = np.minimum(graph.places[loose], size - graph.places[loose]).min(axis=1)
        if inside.min() <= BORDER_SHARE * size.max():
            return int(loose[np.argmin(inside)])
    return _farthest(ways, start)[0]


def _farthest(ways: csr_array, start: int) -> tuple[int, NDArray[np.int64]]:
    distance, before = dijkstra(ways, directed=False, indices=start, return_predecessors=True)
    return int(np.argmax(np.where(np.isfinite(distance), distance, -1))), before


def _without(edges: tuple[Edge, ...], gone: set[int]) -> tuple[Edge, ...]:
    return tuple(edge for number, edge in enumerate(edges) if number not in gone)


def _turned(graph: Graph, number: int) -> Edge:
    edge = graph.edges[number]
    return Edge(edge.pixels[::-1], (edge.nodes[1], edge.nodes[0]))


def _chained(edges: tuple[Edge, ...]) -> Edge:
    pixels = np.concatenate([edge.pixels for edge in edges])
    return Edge(pixels, (edges[0].nodes[0], edges[-1].nodes[1]))


@dataclass(frozen=True, eq=False)
class Stations:
    """The stations of all lines end to end.

    Attributes:
        line: int64 (N,), number of the line.
        points: float64 (N, 2), row and column.
        normals: float64 (N, 2).
        along: float64 (N,), pixels from the line's begin.
        half_width: float64 (N,), of the mask, pixels.
        starts: int64 (lines + 1,), where each line's stations begin, and the end.
    """

    line: NDArray[np.int64]
    points: Floats
    normals: Floats
    along: Floats
    half_width: Floats
    starts: NDArray[np.int64]

    def of(self, line: int) -> slice:
        """Where the stations of a line lie."""
        return slice(int(self.starts[line]), int(self.starts[line + 1]))

    def step(self, line: int) -> float:
        """Distance between the stations of a line, pixels."""
        part = self.of(line)
        return float(self.along[part][-1] / max(part.stop - part.start - 1, 1))


def stations_of(lines: tuple[Line, ...]) -> Stations:
    """Put the stations of lines end to end."""
    courses = [line.course for line in lines]
    counts = [len(course.points) for course in courses]
    empty = np.empty((0, 2))
    return Stations(
        line=np.repeat(np.arange(len(lines)), counts),
        points=np.concatenate([empty, *(course.points for course in courses)]),
        normals=np.concatenate([empty, *(course.normals for course in courses)]),
        along=np.concatenate([np.empty(0), *(course.along for course in courses)]),
        half_width=np.concatenate([np.empty(0), *(course.half_width for course in courses)]),
        starts=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
    )


def owners_of(
    labels: NDArray[np.uint8], lines: tuple[Line, ...], stations: Stations
) -> NDArray[np.int64]:
    """Give each labelled pixel to the nearest station of its class.

    Args:
        labels: uint8 (H, W).
        lines: From `find_lines`.
        stations: Theirs.

    Returns:
        int64 (H, W), number of a station, -1 outside vessels and where a class has no line.
    """
    owners = np.full(labels.shape, -1, np.int64)
    values = np.array([line.value for line in lines], np.int64)[stations.line]
    for entry in CLASSES:
        members = np.flatnonzero(values == entry.value)
        pixels = np.argwhere(labels == entry.value)
        if len(members) and len(pixels):
            _, nearest = cKDTree(stations.points[members]).query(pixels)
            owners[tuple(pixels.T)] = members[nearest]
    return owners
