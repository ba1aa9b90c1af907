import numpy as np
import pytest

from dsanet.io import DSARun, RunFacts

FRAMES, SIDE = 16, 64
BACKGROUND, VESSEL_DEPTH = 160, 80


@pytest.fixture
def make_run():
    def make(pixels, times=None, **facts):
        pixels = np.asarray(pixels)
        times = np.arange(len(pixels), dtype=np.float64) if times is None else np.asarray(times)
        return DSARun(pixels, times, None, RunFacts(**facts), "synthetic")

    return make


def bolus(times, arrival, width=2.0):
    """Contrast that rises from `arrival` for `width` seconds and falls as long again."""
    return np.clip(1 - np.abs(times - arrival - width) / width, 0, 1)


def subtracted_pixels(times, noise=1.0):
    """Artery in columns 20 to 22 from 3 s, its branch from 4 s, a vein in row 40 from 9 s."""
    density = np.zeros((len(times), SIDE, SIDE))
    density[:, 8:56, 20:23] = bolus(times, 3.0)[:, None, None]
    density[:, 20:22, 23:50] = bolus(times, 4.0)[:, None, None]
    density[:, 40:43, 30:60] = bolus(times, 9.0)[:, None, None]
    grain = np.random.default_rng(0).normal(0, noise, density.shape)
    return np.rint(BACKGROUND - VESSEL_DEPTH * density + grain).astype(np.uint8)


@pytest.fixture
def subtracted():
    """(16, 64, 64), one frame a second: arteries in frames 4 to 6, the vein in 10 to 12."""
    return subtracted_pixels(np.arange(FRAMES, dtype=np.float64))


@pytest.fixture
def native():
    """The same run over bones: grey values from 40 to 200, vessels take away up to half."""
    times = np.arange(FRAMES, dtype=np.float64)
    taken = 1 - (BACKGROUND - subtracted_pixels(times, 0.3).astype(float)) / BACKGROUND
    row, column = np.mgrid[:SIDE, :SIDE]
    bones = 120 + 80 * np.sin(row / 5.0) * np.cos(column / 7.0)
    return np.rint(np.clip(bones * taken, 1, 255)).astype(np.uint8)
