"""Phantoms whose vessels are drawn slice by slice, so that short stenoses are as narrow as told.

`dsatrain.phantom.thickness` lays a disc of the vessel's radius into the picture for each piece of
it. Where the radius stays the same the discs add up to the right chord, but where it changes fast
the discs of the wide parts cover the narrow one: 6 mm in a vessel of 4.8 mm with 70 % look like
50 %. Seen from the side a slice of a vessel is a line across it, from elsewhere an ellipse.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from dsatrain.phantom import thickness
from dsatrain.phantom.projection import Samples

LEAST_PX = 0.45
"""Standard deviation of a line's thickness, so that lines up to 0.8 px apart merge."""

APART_PX = 4.0
"""Pieces farther apart belong to different vessels."""


@contextmanager
def sliced() -> Iterator[None]:
    """Have phantoms drawn slice by slice."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(thickness, "_discs", _slices)
        yield


def _slices(samples: Samples, size: tuple[int, int], blur_px: float) -> Iterator[Any]:
    """Blurred lines with the area of the disc, wide along the vessel as far as it is tilted."""
    soft = max(1.0, 2.5 * blur_px)
    way, tilt = _directions(samples)
    for group, pixel, distance, inside in thickness._patches(samples, size, 0.5 * soft + 2.5):
        radius = samples.radius_px[group][:, None, None]
        down = pixel // size[1] - samples.row[group][:, None, None]
        right = pixel % size[1] - samples.column[group][:, None, None]
        along = down * way[group, 0, None, None] + right * way[group, 1, None, None]
        across = np.sqrt(np.maximum(distance**2 - along**2, 0))
        spread = np.hypot(max(LEAST_PX, soft / 12**0.5), 0.5 * radius * tilt[group, None, None])
        chord = _half_disc(across + 0.5 * soft, radius) - _half_disc(across - 0.5 * soft, radius)
        slices = np.where(inside, chord * np.exp(-0.5 * (along / spread) ** 2), 0.0)
        whole = np.sqrt(2 * np.pi) * spread * np.pi * radius**2 * soft / 2
        yield group, pixel, slices * (np.pi * radius**2 / whole), inside


def _half_disc(offset: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Area of a disc's upper half from its middle to an offset."""
    x = np.clip(offset, -radius, radius)
    return 0.5 * (x * np.sqrt(np.maximum(radius**2 - x**2, 0)) + radius**2 * np.arcsin(x / radius))


def _directions(samples: Samples) -> tuple[np.ndarray, np.ndarray]:
    """Unit vector of each piece in the picture, (n, 2), and the sine of its tilt to it."""
    if len(samples.row) < 2:
        return np.zeros((len(samples.row), 2)), np.ones(len(samples.row))
    places = np.stack((samples.row, samples.column), axis=1)
    step = np.diff(places, axis=0, append=places[-1:])
    before = np.roll(step, 1, axis=0)
    far = np.hypot(*step.T) > APART_PX
    far[-1] = True
    step[far] = before[far]
    seen = np.hypot(*step.T)
    way = step / np.maximum(seen, 1e-9)[:, None]
    whole = samples.length_mm * samples.radius_px / np.maximum(samples.radius_mm, 1e-9)
    cosine = np.clip(seen / np.maximum(whole, 1e-9), 0, 1)
    return way, np.sqrt(1 - cosine**2)
