"""How fast the scene follows, at 1024 x 1024; the best of a few tries, for machines are shared."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dsanet.io import DSARun, RunFacts
from dsanet.labels import BV, MAT
from dsanet.prepare import PreparedRun

from .conftest import make_prediction

pytest.importorskip("slicer")

from DSASegmentationLib import prepared, runs, segments, visibility

SIDE, FRAMES = 1024, 6
PREDICTION_S = 0.060
FRAME_S = 0.020


def large_run() -> tuple[DSARun, PreparedRun]:
    pixels = np.random.default_rng(0).integers(0, 4096, (FRAMES, SIDE, SIDE)).astype(np.uint16)
    run = DSARun(pixels, np.arange(FRAMES) / 3, None, RunFacts(times_stated=True), "large")
    frames = pixels.astype(np.float32)
    field = np.ones((SIDE, SIDE), bool)
    window = (0, FRAMES - 1)
    made = PreparedRun(frames, run.times, field, window, frames.min(axis=0), 0.0, 1.0, "as is", ())
    return run, made


def fastest(step: Callable[[int], Any], tries: int = 6) -> float:
    """Seconds of the best try; each is told its number."""
    seconds = []
    for nth in range(tries):
        started = time.perf_counter()
        step(nth)
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def test_predictions_and_frames_are_shown_in_time(host: Any) -> None:
    run, made = large_run()
    rows, columns = np.indices((SIDE, SIDE))
    labels = np.where((3 * rows + columns) % 90 < 6, BV, 0)
    labels = np.where((rows - 2 * columns) % 400 < 20, MAT, labels).astype(np.uint8)
    prediction = make_prediction(run, labels, made)
    browser = runs.addRun(host.scene, run)
    prepared.addPrepared(browser, made)
    assert fastest(lambda _: segments.addPrediction(browser, prediction)) <= PREDICTION_S
    assert len(runs.segmentationsOf(browser)) == 1
    visibility.setActiveRun(host.scene, browser)
    switch = fastest(lambda nth: browser.SetSelectedItemNumber((nth + 1) % FRAMES))
    assert switch <= FRAME_S
