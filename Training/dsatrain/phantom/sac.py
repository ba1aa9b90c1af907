"""Saccular aneurysms as the detector sees them: a sphere, exact along every ray."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from dsatrain.phantom.projection import project
from dsatrain.phantom.settings import ViewSettings
from dsatrain.phantom.vessels import Floats


def sac_map(
    place_mm: tuple[float, float, float],
    diameter_mm: float,
    middle: Floats,
    view: ViewSettings,
    blur_px: float,
) -> NDArray[np.float32]:
    """Length of each pixel's ray inside the sac.

    Args:
        place_mm: Centre.
        diameter_mm: Diameter.
        middle: float64 (3,), the isocentre in mm.
        view: The view.
        blur_px: Standard deviation of the point spread function, pixels.

    Returns:
        float32 (H, W), mm.
    """
    radius = 0.5 * diameter_mm
    chord = 2 * np.sqrt(np.maximum(radius**2 - _distance_mm(place_mm, middle, view) ** 2, 0))
    return np.asarray(gaussian_filter(chord, blur_px), np.float32)


def sac_mask(
    place_mm: tuple[float, float, float], diameter_mm: float, middle: Floats, view: ViewSettings
) -> NDArray[np.bool_]:
    """Mark the pixels whose centres lie inside the sac's outline, (H, W)."""
    return _distance_mm(place_mm, middle, view) < 0.5 * diameter_mm


def _distance_mm(
    place_mm: tuple[float, float, float], middle: Floats, view: ViewSettings
) -> Floats:
    """Distance of each pixel's ray from a point, mm at its depth; float64 (H, W)."""
    row, column, per_mm = project(np.array([place_mm]), middle, view)
    rows, columns = view.size
    away = np.hypot(np.arange(rows)[:, None] - row[0], np.arange(columns)[None] - column[0])
    return np.asarray(away / per_mm[0])
