"""The head without contrast: skull, skull base, face, teeth, neck, air.

Subtraction removes it, but its edges come back where the patient moved, and the noise is greater
behind it.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

from dsatrain.phantom.fields import Map, rough
from dsatrain.phantom.metal import metal
from dsatrain.phantom.projection import add_ellipsoid
from dsatrain.phantom.settings import PhantomSettings, ViewSettings
from dsatrain.phantom.skull import (
    BASE,
    EYES,
    PETROUS,
    TEXTURED_FACE,
    THROAT,
    Part,
    details_of,
)
from dsatrain.phantom.vessels import Floats

SKULL_PER_MM, SOFT_PER_MM = 0.020, 0.004
"""Attenuation above that of water, a rounded mean over the beam."""
EDGE_MM = 0.7
"""How soft the edges of small bones are (standard deviation)."""
LIGHTEST, DENSEST = -0.7, 2.2
"""Range of the attenuation after the beam filter: what lies outside is over- or underexposed."""


@dataclass(frozen=True, eq=False)
class Head:
    """What stands in the beam besides contrast.

    Attributes:
        attenuation: float32 (H, W), natural-log units; 0 where the dose is the nominal one.
        low: float32 (H, W), 0 to 1, how far a place belongs to jaw and neck, which move alone.
        throat: float32 (H, W), 0 to 1, what rises when the patient swallows.
        eyes: float32 (H, W), natural-log units of the eyeballs' contents.
    """

    attenuation: Map
    low: Map
    throat: Map
    eyes: Map


def build_head(settings: PhantomSettings, middle: Floats, rng: np.random.Generator) -> Head:
    """Project a made-up head.

    Args:
        settings: The phantom.
        middle: float64 (3,), the isocentre in mm.
        rng: Random stream.

    Returns:
        The head as the detector sees it, in the mask's pose.
    """
    view, patient = settings.view, settings.patient
    size, per_mm = view.size, 1 / view.pixel_mm

    def body(*parts: Part) -> Map:
        image = np.zeros(size, np.float32)
        for centre, axes, weight in parts:
            place = np.array(centre) + rng.normal(0, 1.0, 3)
            add_ellipsoid(image, place, np.array(axes), middle, view, weight)
        return image

    skull = body(((0, 10, 26), (72, 92, 78), 1)) - body(((0, 10, 26), (66, 85, 71), 1))
    skull *= 1 + 0.12 * rough(size, 5 * per_mm, rng) - 0.12 * _sutures(size, per_mm, rng)
    texture = _trabecular(size, per_mm, rng)
    details = body(*BASE, *TEXTURED_FACE) * texture
    petrous = body(*PETROUS)
    details += petrous * (0.55 + 0.9 * texture)
    details += body(*details_of(patient.fillings, rng)) * (0.6 + 0.8 * texture)
    neck = body(((0, 30, -110), (55, 62, 90), 1))
    soft = SOFT_PER_MM * (body(((0, 8, 20), (78, 99, 88), 1)) + neck)
    total = _warped(SKULL_PER_MM * skull, 2.5, 30.0, view, rng)
    # Ellipsoids end abruptly, bones do not.
    details = gaussian_filter(details, EDGE_MM * per_mm)
    total += _warped(details, 4.0, 9.0, view, rng)
    total = patient.bone * total + soft + metal(patient, view, rng)
    total = gaussian_filter(total, settings.image.blur_px)
    return Head(
        attenuation=np.clip(total - np.percentile(total, 40), LIGHTEST, DENSEST),
        low=np.clip(neck / 60, 0, 1),
        throat=gaussian_filter(np.clip(body(*THROAT) / 18, 0, 1), 3 * per_mm),
        eyes=gaussian_filter(SOFT_PER_MM * body(*EYES), EDGE_MM * per_mm),
    )


def _sutures(size: tuple[int, int], per_mm: float, rng: np.random.Generator) -> Map:
    """Sutures and grooves of the skull: a few thin winding lines."""
    course = rough(size, 40 * per_mm, rng) + 0.08 * rough(size, 2 * per_mm, rng)
    return np.asarray(np.exp(-((course / 0.02) ** 2)), np.float32)


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
