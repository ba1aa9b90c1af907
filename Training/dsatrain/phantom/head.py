"""The head without contrast: skull, skull base, face, teeth, neck, air.

Subtraction removes it, but its edges come back where the patient moved, and the noise is greater
behind it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates, zoom

from dsatrain.phantom.projection import ellipsoid_path
from dsatrain.phantom.settings import PhantomSettings, ViewSettings
from dsatrain.phantom.vessels import Floats

Map = NDArray[np.float32]
Triple = tuple[float, float, float]

SKULL_PER_MM, SOFT_PER_MM = 0.020, 0.004
"""Attenuation above that of water, a rounded mean over the beam."""


def rough(size: tuple[int, int], scale_px: float, rng: np.random.Generator) -> Map:
    """Draw a smooth random field with mean 0 and standard deviation 1.

    Args:
        size: H and W.
        scale_px: Its width of correlation (standard deviation of the kernel), pixels.
        rng: Random stream.

    Returns:
        float32 (H, W).
    """
    coarse = max(1.0, scale_px / 2)
    small = (int(np.ceil(size[0] / coarse)) + 3, int(np.ceil(size[1] / coarse)) + 3)
    field = gaussian_filter(rng.standard_normal(small, np.float32), scale_px / coarse)
    if coarse > 1:
        field = zoom(field, coarse, order=1)
    field = field[: size[0], : size[1]]
    return np.asarray((field - field.mean()) / max(float(field.std()), 1e-6), np.float32)


@dataclass(frozen=True, eq=False)
class Head:
    """What stands in the beam besides contrast.

    Attributes:
        attenuation: float32 (H, W), natural-log units.
        low: float32 (H, W), 0 to 1, how far a place belongs to jaw and neck, which move alone.
    """

    attenuation: Map
    low: Map


def build_head(settings: PhantomSettings, middle: Floats, rng: np.random.Generator) -> Head:
    """Project a made-up head.

    Args:
        settings: The phantom.
        middle: float64 (3,), the isocentre in mm.
        rng: Random stream.

    Returns:
        The head as the detector sees it.
    """
    view = settings.view
    size, per_mm = view.size, 1 / view.pixel_mm

    def body(centre: Triple, axes: Triple) -> Map:
        place = np.array(centre) + rng.normal(0, 1.5, 3)
        return ellipsoid_path(place, np.array(axes), middle, view).astype(np.float32)

    skull = body((0, 10, 26), (72, 92, 78)) - body((0, 10, 26), (66, 85, 71))
    skull *= 1 + 0.12 * rough(size, 5 * per_mm, rng)
    details = 0.012 * body((0, 5, -18), (58, 70, 20)) * _trabecular(size, per_mm, rng)
    details += 0.010 * body((0, -52, -45), (48, 32, 45)) * _trabecular(size, per_mm, rng)
    for centre, axes, weight in _details(rng):
        details += weight * body(centre, axes)
    neck = body((0, 30, -110), (55, 62, 90))
    scalp = body((0, 8, 20), (78, 99, 88))
    bone = SKULL_PER_MM * _warped(skull, 2.5, 30.0, view, rng)
    bone += _warped(details, 2.0, 6.0, view, rng)
    total = settings.image.bone * bone + SOFT_PER_MM * _warped(scalp + neck, 3.0, 25.0, view, rng)
    low = np.clip(neck / 60, 0, 1).astype(np.float32)
    return Head(gaussian_filter(total, settings.image.blur_px).astype(np.float32), low)


def _trabecular(size: tuple[int, int], per_mm: float, rng: np.random.Generator) -> Map:
    """Texture of irregular bone: crests like thin curved lines over cells of several sizes."""
    crests = np.exp(-((rough(size, 6 * per_mm, rng) / 0.12) ** 2))
    fine = np.exp(-((rough(size, 2.5 * per_mm, rng) / 0.2) ** 2))
    cells = np.abs(rough(size, 1.0 * per_mm, rng))
    cloud = np.maximum(0, rough(size, 4 * per_mm, rng))
    return np.asarray(0.35 * crests + 0.2 * fine + 0.12 * cells + 0.25 * cloud, np.float32)


def _warped(
    image: Map, amplitude_mm: float, scale_mm: float, view: ViewSettings, rng: np.random.Generator
) -> Map:
    """Bend an image of ellipsoids so that its outlines look grown, not drawn."""
    rows, columns = view.size
    at = np.mgrid[:rows, :columns].astype(np.float32)
    for axis in (0, 1):
        bend = rough(view.size, scale_mm / view.pixel_mm, rng)
        at[axis] += amplitude_mm / view.pixel_mm * bend
    return np.asarray(map_coordinates(image, at, order=1, mode="nearest"), np.float32)


def _details(rng: np.random.Generator) -> list[tuple[Triple, Triple, float]]:
    """Small parts as ellipsoids with their attenuation a mm; air is negative."""
    found: list[tuple[Triple, Triple, float]] = []
    for side in (-1, 1):
        found.append(((side * 34.0, 14.0, -22.0), (22.0, 10.0, 9.0), 0.016))
        found.append(((side * 30.0, -58.0, -12.0), (17.0, 17.0, 16.0), -0.012))
        found.append(((side * 48.0, 22.0, -30.0), (9.0, 11.0, 14.0), 0.014))
        found.append(((side * 42.0, -12.0, -62.0), (4.0, 14.0, 28.0), 0.03))
        for tooth in range(7):
            place = (side * (4 + 3.2 * tooth), -88 + 1.1 * tooth**1.7, -72.0)
            found.append((place, (2.8, 3.5, float(rng.uniform(6, 11))), 0.05))
    for level in range(5):
        found.append(((0.0, 22.0, -52.0 - 19 * level), (15.0, 11.0, 8.0), 0.012))
        found.append(((0.0, 38.0, -54.0 - 19 * level), (22.0, 8.0, 6.0), 0.012))
    found.append(((0.0, -8.0, -90.0), (9.0, 7.0, 45.0), -0.03))
    found.append(((0.0, -66.0, 12.0), (16.0, 9.0, 12.0), -0.02))
    return found
