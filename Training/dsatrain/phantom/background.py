"""All that is neither vessel, bone nor noise: blush and slow changes of the whole picture."""

import numpy as np
from scipy.ndimage import gaussian_filter

from dsatrain.phantom.fields import Map, enlarged, rough
from dsatrain.phantom.layers import Layers
from dsatrain.phantom.projection import Samples
from dsatrain.phantom.settings import PhantomSettings, ViewSettings
from dsatrain.phantom.vessels import Floats


def blush_maps(samples: Samples, view: ViewSettings, rng: np.random.Generator) -> Map:
    """Where capillaries fill: near the thin arteries, a little mottled.

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
    thin, weight = samples.radius_mm < 0.6, samples.length_mm * samples.fill
    row = np.clip(samples.row[thin] / step, 0, shape[0] - 1).astype(np.int64)
    column = np.clip(samples.column[thin] / step, 0, shape[1] - 1).astype(np.int64)
    count = np.bincount(row * shape[1] + column, weight[thin], shape[0] * shape[1])
    near = gaussian_filter(count.reshape(shape), 9 / view.pixel_mm / step, mode="nearest")
    near = (near / max(float(np.percentile(near, 99)), 1e-6)) ** 0.7
    places = (np.linspace(0, shape[0] - 1, rows), np.linspace(0, shape[1] - 1, columns))
    field = enlarged(near.astype(np.float32), *places)
    mottle = 1 + 0.15 * rough(view.size, 3 / view.pixel_mm, rng)
    early = np.clip(0.5 + 0.5 * rough(view.size, 22 / view.pixel_mm, rng), 0, 1)
    blush = field * mottle
    return np.stack((blush * early, blush * (1 - early))).astype(np.float32)


def drift_layers(settings: PhantomSettings, rng: np.random.Generator) -> Layers:
    """Slow changes of the whole picture: tube output, scatter, filters.

    Returns:
        A constant and two low-frequency fields with small random weights.
    """
    size = settings.view.size
    fields = [np.ones(size, np.float32)] + [rough(size, 0.3 * max(size), rng) for _ in range(2)]
    weights = np.stack([walk(len(settings.flow.times), 1, rng) for _ in fields], axis=1)
    return Layers(np.stack(fields), settings.image.drift * weights)


def walk(count: int, steps: int, rng: np.random.Generator) -> Floats:
    """Walk at random with jumps, (count,), standard deviation about 1 at its end."""
    path = np.cumsum(rng.standard_normal(count)) / np.sqrt(count)
    for _ in range(steps):
        path[int(rng.integers(0, count)) :] += rng.normal(0, 0.7)
    return np.asarray(path)
