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

STEP_SHARE = 0.2
"""One frame alone has no change over time. What lies beyond the edge of a shadow must be brighter
there by this share of the range of grey values, for a dark part of the picture has no steep edge;
beyond the shutters of the real single coronary frames it is brighter by 0.3 and more."""

STEEP_EDGE_SHARE = 1 / 50
"""Width of such an edge, as a share of the picture's larger side."""

SLOPE_SHARE = 0.75
"""Of the rise: the part of such an edge that belongs to the shadow."""

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
    and change much less than the rest, as collimator shadows do that went through JPEG; in a single
    frame they are dark with a steep edge.

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
        blocked |= _shadow(level, change if len(grey) > 1 else None, value, corner)
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


def a_few(count: int, most: int) -> NDArray[np.intp]:
    """Choose frames evenly over a run, first and last among them.

    Args:
        count: Frames of the run.
        most: Frames to choose; a run with fewer keeps all.

    >>> a_few(9, 3).tolist(), a_few(2, 3).tolist()
    ([0, 4, 8], [0, 1])
    """
    return np.unique(np.linspace(0, count - 1, most).astype(np.intp))


def _extremes(
    grey: NDArray[np.generic],
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Lowest, highest and mean value of each pixel over time."""
    level = np.asarray(grey[a_few(len(grey), 8)].mean(axis=0), np.float32)
    return grey.min(axis=0).astype(np.float32), grey.max(axis=0).astype(np.float32), level


def _corners(shape: tuple[int, ...]) -> Iterator[tuple[slice, slice]]:
    rows, columns = (max(1, round(side * CORNER_SHARE)) for side in shape)
    for down in (slice(None, rows), slice(-rows, None)):
        for across in (slice(None, columns), slice(-columns, None)):
            yield down, across


def _shadow(
    level: NDArray[np.float32],
    change: NDArray[np.float32] | None,
    value: float,
    corner: tuple[slice, slice],
) -> NDArray[np.bool_]:
    """A dark region of about one grey value that holds the corner; may be empty.

    It is quiet over time, or for a single frame, without `change`, ends at a steep edge; this edge
    belongs to it then, for there is no change over time that tells it from a vessel.
    """
    darkest, brightest = np.percentile(level, [1, 99])
    scale = float(brightest - darkest)
    alike = np.abs(level - value) <= LEVEL_SHARE * scale
    region = _grown(alike if change is None else alike & _quiet(change), corner)
    if not region.any() or region.all():
        return region & False
    if np.median(level[region]) > np.percentile(level[~region], 10):
        return region & False
    return _with_steep_edge(level, region, STEP_SHARE * scale) if change is None else region


def _quiet(change: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Pixels that change much less over time than most; none where nothing changes."""
    moving = change[change > 0]
    return np.asarray(change <= (QUIET_SHARE * np.median(moving) if moving.size else -1))


def _with_steep_edge(
    level: NDArray[np.float32], region: NDArray[np.bool_], step: float
) -> NDArray[np.bool_]:
    """The region with its slope, if what lies beyond is brighter by a step; else nothing."""
    edge_px = max(1, round(max(level.shape) * STEEP_EDGE_SHARE))
    away = ndimage.distance_transform_cdt(~region, "chessboard")
    around = level[away == edge_px]
    inner = float(np.median(level[region]))
    rise = float(np.median(around)) - inner if around.size else 0.0
    if rise < step:
        return region & False
    return np.asarray(region | ((away < edge_px) & (level < inner + SLOPE_SHARE * rise)))


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
