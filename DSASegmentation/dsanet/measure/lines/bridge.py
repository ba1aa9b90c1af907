"""Gaps in the trunk's label: followed along the vessel that the picture shows there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from dsanet.labels import BACKGROUND, MAT
from dsanet.measure.lines.graph import length_of

LONGEST_WIDTHS = 12.0
"""A gap is not followed over more than so many diameters of the trunk."""

DARK_SHARE, SEEN_SHARE = 0.4, 0.9
"""A pixel shows the vessel where it is this share as dark as the trunk; so must this share of a
gap's way."""

NEAR_WIDTHS, FAINT_SHARE, CALM_PX = 1.5, 0.06, 1.0
"""Between ends less than so many diameters apart a smaller share is enough, once the noise is
smoothed away: a severe stenosis is faint, and the label often breaks there."""

WIDE_SHARE = 0.6
"""What fills a gap is at least this share as wide as the trunk (median over its way), so that a
branch that joins two pieces is not taken for it; over a short gap it may be a stenosis."""

PAINTED_FACTOR, PAINTED_PX = 1.25, 1.5
"""The way is painted so much wider than the trunk, where a vessel is: what is left beside it would
pass for a neighbour."""

MOST_PIECES = 8
STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))
"""Half of the eight neighbours; edges go both ways."""

Pixels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Bridged:
    """Labels whose trunk goes on over gaps.

    Attributes:
        labels: uint8 (H, W), MAT over the gaps as well.
        gaps_px: Length of each gap, pixels.
    """

    labels: NDArray[np.uint8]
    gaps_px: tuple[float, ...]


def bridged(
    labels: NDArray[np.uint8], darkness: NDArray[np.float32], field: NDArray[np.bool_]
) -> Bridged:
    """Join the pieces of MAT where the picture shows that the vessel goes on between them.

    From the largest piece on, the nearest other one is joined along the widest and shortest way
    through what is labelled or dark. A gap stays where that way is too long, faint or thin.

    Args:
        labels: uint8 (H, W), values of `dsanet.labels`.
        darkness: float32 (H, W), how much darker than the background the MinIP is.
        field: bool (H, W), the exposed pixels.
    """
    mat = labels == MAT
    level = float(np.median(darkness[mat])) if mat.any() else 0.0
    if level <= 0:
        return Bridged(labels, ())
    shown = field & (darkness >= DARK_SHARE * level)
    mat = _filled(mat, (labels != BACKGROUND) | shown)
    labels = np.where(mat, np.uint8(MAT), labels)
    pieces, names = _pieces(mat)
    if len(names) < 2:
        return Bridged(labels, ())
    width = _width(mat)
    near = field & (_distance(~mat) <= 0.5 * NEAR_WIDTHS * width)
    shown |= near & _faintly_dark(darkness, field & (labels == BACKGROUND), level)
    vessel = (labels != BACKGROUND) | shown
    ways = _Ways(vessel, width)
    result, gaps, joined = labels.copy(), [], {names[0]}
    waiting = set(names[1:])
    while waiting:
        way, name = ways.nearest(pieces, joined, waiting)
        if name == 0:
            break
        waiting.discard(name)
        if _goes_on(way, shown, ways.half_width, width):
            result[_around(way, 0.5 * width * PAINTED_FACTOR + PAINTED_PX, vessel)] = MAT
            gaps.append(length_of(way))
            joined.add(name)
    return Bridged(result, tuple(gaps))


def _width(mat: NDArray[np.bool_]) -> float:
    """Usual diameter of a mask, pixels."""
    return 2 * float(np.percentile(_half_widths(mat)[mat], 90))


