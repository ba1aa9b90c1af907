"""Metal on and in the head, as the detector sees it: clips, staples, coils."""

import numpy as np
from scipy.ndimage import gaussian_filter

from dsatrain.phantom.fields import Map
from dsatrain.phantom.image_settings import PatientSettings
from dsatrain.phantom.settings import ViewSettings

CLIP_DEPTH, COIL_DEPTH = (0.4, 1.2), (0.8, 1.8)
"""Natural-log units of a clip or staple, and of a coil pack."""


def metal(patient: PatientSettings, view: ViewSettings, rng: np.random.Generator) -> Map:
    """Draw the metal that moves with the head.

    Args:
        patient: How much there is.
        view: The view.
        rng: Random stream.

    Returns:
        float32 (H, W), natural-log units.
    """
    image = np.zeros(view.size, np.float32)
    for _ in range(patient.clips):
        start = rng.uniform((0, 0), view.size)
        angle, length = rng.uniform(0, 2 * np.pi), rng.uniform(4, 9) / view.pixel_mm
        way = np.array((np.sin(angle), np.cos(angle))) * length
        bend = rng.uniform(0, 0.5) * way[::-1] * (1, -1)
        curve = start + np.linspace(0, 1, 60)[:, None] * way
        curve = curve + np.sin(np.linspace(0, np.pi, 60))[:, None] * bend
        stamp(image, curve, 0.5 / view.pixel_mm, float(rng.uniform(*CLIP_DEPTH)))
    if patient.coil_mm:
        _coil(image, patient.coil_mm / view.pixel_mm, rng)
    return image


def _coil(image: Map, width_px: float, rng: np.random.Generator) -> None:
    """A ball of wire near the middle of the image."""
    shape = np.array(image.shape)
    centre = shape / 2 + rng.normal(0, 0.06 * shape)
    turns = rng.standard_normal((3000, 2))
    turns = np.cumsum(gaussian_filter(turns, (3, 0)), axis=0)
    turns = turns - gaussian_filter(turns, (60, 0))
    turns *= 0.5 * width_px / np.abs(turns).max()
    stamp(image, centre + turns, 0.8, float(rng.uniform(*COIL_DEPTH)))


def stamp(image: Map, curve: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
          width_px: float, depth: float) -> None:  # fmt: skip
    """Draw a soft line of even depth into an image, in place.

    Args:
        image: float32 (H, W).
        curve: float64 (N, 2), rows and columns, less than a pixel apart.
        width_px: Its width (standard deviation times two).
        depth: What the line adds in its middle.
    """
    rows, columns = image.shape
    margin = int(np.ceil(2 * width_px)) + 2
    low = np.maximum(np.floor(curve.min(axis=0)).astype(int) - margin, 0)
    high = np.minimum(np.ceil(curve.max(axis=0)).astype(int) + margin + 1, (rows, columns))
    if np.any(high - low < 2):
        return
    place = np.round(curve).astype(int) - low
    shape = tuple(high - low)
    inside = np.all((place >= 0) & (place < shape), axis=1)
    line = np.zeros(shape, np.float32)
    line[tuple(place[inside].T)] = 1
    line = gaussian_filter(line, max(0.5, 0.5 * width_px))
    if line.max() > 0:
        image[low[0] : high[0], low[1] : high[1]] += depth * line / line.max()
