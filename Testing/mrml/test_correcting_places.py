"""Probabilities in the scene, and the round of places that they lead to."""

from typing import Any

import numpy as np
import pytest

from .conftest import make_prediction, make_run, some_labels

slicer = pytest.importorskip("slicer")

from DSASegmentationLib import runs  # noqa: E402
from DSASegmentationLib.correcting.touring import PlaceTour, placesOf  # noqa: E402
from DSASegmentationLib.nodes import referenceOf  # noqa: E402
from DSASegmentationLib.probabilities import addProbabilities, probabilitiesOf  # noqa: E402
from DSASegmentationLib.segments import addPrediction, setLabels  # noqa: E402


@pytest.fixture
def browser(host: Any) -> Any:
    return runs.addRun(host.scene, make_run())


def sure() -> Any:
    """Probabilities of a model that has no doubt but at three places."""
    labels = some_labels()
    made = np.zeros((3, *labels.shape), np.float32)
    np.put_along_axis(made, labels[None].astype(np.int64), 1, axis=0)
    made[:, 22:30, 44:50] = np.array([0.5, 0.5, 0])[:, None, None]
    made[:, 34:38, 20:26] = np.array([0, 0.25, 0.75])[:, None, None]
    return made


def test_they_come_back_as_they_were_within_eight_bits(browser: Any) -> None:
    rng = np.random.default_rng(3)
    given = rng.dirichlet([1, 1, 1], runs.sizeOf(browser)).transpose(2, 0, 1)
    addProbabilities(browser, given.astype(np.float16))
    found = probabilitiesOf(browser)
    assert found is not None
    assert (found.shape, found.dtype) == (given.shape, np.float32)
    assert np.abs(found - given).max() < 0.006
    assert np.allclose(found.sum(axis=0), 1, atol=0.005)


def test_they_are_hidden_replaced_and_go_with_the_run(host: Any, browser: Any) -> None:
    assert probabilitiesOf(browser) is None
    addProbabilities(browser, sure())
    kept = [referenceOf(browser, role) for role in runs.CHANCES]
    assert all(node.GetHideFromEditors() for node in kept)
    addProbabilities(browser, sure()[:, ::-1])
    assert [referenceOf(browser, role) for role in runs.CHANCES] == kept
    assert probabilitiesOf(browser)[2, -21, 22] == 1
    runs.removeRun(browser)
    assert not any(host.scene.IsNodePresent(node) for node in kept)


def test_the_round_goes_both_ways_and_begins_anew(browser: Any) -> None:
    assert placesOf(browser) == []
    addPrediction(browser, make_prediction(runs.runOf(browser)))
    addProbabilities(browser, sure())
    tour = PlaceTour(browser)
    missed, other = tour.places
    assert (missed.why, other.why) == ("missed vessel", "MAT or BV")
    assert [tour.step(count) for count in (1, 1, 1, -1, -1)] == [
        missed, other, missed, other, missed,
    ]  # fmt: skip
    assert PlaceTour(browser).step(-1) == other


def test_without_a_run_or_after_all_is_corrected_there_are_no_places(browser: Any) -> None:
    assert PlaceTour(None).step(1) is None
    segmentation = addPrediction(browser, make_prediction(runs.runOf(browser)))
    addProbabilities(browser, sure())
    labels = some_labels()
    labels[22:30, 44:50] = 1
    labels[34:38, 20:26] = 1
    setLabels(segmentation, browser, labels)
    assert placesOf(browser) == []
