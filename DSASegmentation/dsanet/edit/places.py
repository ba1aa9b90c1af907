"""Uncertain places: where a look is worth most, best first."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.labels import BACKGROUND, BV, CLASS_COUNT, MAT

Floats = NDArray[np.float32]
Labels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Why = Literal["missed vessel", "false vessel", "MAT or BV"]

RADIUS_SHARE = 1 / 24
"""Radius of a place, as a share of the picture's shorter side: what the eye takes in at once."""

LEAST_RADIUS_PX = 4
FRINGE_PX = 1
"""Width of a vessel's rim, where every model wavers and no radiologist cares."""

LEAST_DOUBT = 0.05
"""Chance of error below which a pixel is no reason to look; many of them would add up."""

LEAST_PIXELS = 1.0
"""A place with fewer wrong pixels to be expected is not shown."""


@dataclass(frozen=True)
class UncertainPlace:
    """A place to look at.

    Attributes:
        row: Of its middle.
        column: Of its middle.
        radius_px: All that counts for it lies within.
        score: Number of pixels of vessel that the model itself expects to be labelled wrong there.
        why: What is most likely wrong.
    """

    row: int
    column: int
    radius_px: int
    score: float
    why: Why


def uncertain_places(
    probabilities: NDArray[np.floating[Any]],
    labels: Labels,
    field: Mask,
    count: int = 10,
    edited: Mask | None = None,
) -> list[UncertainPlace]:
    """Rank the places where the labels are most likely wrong, by the vessel area at stake.

    Args:
        probabilities: (3, H, W), one plane a label value, calibrated, summing to 1 at each pixel.
        labels: uint8 (H, W) as they are now, values of `dsanet.labels`.
        field: bool (H, W), the exposed pixels.
        count: How many places at most.
        edited: bool (H, W), pixels that the user changed or has seen; a place that one of them lies
            in drops out.

    Returns:
        At most `count` places that do not overlap, highest score first; the same for the same
        input.

    Raises:
        ValueError: The shapes disagree.
    """
    seen = np.zeros(labels.shape, np.bool_) if edited is None else edited
    if not probabilities.shape == (CLASS_COUNT, *labels.shape) == (CLASS_COUNT, *field.shape):
        msg = f"probabilities {probabilities.shape} do not fit labels {labels.shape}"
        raise ValueError(msg)
    radius = max(LEAST_RADIUS_PX, round(min(labels.shape) * RADIUS_SHARE))
    stakes = _stakes(probabilities, labels)
    stakes[:, ~field] = 0
    if seen.any():
        stakes[:, ndimage.distance_transform_edt(~seen) <= radius] = 0
    return _best_places(stakes, radius, count)


WHYS: tuple[Why, ...] = ("missed vessel", "false vessel", "MAT or BV")


def _stakes(probabilities: NDArray[np.floating[Any]], labels: Labels) -> Floats:
    """Wrong pixels to be expected at each pixel, (3, H, W), one plane a member of `WHYS`."""
    chance = np.nan_to_num(probabilities.astype(np.float32))
    vessel = labels != BACKGROUND
    missed = np.where(_away_from(vessel), 1 - chance[BACKGROUND], 0)
    missed[vessel] = 0
    false = _held_by_middle(vessel, np.where(vessel, chance[BACKGROUND], 0))
    other = np.where(labels == MAT, chance[BV], np.where(labels == BV, chance[MAT], 0))
    stakes = np.stack([missed, false, other])
    return np.where(stakes < LEAST_DOUBT, np.float32(0), stakes)


def _away_from(vessel: Mask) -> Mask:
    """Pixels that are not just the rim of a vessel."""
    wide = 2 * FRINGE_PX + 1
    return np.asarray(~ndimage.binary_dilation(vessel, np.ones((wide, wide), bool)))


def _held_by_middle(vessel: Mask, doubt: Floats) -> Floats:
    """Give the pixels of a vessel the doubt of its middle, the nearest pixel that is no rim."""
    depth = ndimage.distance_transform_edt(np.pad(vessel, 1))[1:-1, 1:-1]
    middle = vessel & (depth >= ndimage.maximum_filter(depth, 3))
    if not middle.any():
        return doubt
    nearest = ndimage.distance_transform_edt(~middle, return_distances=False, return_indices=True)
    return np.where(vessel, doubt[tuple(nearest)], 0).astype(np.float32)


def _best_places(stakes: Floats, radius: int, count: int) -> list[UncertainPlace]:
    """Take the disk with most at stake round its middle, forbid what would overlap, and go on."""
    weighted = ndimage.gaussian_filter(stakes.sum(axis=0), radius / 2, mode="constant")
    enough = LEAST_PIXELS / (2 * np.pi * (radius / 2) ** 2)
    found: list[UncertainPlace] = []
    while len(found) < count and weighted.max() >= enough:
        row, column = (int(at) for at in np.unravel_index(weighted.argmax(), weighted.shape))
        box, inside = _disk(row, column, radius, weighted.shape)
        sums = stakes[:, box[0], box[1]][:, inside].sum(axis=1, dtype=np.float64)
        if sums.sum() >= LEAST_PIXELS:
            why = WHYS[int(sums.argmax())]
            found.append(UncertainPlace(row, column, radius, float(sums.sum()), why))
        box, inside = _disk(row, column, 2 * radius, weighted.shape)
        weighted[box][inside] = 0
    return sorted(found, key=lambda place: (-place.score, place.row, place.column))


def _disk(
    row: int, column: int, radius: int, shape: tuple[int, ...]
) -> tuple[tuple[slice, slice], Mask]:
    """A box that holds a disk, and which of its pixels lie in the disk."""
    rows, columns = (
        slice(max(0, at - radius), min(side, at + radius + 1))
        for at, side in zip((row, column), shape, strict=True)
    )
    down, across = np.ogrid[rows, columns]
    return (rows, columns), np.hypot(down - row, across - column) <= radius
