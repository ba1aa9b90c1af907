"""Path length of X-rays through vessels, by depositing one disc a piece of vessel.

A tube seen from the side is a row of discs of height 1: summed along the row they give the chord
2 sqrt(r^2 - x^2), exactly (the Abel transform of a disc). Oblique tubes and crossings come out
right too, because every piece is weighted with its length in space and lengths add.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dsatrain.phantom.projection import Samples
from dsatrain.phantom.vessels import Floats

CHUNK = 400_000
LEAST_RADIUS_PX = 0.7
"""Thinner vessels are marked as if they had this radius, so that they stay whole."""
EDGES = (0.8, 1.5, 2.5, 4, 6, 9, 13, 20, 30, 60)


def thickness_maps(
    samples: Samples, bins: Floats, size: tuple[int, int], blur_px: float
) -> NDArray[np.float32]:
    """Sum discs into maps by arrival time; a piece between two bins is shared linearly.

    Args:
        samples: The pieces.
        bins: float64 (B,), arrival times of the maps in seconds, evenly spaced, B >= 2.
        size: H and W.
        blur_px: Standard deviation of the point spread function, pixels; it softens the edges.

    Returns:
        float32 (B, H, W), mm of filled vessel along each pixel's ray.
    """
    place = np.clip((samples.arrival - bins[0]) / (bins[1] - bins[0]), 0, len(bins) - 1)
    lower = np.minimum(place.astype(np.int64), len(bins) - 2)
    upper_share = place - lower
    total = len(bins) * size[0] * size[1]
    maps = np.zeros(total)
    for group, pixel, disc, inside in _discs(samples, size, blur_px):
        weight = disc * (samples.length_mm * samples.fill)[group][:, None, None]
        for shift in (0, 1):
            part = upper_share[group] if shift else 1 - upper_share[group]
            index = (lower[group] + shift)[:, None, None] * (size[0] * size[1]) + pixel
            np.add.at(maps, index[inside], (weight * part[:, None, None])[inside])
    return maps.reshape(len(bins), *size).astype(np.float32)


def cover(
    samples: Samples, size: tuple[int, int], least_px: float = LEAST_RADIUS_PX
) -> NDArray[np.bool_]:
    """Mark the pixels whose centres lie inside a vessel.

    Args:
        samples: The pieces.
        size: H and W.
        least_px: Thinner vessels are marked as if they had this radius, so that they stay whole.

    Returns:
        bool (H, W).
    """
    mask = np.zeros(size[0] * size[1], bool)
    for group, pixel, distance, inside in _patches(samples, size, 1.0):
        limit = np.maximum(samples.radius_px[group], least_px)[:, None, None]
        mask[pixel[inside & (distance < limit)]] = True
    return mask.reshape(size)


def earliest(
    samples: Samples, values: Floats, size: tuple[int, int], least_px: float = LEAST_RADIUS_PX
) -> NDArray[np.float32]:
    """Give each covered pixel the smallest value of the pieces that cover it.

    Args:
        samples: The pieces.
        values: float64 (n,).
        size: H and W.
        least_px: See `cover`.

    Returns:
        float32 (H, W), nan where there is no vessel.
    """
    found = np.full(size[0] * size[1], np.nan, np.float32)
    for group, pixel, distance, inside in _patches(samples, size, 1.0):
        limit = np.maximum(samples.radius_px[group], least_px)[:, None, None]
        hit = inside & (distance < limit)
        value = np.broadcast_to(values[group][:, None, None], hit.shape)
        np.fmin.at(found, pixel[hit], value[hit].astype(np.float32))
    return found.reshape(size)


def _discs(
    samples: Samples, size: tuple[int, int], blur_px: float
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Floats, NDArray[np.bool_]]]:
    """Anti-aliased discs of height 1, area pi r^2 whatever the grid."""
    soft = max(1.0, 2.5 * blur_px)
    for group, pixel, distance, inside in _patches(samples, size, 0.5 * soft + 0.5):
        radius = samples.radius_px[group][:, None, None]
        disc = np.clip((np.maximum(radius, 0.5 * soft) - distance) / soft + 0.5, 0, 1)
        area = disc.sum(axis=(1, 2), keepdims=True)
        yield group, pixel, disc * (np.pi * radius**2 / area), inside


def _patches(
    samples: Samples, size: tuple[int, int], margin: float
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Floats, NDArray[np.bool_]]]:
    """Square patches round the pieces, pieces of like radius together.

    Yields:
        Indices (n,) of pieces, flat pixel indices, distances from the piece's centre in pixels and
        whether a pixel lies in the image, each (n, k, k).
    """
    reach = np.maximum(samples.radius_px, 0.5 * margin) + margin
    for low, high in zip((0.0, *EDGES), (*EDGES, np.inf), strict=True):
        members = np.flatnonzero((samples.radius_px >= low) & (samples.radius_px < high))
        if not len(members):
            continue
        half = int(np.ceil(reach[members].max() + 0.5))
        side = np.arange(-half, half + 1)
        for group in np.array_split(members, 1 + len(members) * len(side) ** 2 // CHUNK):
            row, column = samples.row[group], samples.column[group]
            rows = np.round(row).astype(np.int64)[:, None] + side
            columns = np.round(column).astype(np.int64)[:, None] + side
            distance = np.hypot(
                (rows - row[:, None])[:, :, None], (columns - column[:, None])[:, None, :]
            )
            inside = ((rows >= 0) & (rows < size[0]))[:, :, None] & (
                (columns >= 0) & (columns < size[1])
            )[:, None, :]
            yield group, rows[:, :, None] * size[1] + columns[:, None, :], distance, inside
