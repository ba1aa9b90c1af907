"""The uncertainty map: 1 - max(p), transparent where the model is sure."""

from typing import Any

import numpy as np
import pytest

from .conftest import make_prediction, make_run

pytest.importorskip("slicer")

from DSASegmentationLib import nodes, runs
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.uncertainty import LEAST_SHOWN, addUncertainty, uncertainty


def test_it_is_the_probability_of_the_other_classes() -> None:
    probabilities = np.array([[[1, 0.5, 1 / 3]], [[0, 0.25, 1 / 3]], [[0, 0.25, 1 / 3]]])
    found = uncertainty(probabilities.astype(np.float16))
    assert found.dtype == np.float32
    assert found[0, :2].tolist() == [0, 0.5]
    assert found[0, 2] == pytest.approx(2 / 3, abs=1e-3)
    assert found.max() <= 2 / 3


def test_it_lies_on_the_run_and_hides_where_the_model_is_sure(host: Any) -> None:
    run = make_run()
    browser = runs.addRun(host.scene, run)
    prediction = make_prediction(run)
    volume = addUncertainty(browser, prediction.probabilities)
    assert np.array_equal(nodes.imageOf(volume), np.full(run.pixels.shape[1:], 0.25, np.float32))
    assert volume.GetSpacing() == runs.minipOf(browser).GetSpacing()
    display = volume.GetDisplayNode()
    assert display.GetApplyThreshold()
    assert display.GetLowerThreshold() == LEAST_SHOWN
    assert addUncertainty(browser, prediction.probabilities) is volume


def test_another_size_is_refused(host: Any) -> None:
    browser = runs.addRun(host.scene, make_run())
    with pytest.raises(SceneError, match=r"\(2, 2\)"):
        addUncertainty(browser, np.ones((3, 2, 2), np.float16))
