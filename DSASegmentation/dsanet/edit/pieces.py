"""Vessels cut into pieces at their branch points, and the order in which blood reaches them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, sparse
from scipy.sparse import csgraph

from dsanet.edit.thinning import neighbour_count, thinned
from dsanet.labels import BACKGROUND, MAT

Labels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
Numbers = NDArray[np.int32]

EIGHT_NEIGHBOURS = np.ones((3, 3), bool)
PRUNINGS = 2
"""Rounds of taking away side lines no longer than the vessel is thick: they are bumps of its
outline. A second round finds what the first one laid bare."""


SHORT = 1.5
"""Side lines up to so many times the vessel's radius are none: the corners of a cut end."""

FREE_END = 3
"""So many times larger, by area times radius, must a piece without a free end be to be the one that
blood comes in by: the outline may be ragged where the trunk leaves the picture."""


@dataclass(frozen=True, eq=False)
class VesselPieces:
    """The pieces of vessel between branch points.

    Attributes:
        pieces: int32 (H, W), 0 background, else the number of the piece, 1 to n.
        before: int64 (n + 1,), the piece that blood comes through; 0 for a first piece.
    """

    pieces: Numbers
    before: NDArray[np.int64]

    @property
    def count(self) -> int:
        """Number of pieces n."""
        return len(self.before) - 1

    def downstream(self, piece: int) -> NDArray[np.int64]:
        """Give the numbers of a piece and of all that blood reaches through it."""
        chosen = np.zeros(len(self.before), np.bool_)
        chosen[piece] = True
        while not np.array_equal(grown := chosen | chosen[self.before], chosen):
            chosen = grown
        return np.flatnonzero(chosen)

    def upstream(self, piece: int) -> NDArray[np.int64]:
        """Give the numbers of a piece and of all that blood comes through to reach it."""
        chosen = [piece]
        while self.before[chosen[-1]]:
            chosen.append(int(self.before[chosen[-1]]))
        return np.array(chosen)


def split(labels: Labels, root: tuple[int, int] | None = None) -> VesselPieces:
    """Cut vessels, both classes as one, at their branch points.

    Where vessels cross in the picture they are cut too: nothing there tells a crossing from a
    branching. Blood is taken to come from the root by the widest and shortest way.

    Args:
        labels: uint8 (H, W), values of `dsanet.labels`.
        root: Row and column where contrast medium comes in. Else it comes in by the largest piece,
            preferably with a free end, of MAT where there is any; so it does in whatever does not
            hang together with the root.

    Returns:
        The pieces. Each lies within one connected piece of vessel.
    """
    mask = labels != BACKGROUND
    if not mask.any():
        return VesselPieces(np.zeros(labels.shape, np.int32), np.zeros(1, np.int64))
    radius = ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    arms, joints = _arms_and_joints(_centreline(mask, radius))
    pieces = _shared_out(mask, arms)
    first = None if root is None or not _inside(root, labels.shape) else int(pieces[root])
    return VesselPieces(pieces, _before(labels, pieces, arms, joints, radius, first))


def _inside(point: tuple[int, int], shape: tuple[int, ...]) -> bool:
    return all(0 <= at < side for at, side in zip(point, shape, strict=True))


def _centreline(mask: Mask, radius: Floats) -> Mask:
    """The thinned mask without short side lines."""
    line = thinned(mask)
    for _ in range(PRUNINGS):
        line = thinned(line & ~_side_lines(line, radius))
    return line


def _side_lines(line: Mask, radius: Floats) -> Mask:
    """Arms that end freely and do not leave the thick vessel that they come from."""
    arms, joints = _arms_and_joints(line)
    count = int(arms.max()) + 1
    near_joint = ndimage.maximum_filter(np.where(joints > 0, radius, 0), 3, mode="constant")
    thickness = np.zeros(count)
    np.maximum.at(thickness, arms[line], near_joint[line])
    length = np.bincount(arms.ravel(), minlength=count)
    ends = np.bincount(arms[neighbour_count(line) == 1], minlength=count)
    short = (ends > 0) & (length <= SHORT * thickness + 1) & (thickness > 0)
    short[0] = False
    return short[arms]


