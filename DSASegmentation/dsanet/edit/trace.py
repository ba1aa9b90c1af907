"""The vessel trace: the path along a vessel to the mouse, from a click or from the labels."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from dsanet.edit.ridges import ridge_strength
from dsanet.edit.width import VesselLine, fitted

Image = NDArray[np.float32]
Point = tuple[int, int]

LEAST_COST = 0.02
"""Cost of a step on the clearest vessel, as a share of one over plain background."""

LARGEST_SIDE = 800
"""Larger pictures are searched in blocks of 2 x 2 pixels, or more, each by its best one: a start
takes a tenth of a second instead of a third."""

THIN_PX = 2.6
THIN_PAINTED_PX = 2.0
"""A path whose median width is below the first is painted as it is, with the second: the middle and
width of a vessel of one or two pixels cannot be told from noise. On 32 thin pieces of phantom
vessels (seeds 955_000 and 955_005) that put 11 % more right than the fit."""

UNSEEN, SURE = 0.001, 0.3
"""Probabilities of vessel that count as none and as a clear one: the model is shy of thin vessels,
and even its faint doubt follows their course."""

NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))
"""Half of a pixel's neighbours; the other half comes from the other direction."""


class Tracer:
    """Finds paths along the vessels of one picture.

    All that takes time is done in `start` and `start_at_vessels`; `path` only looks up.
    """

    def __init__(
        self,
        image: Image,
        field: NDArray[np.bool_] | None = None,
        chance: NDArray[np.floating[Any]] | None = None,
    ) -> None:
        """Find out what looks like a vessel; takes less than a second for 1024 x 1024 pixels.

        Args:
            image: float32 (H, W), vessels dark: the MinIP, or a single frame.
            field: bool (H, W), the exposed pixels; None for all.
            chance: (H, W), the model's probability of vessel, which has seen all frames; None
                without a model.
        """
        self._image = image
        inside = np.ones(image.shape, np.bool_) if field is None else field
        strength = ridge_strength(image, inside)
        if chance is not None:
            strength = (strength + _strength_of(chance)) / np.float32(2)
        cost = LEAST_COST + (1 - strength) ** 2
        self._step = -(-max(image.shape) // LARGEST_SIDE)
        self._nodes, node_costs = _cheapest_of_blocks(cost, self._step)
        self._graph = _graph(node_costs)
        self._anchor: Point | None = None
        self._before: NDArray[np.int32] | None = None

    def start(self, point: Point) -> None:
        """Begin, or go on, at a clicked point.

        Args:
            point: Row and column; a point outside the picture counts as the nearest inside.
        """
        self._anchor = self._inside(point)
        _, self._before = csgraph.dijkstra(
            self._graph, indices=self._node(self._anchor), return_predecessors=True
        )

    def start_at_vessels(self, vessels: NDArray[np.bool_]) -> None:
        """Begin at all vessels at once: `path` then tells where a missing branch leaves them.

        Takes as long as `start`; once for each state of the labels is enough.

        Args:
            vessels: bool (H, W), what is labelled already, of one class or of both.

        Raises:
            ValueError: There is no vessel.
        """
        inside = np.unique(self._numbers(*np.nonzero(vessels)))
        if not len(inside):
            msg = "a branch needs a labelled vessel to leave; there is none in this run"
            raise ValueError(msg)
        self._anchor = None
        _, self._before, _ = csgraph.dijkstra(
            self._graph, indices=inside, return_predecessors=True, min_only=True
        )

    def path(self, to: Point) -> NDArray[np.int64]:
        """Follow the vessel from the last start to the mouse.

        Args:
            to: Row and column; a point outside the picture counts as the nearest inside.

        Returns:
            int64 (N, 2), rows and columns of neighbour after neighbour, N >= 1; the first is the
            start, or lies in the vessel that the branch leaves, in a large picture perhaps a pixel
            beside it; the last is the mouse.

        Raises:
            ValueError: Nothing was started.
        """
        if self._before is None:
            msg = "start(point) or start_at_vessels(vessels) comes before path(to)"
            raise ValueError(msg)
        end = self._inside(to)
        way = [self._node(end)]
        while (previous := int(self._before[way[-1]])) >= 0:
            way.append(previous)
        first = self._anchor or tuple(self._nodes[way[-1]])
        return _joined(np.array([first, *self._nodes[way[-2:0:-1]], end]))

    def line(self, path: NDArray[np.integer]) -> VesselLine:
        """Fit the vessel's middle and width along a path, for `dsanet.edit.painted`.

        Args:
            path: int (N, 2), from `path`, N >= 1.

        Returns:
            The line; of a vessel of one or two pixels, and of a branch that would be wider than
            long, the path itself.
        """
        line = fitted(self._image, path)
        widest = np.inf if self._anchor else len(path)
        if THIN_PX <= np.median(line.widths) <= widest:
            return line
        return VesselLine(path.astype(np.float64), np.full(len(path), THIN_PAINTED_PX))

    def _inside(self, point: Point) -> Point:
        rows, columns = self._image.shape
        return min(max(int(point[0]), 0), rows - 1), min(max(int(point[1]), 0), columns - 1)

    def _node(self, point: Point) -> int:
        return int(self._numbers(*np.array(point)))

    def _numbers(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.int64]:
        """The nodes of pixels: the blocks that hold them."""
        across = -(-self._image.shape[1] // self._step)
        return np.asarray(rows // self._step * across + columns // self._step)


def _strength_of(chance: NDArray[np.floating[Any]]) -> Image:
    """What the model thinks, on the scale of a ridge's strength: 0 at `UNSEEN`, 1 at `SURE`."""
    known = np.log(np.clip(np.nan_to_num(chance.astype(np.float32)), UNSEEN, SURE) / UNSEEN)
    return np.asarray(known / np.log(SURE / UNSEEN), np.float32)


def _cheapest_of_blocks(cost: Image, step: int) -> tuple[NDArray[np.int64], Image]:
    """The cheapest pixel of each block of step x step: its row and column (n, 2), costs (h, w)."""
    rows, columns = (-(-side // step) for side in cost.shape)
    spare = ((0, rows * step - cost.shape[0]), (0, columns * step - cost.shape[1]))
    padded = np.pad(cost, spare, constant_values=np.inf)
    blocks = (
        padded.reshape(rows, step, columns, step)
        .transpose(0, 2, 1, 3)
        .reshape(rows, columns, step * step)
    )
    best = blocks.argmin(axis=2)
    down = np.arange(rows)[:, None] * step + best // step
    across = np.arange(columns) * step + best % step
    return np.column_stack([down.ravel(), across.ravel()]), blocks.min(axis=2)


def _joined(points: NDArray[np.int64]) -> NDArray[np.int64]:
    """Fill the gaps between points (N, 2) with straight lines of neighbours."""
    far = np.abs(np.diff(points, axis=0)).max(axis=1)
    points, far = points[np.concatenate([[True], far > 0])], far[far > 0]
    along = np.concatenate([[0], np.cumsum(far)])
    at = np.arange(along[-1] + 1)
    return np.column_stack([np.rint(np.interp(at, along, part)) for part in points.T]).astype(int)


def _graph(cost: Image) -> sparse.csr_matrix:
    """Every node with its eight neighbours; a step costs its length times the mean of both ends."""
    rows, columns = cost.shape
    number = np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)
    starts, ends, prices = [], [], []
    for down, across in NEIGHBOURS:
        here = (slice(0, rows - down), slice(max(0, -across), columns - max(0, across)))
        there = (slice(down, rows), slice(max(0, across), columns - max(0, -across)))
        price = np.hypot(down, across) * (cost[here] + cost[there]) / 2
        starts += [number[here].ravel(), number[there].ravel()]
        ends += [number[there].ravel(), number[here].ravel()]
        prices += [price.ravel(), price.ravel()]
    pairs = (np.concatenate(starts), np.concatenate(ends))
    return sparse.csr_matrix((np.concatenate(prices), pairs), shape=(cost.size, cost.size))
