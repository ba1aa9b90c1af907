"""Runs of any size for the benchmarks of the engine."""

import numpy as np

from dsanet.engine.sample_run import sample_run
from dsanet.io import DSARun


def made_run(frames: int, side: int) -> DSARun:
    """Lay the engine's sample run out again and again until it fills a run of a given size.

    Args:
        frames: T.
        side: H and W.
    """
    sample = sample_run()
    copies = -(-side // sample.pixels.shape[1])
    frame_numbers = np.linspace(0, len(sample.pixels) - 1, frames).round().astype(int)
    pixels = np.empty((frames, side, side), sample.pixels.dtype)
    for place, number in enumerate(frame_numbers):
        pixels[place] = np.tile(sample.pixels[number], (copies, copies))[:side, :side]
    return DSARun(pixels, np.arange(frames) / 3, None, sample.facts, f"{frames} x {side} x {side}")
