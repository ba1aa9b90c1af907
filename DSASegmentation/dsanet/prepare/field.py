"""Exposure field: where X-rays reached the detector (no shutter, no padding)."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

QUIET_SHARE = 0.5
"""A pixel is quiet when its change over time is below this share of the typical change."""

LEVEL_SHARE = 0.1
"""Grey values that one collimator shadow spans, as a share of the range of all grey values; the
widest in the real coronary runs spans 0.07."""

CORNER_SHARE = 1 / 64
"""Side of the corner squares, as a share of the picture's, in which a shutter must begin."""

EDGE_PX = 2
"""Width of a shutter's edge, whose pixels mix shutter and picture and would look like a vessel."""

SMALLEST_FIELD = 0.25
"""A smaller share of the picture is a vessel on an empty background rather than a field."""


def exposure_field(grey: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Find the exposed pixels.

    A shutter, a padding or the surroundings of a round image always hold a corner of the picture
    (a vessel that leaves the picture does not). They have one constant value, or else they are dark
    and change much less than the rest, as collimator shadows do that went through JPEG.

    Args:
        grey: (T, H, W), higher is brighter.

    Returns:
        bool (H, W) in one piece and without holes; all True where no shutter is certain.
    """
    low, high, level = _extremes(grey)
    change = high - low
    blocked = np.zeros(grey.shape[1:], np.bool_)
    for corner in _corners(grey.shape[1:]):
        if blocked[corner].any():
            continue
        value = float(np.median(level[corner]))
        blocked |= _grown((low == value) & (high == value), corner)
        if len(grey) > 1:
            blocked |= _shadow(level, change, value, corner)
    if not blocked.any():
        return ~blocked
    field = _one_piece(~blocked)
    return field if field.mean() >= SMALLEST_FIELD else np.ones_like(field)


def without_edge(field: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Take away the pixels beside the shutter, which mix shutter and picture.

    Such a line of one constant grey would look like a vessel. The picture's own border stays.

    Args:
        field: bool (H, W).

    Returns:
        bool (H, W), narrower by `EDGE_PX`.
    """
    return np.asarray(ndimage.binary_erosion(field, iterations=EDGE_PX, border_value=1))


def _extremes(
    grey: NDArray[np.generic],
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Lowest, highest and mean value of each pixel over time."""
    chosen = np.unique(np.linspace(0, len(grey) - 1, 8).astype(int))
    level = np.asarray(np.mean(grey[chosen], axis=0), np.float32)
    return grey.min(axis=0).astype(np.float32), grey.max(axis=0).astype(np.float32), level


def _corners(shape: tuple[int, ...]) -> Iterator[tuple[slice, slice]]:
    rows, columns = (max(1, round(side * CORNER_SHARE)) for side in shape)
    for down in (slice(None, rows), slice(-rows, None)):
        for across in (slice(None, columns), slice(-columns, None)):
            yield down, across


def _shadow(
    level: NDArray[np.float32],
    change: NDArray[np.float32],
    value: float,
    corner: tuple[slice, slice],
) -> NDArray[np.bool_]:
    """A dark, quiet region of about one grey value that holds the corner; may be empty."""
    moving = change[change > 0]
    if not moving.size:
        return np.zeros_like(level, np.bool_)
    darkest, brightest = np.percentile(level, [1, 99])
    alike = np.abs(level - value) <= LEVEL_SHARE * (brightest - darkest)
    region = _grown(alike & (change <= QUIET_SHARE * np.median(moving)), corner)
    if not region.any() or region.all():
        return region & False
    is_dark = np.median(level[region]) <= np.percentile(level[~region], 10)
    return region if is_dark else region & False


def _grown(like: NDArray[np.bool_], corner: tuple[slice, slice]) -> NDArray[np.bool_]:
    """The connected part of a mask, without bridges under five pixels, that holds the corner."""
    # Beyond the picture's border a shutter goes on: a strip of one pixel there is solid too.
    beyond = ndimage.binary_opening(np.pad(like, 5, mode="edge"), np.ones((5, 5)))
    solid = np.asarray(beyond[5:-5, 5:-5])
    if not solid[corner].any():
        return np.zeros_like(like)
    parts, _ = ndimage.label(solid)
    reached = np.unique(parts[corner])
    return np.isin(parts, reached[reached > 0])


def _one_piece(field: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest part of a mask after thin bridges are cut, with its holes filled."""
    parts, count = ndimage.label(ndimage.binary_opening(field, np.ones((5, 5))))
    if count == 0:
        return np.zeros_like(field)
    largest = 1 + int(np.argmax(np.bincount(parts.ravel())[1:]))
    return np.asarray(ndimage.binary_fill_holes(parts == largest))