def _arms_and_joints(line: Mask) -> tuple[Numbers, Numbers]:
    """Number the lines between branch points, and the branch points; each part has an arm."""
    branching = line & (neighbour_count(line) >= 3)
    lines, count = ndimage.label(line, EIGHT_NEIGHBOURS)
    has_arm = np.zeros(count + 1, np.bool_)
    has_arm[np.unique(lines[line & ~branching])] = True
    branching &= has_arm[lines]  # the few pixels of a tiny piece may all be branch points
    arms, _ = ndimage.label(line & ~branching, EIGHT_NEIGHBOURS)
    joints, _ = ndimage.label(branching, EIGHT_NEIGHBOURS)
    return arms.astype(np.int32), joints.astype(np.int32)


def _shared_out(mask: Mask, arms: Numbers) -> Numbers:
    """Give each pixel of the mask to the nearest arm of its own connected piece."""
    whole, _ = ndimage.label(mask, EIGHT_NEIGHBOURS)
    nearest = ndimage.distance_transform_edt(arms == 0, return_distances=False, return_indices=True)
    pieces = np.where(mask & (whole[tuple(nearest)] == whole), arms[tuple(nearest)], 0)
    astray = mask & (pieces == 0)  # closer to another vessel's middle than to their own
    for number in np.unique(whole[astray]):
        there = np.nonzero(astray & (whole == number))
        seeds = np.argwhere((whole == number) & (arms > 0))
        away = [((seeds - place) ** 2).sum(axis=1).argmin() for place in np.transpose(there)]
        pieces[there] = arms[tuple(seeds[away].T)]
    return pieces.astype(np.int32)


def _before(
    labels: Labels,
    pieces: Numbers,
    arms: Numbers,
    joints: Numbers,
    radius: Floats,
    first: int | None,
) -> NDArray[np.int64]:
    """The piece through which blood comes to each piece, (n + 1,)."""
    graph = _graph(arms, joints, radius)
    roots = _roots(labels, pieces, arms, graph, radius, first)
    count = int(arms.max())
    _, via, _ = csgraph.dijkstra(
        graph, directed=False, indices=roots, return_predecessors=True, min_only=True
    )
    before = np.zeros(count + 1, np.int64)
    joint_of = via[: count + 1]
    reached = joint_of >= 0
    before[reached] = via[joint_of[reached]]
    return before


def _graph(arms: Numbers, joints: Numbers, radius: Floats) -> sparse.csr_matrix:
    """Arms and the joints that they touch; narrow long arms resist, as length over radius."""
    count = int(arms.max())
    rows, columns = np.nonzero(joints)
    padded, here = np.pad(arms, 1), joints[rows, columns]
    touching = np.concatenate(
        [
            np.column_stack([padded[rows + down, columns + across], here])
            for down in range(3)
            for across in range(3)
        ]
    )
    touching = np.unique(touching, axis=0)
    touching = touching[touching[:, 0] > 0]
    length = np.bincount(arms.ravel(), minlength=count + 1)
    mean = _means(radius, arms)
    price = (length[touching[:, 0]] + 1) / np.maximum(mean[touching[:, 0]], 0.5)
    size = count + 1 + int(joints.max())
    return sparse.csr_matrix((price, (touching[:, 0], count + touching[:, 1])), shape=(size, size))


def _means(values: Floats, arms: Numbers) -> Floats:
    """Mean of each arm's values, (n + 1,); the first says nothing."""
    count = np.maximum(np.bincount(arms.ravel()), 1)
    return np.asarray(np.bincount(arms.ravel(), values.ravel()) / count)


def _roots(
    labels: Labels,
    pieces: Numbers,
    arms: Numbers,
    graph: sparse.csr_matrix,
    radius: Floats,
    first: int | None,
) -> NDArray[np.int64]:
    """One arm of each connected piece of vessel: the given one, else the best to begin with."""
    count = int(arms.max())
    numbers = np.arange(count + 1)
    area = np.bincount(pieces.ravel(), minlength=count + 1)
    trunk = np.bincount(pieces[labels == MAT], minlength=count + 1) > area / 2
    ends = np.bincount(arms[neighbour_count(arms > 0) <= 1], minlength=count + 1)
    joined = np.diff(graph.indptr)[: count + 1]
    free = (ends > 0) & (joined <= 1)
    thick = _means(radius, arms)
    worth = area * thick * np.where(free, FREE_END, 1)
    rank = np.lexsort([worth, trunk, numbers == (first or 0)])[::-1]
    rank = rank[rank > 0]
    _, whole = csgraph.connected_components(graph, directed=False)
    _, one_each = np.unique(whole[rank], return_index=True)
    return rank[one_each]
