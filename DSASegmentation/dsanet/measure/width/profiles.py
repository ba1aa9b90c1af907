"""Profiles across vessels, from the frames in which each vessel is full."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.measure.lines.find import Stations
from dsanet.measure.width.fit import Profiles, Reals

Floats = NDArray[np.float64]

FULL_SHARE = 0.6
"""Frames count in which a vessel has this share of its greatest darkness, each by its share. More
frames lower the noise, and a minimum over time would widen what moves and darken what is noisy."""

REACH_FACTOR, REACH_PX, MOST_REACH_PX = 2.0, 6.0, 70.0
"""A profile reaches to so many half widths and pixels on both sides."""

CLEARANCE_PX = 1.5
"""How far a profile keeps away from a neighbour's outline, which is blurred too."""


def filling(
    frames: NDArray[np.float32], window: tuple[int, int], stations: Stations
) -> NDArray[np.float32]:
    """How much each frame counts for each line.

    Args:
        frames: float32 (T, H, W), vessels dark.
        window: First and last frame that may count.
        stations: Those of all lines.

    Returns:
        float32 (lines, T), each row summing to 1.
    """
    rows, columns = _nearest(stations.points, frames.shape[1:])
    darkness = -frames[:, rows, columns]
    sums = np.add.reduceat(darkness, stations.starts[:-1], axis=1, dtype=np.float64)
    mean = (sums / np.diff(stations.starts)).T
    first, last = window
    inside = np.zeros(mean.shape[1], np.bool_)
    inside[first : last + 1] = True
    peak = np.where(inside, mean, -np.inf).max(axis=1, keepdims=True)
    low = mean.min(axis=1, keepdims=True)
    share = np.where(peak > low, (mean - low) / np.maximum(peak - low, 1e-9), 1.0)
    weight = np.where(inside & (share >= FULL_SHARE), share, 0.0)
    return np.asarray(weight / weight.sum(axis=1, keepdims=True), np.float32)


def reach_of(half_width: Floats) -> NDArray[np.int64]:
    """How far profiles reach, in a few classes so that each can be one array, int64 (N,)."""
    wanted = np.minimum(REACH_FACTOR * half_width + REACH_PX, MOST_REACH_PX)
    classes = np.array([9, 13, 18, 26, 40, int(MOST_REACH_PX)])
    return np.asarray(classes[np.searchsorted(classes, wanted)])


def profiles_of(
    frames: NDArray[np.float32],
    weights: NDArray[np.float32],
    stations: Stations,
    chosen: NDArray[np.int64],
    reach: int,
) -> Profiles:
    """Sample profiles at some stations, a pixel apart, averaged over three neighbours on the line.

    Args:
        frames: float32 (T, H, W), vessels dark.
        weights: float32 (lines, T), from `filling`.
        stations: Those of all lines.
        chosen: int64 (n,), numbers of stations, rising.
        reach: Pixels on both sides.

    Returns:
        The profiles; samples outside the picture are not used.
    """
    offset = np.arange(-reach, reach + 1, dtype=np.float32)
    places = stations.points[chosen, None] + offset[:, None] * stations.normals[chosen, None]
    size = frames.shape[1:]
    inside = np.all((places >= 0) & (places <= np.array(size) - 1), axis=2)
    line = stations.line[chosen]
    values = np.zeros(places.shape[:2], np.float32)
    coordinates = places.transpose(2, 0, 1)
    for frame, share in zip(frames, weights.T, strict=True):
        members = share[line] > 0
        if members.any():
            seen = ndimage.map_coordinates(
                frame, coordinates[:, members], order=1, mode="nearest", output=np.float32
            )
            values[members] -= share[line][members, None] * seen
    values = _averaged(values, line, chosen)
    return Profiles(offset, values, inside.astype(np.float32), stations.half_width[chosen])


def _averaged(values: Reals, line: NDArray[np.int64], chosen: NDArray[np.int64]) -> Reals:
    """Average (1, 2, 1) / 4 with the neighbours on the same line."""
    joined = (np.diff(line) == 0) & (np.diff(chosen) == 1)
    before = np.where(np.concatenate(([False], joined))[:, None], np.roll(values, 1, 0), values)
    after = np.where(np.concatenate((joined, [False]))[:, None], np.roll(values, -1, 0), values)
    return np.asarray(0.25 * before + 0.5 * values + 0.25 * after)


def clear_of_neighbours(
    profiles: Profiles,
    stations: Stations,
    chosen: NDArray[np.int64],
    owners: NDArray[np.int64],
    field: NDArray[np.bool_],
) -> tuple[Profiles, NDArray[np.bool_]]:
    """End each profile before the next vessel, the shutter or the picture's border.

    Args:
        profiles: At the chosen stations.
        stations: Those of all lines.
        chosen: int64 (n,).
        owners: int64 (H, W), from `owners_of`.
        field: bool (H, W), the exposed pixels.

    Returns:
        The profiles; and bool (n, 2), whether the side before and after the line shows background.
    """
    places = (
        stations.points[chosen, None] + profiles.offset[:, None] * stations.normals[chosen, None]
    )
    rows, columns = _nearest(places, owners.shape)
    own = owners[rows, columns]
    foreign = (own >= 0) & _elsewhere(stations, chosen, own)
    blocked = foreign | ~field[rows, columns] | (profiles.weight == 0)
    middle = len(profiles.offset) // 2
    sides = []
    for part in (blocked[:, middle::-1], blocked[:, middle:]):
        first = np.where(part.any(axis=1), part.argmax(axis=1), part.shape[1] + CLEARANCE_PX)
        sides.append(first - CLEARANCE_PX)
    before, after = sides
    offset = profiles.offset[None]
    near = (offset > -before[:, None]) & (offset < after[:, None])
    free = np.stack(sides, axis=1) >= (stations.half_width[chosen] + CLEARANCE_PX)[:, None]
    return replace(profiles, weight=profiles.weight * near), free


def _elsewhere(
    stations: Stations, chosen: NDArray[np.int64], own: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether pixels belong to another vessel, or to the same one some way off: (n, P)."""
    other = np.maximum(own, 0)
    here = chosen[:, None]
    apart = np.hypot(*np.moveaxis(stations.points[other] - stations.points[here], -1, 0))
    same = stations.line[other] == stations.line[here]
    way = np.abs(stations.along[other] - stations.along[here])
    width = stations.half_width[here]
    return np.asarray(np.where(same, way > 2.5 * width + 5, apart > 0.7 * width + 1.5))


def _nearest(places: Floats, size: tuple[int, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the nearest pixels."""
    rounded = np.round(places).astype(np.int64)
    return (
        np.clip(rounded[..., 0], 0, size[0] - 1),
        np.clip(rounded[..., 1], 0, size[1] - 1),
    )
