"""Painting: what a user draws, whatever lay there before."""

import itertools
import math
from collections.abc import Collection

import numpy as np
from numpy.typing import ArrayLike, NDArray

Labels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]

LEAST_RADIUS_PX = 0.71
"""Half a pixel's diagonal: a smaller disk could lie between the centres of all pixels."""

MOST_DENT_PX = 0.04
"""Depth of the dents that the disks of a line of changing width may leave in its outline: disks of
radius r that lie s apart leave s^2 / (8 r)."""


def stroke_mask(shape: tuple[int, int], points: ArrayLike, widths: ArrayLike) -> Mask:
    """Cover a line with disks.

    Args:
        shape: H and W.
        points: (N, 2) rows and columns, N >= 1, whole or between pixels, also outside the image.
        widths: Diameters in pixels: one, or (N,), which change evenly between the points.

    Returns:
        bool (H, W): pixels whose centre lies inside the line's outline. A disk always covers a
        pixel, however small it is.
    """
    mask = np.zeros(shape, np.bool_)
    places, radii = _checked(points, widths)
    if len(places) > 1 and np.ptp(radii) > 0:
        places, radii = _close_disks(places, radii)
    elif len(places) > 1:
        for start, end in itertools.pairwise(places):
            _cover(mask, start, end, radii[0])
        return mask
    for place, radius in zip(places, radii, strict=True):
        _cover(mask, place, place, radius)
    return mask


def _cover(mask: Mask, start: Floats, end: Floats, radius: float) -> None:
    """Mark, in place, the pixels within a radius of the straight line between two points."""
    top, left = (max(0, math.ceil(at - radius)) for at in np.minimum(start, end))
    bottom, right = (max(0, math.floor(at + radius) + 1) for at in np.maximum(start, end))
    box = mask[top:bottom, left:right]
    down = np.arange(top, top + box.shape[0])[:, None] - start[0]
    across = np.arange(left, left + box.shape[1]) - start[1]
    along = end - start
    if squared := float(along @ along):
        share = np.clip((down * along[0] + across * along[1]) / squared, 0, 1)
        down, across = down - share * along[0], across - share * along[1]
    box |= down**2 + across**2 <= radius**2


def painted(
    labels: Labels,
    points: ArrayLike,
    widths: ArrayLike,
    value: int,
    protected: Collection[int] = (),
) -> Labels:
    """Paint or erase along a line; what the user draws wins over whatever lay there.

    Args:
        labels: uint8 (H, W), values of `dsanet.labels`; stays as it is.
        points: (N, 2) rows and columns, N >= 1; a single one makes a dab.
        widths: Diameters in pixels: one, or (N,).
        value: The class, or `dsanet.labels.BACKGROUND` to erase.
        protected: Values that the user chose to leave as they are.

    Returns:
        The new labels.
    """
    rows, columns = labels.shape
    mask = stroke_mask((rows, columns), points, widths)
    for kept in protected:
        mask &= labels != kept
    changed = labels.copy()
    changed[mask] = value
    return changed


def _checked(points: ArrayLike, widths: ArrayLike) -> tuple[Floats, Floats]:
    """Points (N, 2) and radii (N,).

    Raises:
        ValueError: They have other shapes or are not finite.
    """
    places = np.asarray(points, np.float64)
    if places.ndim != 2 or places.shape[1] != 2 or not len(places):
        msg = f"a line needs points (N, 2) with N >= 1, got {places.shape}"
        raise ValueError(msg)
    radii = np.broadcast_to(np.asarray(widths, np.float64) / 2, places.shape[:1])
    if not (np.isfinite(places).all() and np.isfinite(radii).all()):
        msg = "points and widths of a line must be finite"
        raise ValueError(msg)
    return places, np.maximum(radii, LEAST_RADIUS_PX)


def _close_disks(places: Floats, radii: Floats) -> tuple[Floats, Floats]:
    """Put disks between those that lie far apart."""
    lengths = np.hypot(*np.diff(places, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    step = np.sqrt(8 * radii.min() * MOST_DENT_PX)
    at = np.union1d(along, np.linspace(0, along[-1], 1 + int(np.ceil(along[-1] / step))))
    rows, columns, wide = (np.interp(at, along, part) for part in (*places.T, radii))
    return np.column_stack([rows, columns]), wide