def _filled(mat: NDArray[np.bool_], vessel: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Fill holes of a mask of the trunk in which the vessel goes on, as the picture shows.

    Left in, they would pass for neighbours and bend its middle line.
    """
    holes, count = ndimage.label(~mat)
    if count < 2:
        return mat
    small = np.bincount(holes.ravel()) < _width(mat) ** 2
    small[0] = False
    small[np.concatenate((holes[0], holes[-1], holes[:, 0], holes[:, -1]))] = False
    inside = ndimage.mean(vessel, holes, np.arange(count + 1)) >= SEEN_SHARE
    return np.asarray(mat | (small & inside)[holes])


def _pieces(mat: NDArray[np.bool_]) -> tuple[NDArray[np.int32], list[int]]:
    """Numbered pieces of a mask, and the numbers of the larger ones, the largest first."""
    pieces, count = ndimage.label(mat, np.ones((3, 3)))
    if count < 2:
        return pieces, list(range(1, count + 1))
    sizes = np.bincount(pieces.ravel())[1:]
    least = (2 * float(_half_widths(mat).max())) ** 2 / 4
    order = np.argsort(sizes, kind="stable")[::-1][:MOST_PIECES]
    return pieces, [int(one) + 1 for one in order if sizes[one] >= least or one == order[0]]


def _faintly_dark(
    darkness: NDArray[np.float32], background: NDArray[np.bool_], level: float
) -> NDArray[np.bool_]:
    """Where it is a little darker than the background, whose MinIP is not 0, without noise."""
    usual = float(np.median(darkness[background])) if background.any() else 0.0
    calm = ndimage.gaussian_filter(darkness, CALM_PX) - usual
    return np.asarray(calm >= FAINT_SHARE * (level - usual))


def _distance(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Distance from where a mask is not: float32 (H, W)."""
    return np.asarray(ndimage.distance_transform_edt(mask), np.float32)


def _half_widths(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    distance = ndimage.distance_transform_edt(np.pad(mask, 1, mode="edge"))
    return np.asarray(distance[1:-1, 1:-1], np.float32)


class _Ways:
    """Ways through vessels, the wider the cheaper."""

    def __init__(self, vessel: NDArray[np.bool_], width: float) -> None:
        self.half_width = _half_widths(vessel)
        self.pixels = np.argwhere(vessel)
        self.number: Pixels = np.full(vessel.shape, -1)
        self.number[vessel] = np.arange(len(self.pixels))
        cost = np.clip((0.5 * width / np.maximum(self.half_width, 0.5)) ** 2, 1, 100)
        self.graph = self._graph(cost[vessel])

    def _graph(self, cost: NDArray[np.floating]) -> csr_array:
        begins, ends, weights = [], [], []
        rows, columns = self.number.shape
        padded = np.pad(self.number, 1, constant_values=-1)
        for down, right in STEPS:
            beside = padded[1 + down : 1 + down + rows, 1 + right : 1 + right + columns]
            both = (self.number >= 0) & (beside >= 0)
            here, there = self.number[both], beside[both]
            begins.append(here)
            ends.append(there)
            weights.append(0.5 * np.hypot(down, right) * (cost[here] + cost[there]))
        edges = np.concatenate(begins), np.concatenate(ends)
        size = len(self.pixels)
        return csr_array((np.concatenate(weights), edges), shape=(size, size))

    def nearest(
        self, pieces: NDArray[np.int32], joined: set[int], waiting: set[int]
    ) -> tuple[Pixels, int]:
        """The way (N, 2) from the joined pieces to the nearest waiting one, and that; 0 if none."""
        of = pieces[tuple(self.pixels.T)]
        sources = np.flatnonzero(np.isin(of, list(joined)))
        distance, before, _ = dijkstra(
            self.graph,
            directed=False,
            indices=sources,
            min_only=True,
            return_predecessors=True,
        )
        distance[~np.isin(of, list(waiting))] = np.inf
        last = int(np.argmin(distance))
        if not np.isfinite(distance[last]):
            return np.empty((0, 2), np.int64), 0
        way = [last]
        while before[way[-1]] >= 0:
            way.append(int(before[way[-1]]))
        return self.pixels[way[::-1]], int(of[last])


def _goes_on(
    way: Pixels, shown: NDArray[np.bool_], half_width: NDArray[np.float32], width: float
) -> bool:
    at = tuple(way.T)
    length = length_of(way)
    wide = 2 * float(np.median(half_width[at])) >= WIDE_SHARE * width
    wide |= length <= NEAR_WIDTHS * width
    return bool(length <= LONGEST_WIDTHS * width and wide and np.mean(shown[at]) >= SEEN_SHARE)


def _around(way: Pixels, radius: float, vessel: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The vessel's pixels within a radius of a way, and the way itself: bool (H, W)."""
    apart = np.ones(vessel.shape, np.bool_)
    apart[tuple(way.T)] = False
    near = ndimage.distance_transform_edt(apart) <= radius
    return np.asarray((near & vessel) | ~apart)
