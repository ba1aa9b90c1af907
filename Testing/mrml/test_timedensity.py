"""The time-density curve: of the field first, of the vessels once there are labels."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dsanet.prepare import prepare

from .conftest import make_prediction, make_run

pytest.importorskip("slicer")

from DSASegmentationLib import runs, segments
from DSASegmentationLib.prepared import addPrepared
from DSASegmentationLib.timedensity import (
    FIELD,
    VESSELS,
    timeDensity,
    timeDensityOf,
)


def test_the_background_is_0_and_a_filled_vessel_1() -> None:
    frames = np.array([[[10, 10, 99]], [[4, 8, 99]]], np.float32)
    pixels = np.array([[True, True, False]])
    np.testing.assert_allclose(timeDensity(frames, pixels, center=10.0, scale=5.0), [0, 0.8])


def test_there_is_no_curve_before_the_run_is_prepared(host: Any) -> None:
    assert timeDensityOf(runs.addRun(host.scene, make_run())) is None


def test_the_curve_is_that_of_the_field_until_vessels_are_labelled(host: Any) -> None:
    run = make_run(6)
    prediction = make_prediction(run)
    browser = runs.addRun(host.scene, run)
    addPrepared(browser, prediction.prepared)
    whole = timeDensityOf(browser)
    segments.addPrediction(browser, prediction)
    vessels = timeDensityOf(browser)
    assert whole is not None
    assert vessels is not None
    assert (whole.pixels, vessels.pixels) == (FIELD, VESSELS)
    np.testing.assert_allclose(vessels.times, np.arange(6) / 3)
    made = prediction.prepared
    expected = timeDensity(made.frames, prediction.labels > 0, made.center, made.scale)
    np.testing.assert_allclose(vessels.density, expected, atol=1e-6)
    assert vessels.density.max() > 2 * whole.density.max()


def test_labels_without_a_vessel_leave_the_curve_of_the_field(host: Any) -> None:
    run = make_run()
    prediction = make_prediction(run, np.zeros(run.pixels.shape[1:], np.uint8))
    browser = runs.addRun(host.scene, run)
    addPrepared(browser, prediction.prepared)
    segments.addPrediction(browser, prediction)
    found = timeDensityOf(browser)
    assert found is not None
    assert found.pixels == FIELD


def test_times_that_nobody_states_are_frame_numbers(host: Any) -> None:
    run = make_run()
    unstated = replace(
        run, facts=replace(run.facts, times_stated=False), times=np.arange(4, dtype=np.float64)
    )
    browser = runs.addRun(host.scene, unstated)
    addPrepared(browser, prepare(unstated))
    found = timeDensityOf(browser)
    assert found is not None
    assert found.timed is False
    assert found.times.tolist() == [0, 1, 2, 3]
