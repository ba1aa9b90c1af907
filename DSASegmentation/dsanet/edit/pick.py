"""Reassign and smart erase: one click changes a piece of vessel, or all that hangs on it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.edit.course import course_between
from dsanet.edit.pieces import EIGHT_NEIGHBOURS, VesselPieces
from dsanet.labels import BACKGROUND, BV, MAT

Labels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Reach = Literal["piece", "downstream", "upstream", "beyond", "connected"]

SNAP_PX = 3
"""A click this near to a vessel means it: vessels of two pixels are hard to hit."""


@dataclass(frozen=True, eq=False)
class Change:
    """What a tool would do, for a preview.

    Attributes:
        labels: uint8 (H, W), the new labels.
        mask: bool (H, W), the pixels that differ from the old ones.
    """

    labels: Labels
    mask: Mask


def reassigned(
    labels: Labels, split: VesselPieces, point: tuple[int, int], reach: Reach = "piece"
) -> Change:
    """Give vessel to the other class: BV to MAT where BV was clicked, MAT to BV where MAT was.

    Args:
        labels: uint8 (H, W), values of `dsanet.labels`; stays as it is.
        split: Of these labels.
        point: Row and column of the click.
        reach: See `selected`; what is of the other class already stays.

    Returns:
        The change; an empty one where there is no vessel near the click.
    """
    at = clicked(labels, point)
    if at is None:
        return _change(labels, np.zeros(labels.shape, np.bool_), BACKGROUND)
    old = int(labels[at])
    new = BV if old == MAT else MAT
    return _change(labels, selected(labels, split, at, reach) & (labels == old), new)


def erased(
    labels: Labels, split: VesselPieces, point: tuple[int, int], reach: Reach = "piece"
) -> Change:
    """Take away what is no vessel.

    Args:
        labels: uint8 (H, W), values of `dsanet.labels`; stays as it is.
        split: Of these labels.
        point: Row and column of the click.
        reach: See `selected`.

    Returns:
        The change; an empty one where there is no vessel near the click.
    """
    return _change(labels, selected(labels, split, point, reach), BACKGROUND)


def reassigned_between(labels: Labels, start: tuple[int, int], end: tuple[int, int]) -> Change:
    """Give the vessel between two places to the class that the first one does not have.

    Args:
        labels: uint8 (H, W), values of `dsanet.labels`; stays as it is.
        start: Row and column of the first place.
        end: Row and column of the last place.

    Returns:
        The change, cut straight across at both places, in whole pieces of neither; what lies on
        the way and is of the new class already stays. An empty one where there is no vessel near
        one of the places, or none that joins them.
    """
    first, last = clicked(labels, start), clicked(labels, end)
    nothing = np.zeros(labels.shape, np.bool_)
    if first is None or last is None:
        return _change(labels, nothing, BACKGROUND)
    new = BV if labels[first] == MAT else MAT
    course = course_between(labels != BACKGROUND, first, last)
    if course is None:
        return _change(labels, nothing, BACKGROUND)
    return _change(labels, course, new)


def selected(labels: Labels, split: VesselPieces, point: tuple[int, int], reach: Reach) -> Mask:
    """Find the vessel that a click means.

    Args:
        labels: uint8 (H, W), values of `dsanet.labels`.
        split: Of these labels.
        point: Row and column of the click.
        reach: `piece`: between branch points; `downstream`: with all that blood reaches through it;
            `upstream`: with all that blood comes through on its way there, as in "the trunk ends
            here"; `beyond`: from the click on with all that blood reaches through it, as in "the
            vessel ends here"; `connected`: all that hangs together with it.

    Returns:
        bool (H, W), empty where there is no vessel near the click.
    """
    at = clicked(labels, point)
    if at is None:
        return np.zeros(labels.shape, np.bool_)
    if reach == "connected":
        whole, _ = ndimage.label(labels != BACKGROUND, EIGHT_NEIGHBOURS)
        return np.asarray(whole == whole[at])
    piece = int(split.pieces[at])
    if piece == 0:  # painted since the vessels were split
        return np.zeros(labels.shape, np.bool_)
    if reach == "beyond":
        return _beyond(split, piece, at)
    ways = {"downstream": split.downstream, "upstream": split.upstream}
    wanted = np.zeros(split.count + 1, np.bool_)
    wanted[ways[reach](piece) if reach in ways else piece] = True
    return np.asarray(wanted[split.pieces] & (labels != BACKGROUND))


def _beyond(split: VesselPieces, piece: int, at: tuple[int, int]) -> Mask:
    """The part of a piece from a pixel on, and all pieces that blood reaches through it."""
    chosen = np.zeros(split.count + 1, np.bool_)
    chosen[split.downstream(piece)] = True
    chosen[piece] = False
    mask = chosen[split.pieces]
    here = split.pieces == piece
    rows, columns = (np.flatnonzero(here.any(axis=axis)) for axis in (1, 0))
    box = tuple(slice(max(0, int(side[0]) - 1), int(side[-1]) + 2) for side in (rows, columns))
    part, before = here[box], split.pieces[box] == split.before[piece]
    place = (at[0] - box[0].start, at[1] - box[1].start)
    if split.before[piece]:
        steps = _steps(part, part & ndimage.binary_dilation(before, EIGHT_NEIGHBOURS))
        far = steps >= steps[place]
    elif (after := part & ndimage.binary_dilation(mask[box], EIGHT_NEIGHBOURS)).any():
        steps = _steps(part, after)
        far = steps <= steps[place]
    else:
        far = _smaller_side(part, place)
    mask[box] |= part & far
    return mask


def _smaller_side(part: Mask, place: tuple[int, int]) -> Mask:
    """The smaller side of a piece cut at a pixel, with the cut."""
    click = np.zeros_like(part)
    click[place] = True
    away = _steps(part, click)
    end = np.zeros_like(part)
    end[np.unravel_index(away.argmax(), part.shape)] = True
    steps = _steps(part, end)
    sides = part & (steps >= steps[place]), part & (steps <= steps[place])
    return min(sides, key=np.count_nonzero)


def _steps(part: Mask, seeds: Mask) -> NDArray[np.int64]:
    """Steps within a part from its seeds to each of its pixels; -1 elsewhere."""
    steps = np.full(part.shape, -1)
    front, count = seeds, 0
    while front.any():
        steps[front] = count
        front = ndimage.binary_dilation(front, EIGHT_NEIGHBOURS) & part & (steps < 0)
        count += 1
    return steps


def clicked(labels: Labels, point: tuple[int, int]) -> tuple[int, int] | None:
    """Find the vessel pixel nearest to a click, at most `SNAP_PX` away; None if there is none."""
    row, column = point
    top, left = max(0, row - SNAP_PX), max(0, column - SNAP_PX)
    box = labels[top : max(0, row + SNAP_PX + 1), left : max(0, column + SNAP_PX + 1)]
    vessel = np.argwhere(box != BACKGROUND) + np.array([top, left])
    squared = ((vessel - np.array(point)) ** 2).sum(axis=1)
    if not len(vessel) or squared.min() > SNAP_PX**2:
        return None
    nearest = vessel[squared.argmin()]
    return int(nearest[0]), int(nearest[1])


def _change(labels: Labels, mask: Mask, value: int) -> Change:
    return Change(np.where(mask, np.uint8(value), labels), mask & (labels != value))
