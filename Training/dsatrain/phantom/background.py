"""All that is neither vessel nor noise: bone that moved, blush, drift, the catheter."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, zoom

from dsatrain.phantom.head import Head, Map, rough
from dsatrain.phantom.projection import Samples, sample
from dsatrain.phantom.settings import ImageSettings, PhantomSettings, ViewSettings
from dsatrain.phantom.thickness import thickness_maps
from dsatrain.phantom.vessels import Floats, Vessels, one_vessel

CATHETER_MM, CATHETER_RADIUS_MM, CATHETER_SHIFT_MM = 70, 0.75, 1.0
"""Length seen, radius (1.3 to 2 mm across) and how far it jumps."""


@dataclass(frozen=True, eq=False)
class Layers:
    """A sum of still images with a weight for each frame.

    Attributes:
        maps: float32 (K, H, W), natural-log units of attenuation.
        weights: float64 (T, K).
    """

    maps: NDArray[np.float32]
    weights: Floats


def motion_layers(settings: PhantomSettings, head: Head, rng: np.random.Generator) -> Layers:
    """Edges left by the patient's movement between mask and frame, to first order in the shift.

    Args:
        settings: The phantom.
        head: What moves; jaw and neck also move by themselves.
        rng: Random stream.

    Returns:
        Gradients of the head with shifts and rotation as weights.
    """
    rows, columns = head.attenuation.shape
    down, right = np.gradient(head.attenuation)
    y = (np.arange(rows, dtype=np.float32)[:, None] - rows / 2) / rows
    x = (np.arange(columns, dtype=np.float32)[None] - columns / 2) / rows
    maps = np.stack((down, right, x * down - y * right, head.low * down, head.low * right))
    count = len(settings.flow.times)
    weights = np.zeros((count, len(maps)))
    size = settings.image.motion_px
    for index, share in enumerate((1.0, 1.0, 1.2, 1.5, 1.0)):
        weights[:, index] = size * share * _walk(count, settings.image.motion_steps, rng)
    return Layers(maps.astype(np.float32), weights)


def _walk(count: int, steps: int, rng: np.random.Generator) -> Floats:
    """A smooth random walk with jumps, (count,), standard deviation about 1 at its end."""
    path = np.cumsum(rng.standard_normal(count)) / np.sqrt(count)
    for _ in range(steps):
        path[int(rng.integers(0, count)) :] += rng.normal(0, 0.7)
    return np.asarray(path)


def blush_maps(samples: Samples, view: ViewSettings, rng: np.random.Generator) -> Map:
    """Where capillaries fill: near the thin arteries, mottled.

    Args:
        samples: Pieces of the arteries.
        view: The view.
        rng: Random stream.

    Returns:
        float32 (2, H, W): early and late territories, brightest about 1.
    """
    step = 8
    rows, columns = view.size
    shape = (-(-rows // step), -(-columns // step))
    thin = samples.radius_mm < 0.6
    row = np.clip(samples.row[thin] / step, 0, shape[0] - 1).astype(np.int64)
    column = np.clip(samples.column[thin] / step, 0, shape[1] - 1).astype(np.int64)
    count = np.bincount(row * shape[1] + column, samples.length_mm[thin], shape[0] * shape[1])
    near = gaussian_filter(count.reshape(shape), 9 / view.pixel_mm / step, mode="nearest")
    near = (near / max(float(np.percentile(near, 99)), 1e-6)) ** 0.7
    field = zoom(near, (rows / shape[0], columns / shape[1]), order=1).astype(np.float32)
    mottle = 1 + 0.15 * rough(view.size, 3 / view.pixel_mm, rng)
    early = np.clip(0.5 + 0.5 * rough(view.size, 22 / view.pixel_mm, rng), 0, 1)
    fine = 1 + 0.35 * rough(view.size, 0.6 / view.pixel_mm, rng)
    blush = field * mottle * fine
    return np.stack((blush * early, blush * (1 - early))).astype(np.float32)


def catheter_layer(arteries: Vessels, middle: Floats, settings: PhantomSettings) -> Layers:
    """The line pair left by a catheter that moved when the injection began.

    Args:
        arteries: All arteries; the first is the trunk, whose first part holds the catheter.
        middle: float64 (3,), the isocentre in mm.
        settings: The phantom.

    Returns:
        The catheter after less the catheter before, from the injection on.
    """
    lines = []
    for shift_mm in (0.0, CATHETER_SHIFT_MM):
        points = arteries.points[: CATHETER_MM + 1] + np.array((shift_mm, shift_mm, 0))
        ones = np.ones(len(points))
        line = one_vessel(points, CATHETER_RADIUS_MM * ones, 0 * ones, 0)
        pieces = sample(line, middle, settings.view)
        bins = np.array([0.0, 1.0])
        lines.append(thickness_maps(pieces, bins, settings.view.size, settings.image.blur_px)[:1])
    after = np.asarray(settings.flow.times) > settings.flow.injection_s
    strength = settings.image.catheter / (2 * CATHETER_RADIUS_MM)
    return Layers(lines[1] - lines[0], strength * after[:, None].astype(np.float64))


def drift_layers(
    view: ViewSettings, image: ImageSettings, count: int, rng: np.random.Generator
) -> Layers:
    """Slow changes of the whole picture: tube output, scatter, filters.

    Returns:
        A constant and two low-frequency fields with small random weights.
    """
    wide = 0.3 * max(view.size)
    fields = [np.ones(view.size, np.float32)] + [rough(view.size, wide, rng) for _ in range(2)]
    weights = np.stack([_walk(count, 1, rng) for _ in fields], axis=1)
    return Layers(np.stack(fields), image.drift * weights)
