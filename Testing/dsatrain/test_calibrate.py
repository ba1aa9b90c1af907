"""Temperatures against scores whose true temperatures are known."""

import numpy as np
import pytest

from dsatrain.calibrate import HIGHEST, collect, error_of, fit_temperatures
from dsatrain.evaluate import labelled_phantom
from dsatrain.phantom import make_phantom, sample_settings


def drawn(temperatures, count=40_000):
    """Scores, and classes drawn with the probabilities that the scores over temperatures mean."""
    rng = np.random.default_rng(1)
    honest = rng.normal(0, 2, (count, 3))
    probabilities = np.exp(honest) / np.exp(honest).sum(axis=1, keepdims=True)
    truth = (probabilities.cumsum(axis=1) < rng.random((count, 1))).sum(axis=1)
    return honest * temperatures, truth.astype(np.uint8)


@pytest.mark.parametrize("temperatures", [(1, 1, 1), (2, 2, 2), (0.5, 1, 3)])
def test_the_temperatures_that_spoilt_the_scores_are_found(temperatures):
    assert fit_temperatures(*drawn(temperatures)) == pytest.approx(temperatures, rel=0.05)


def test_the_right_temperatures_lower_the_calibration_error():
    scores, truth = drawn((3, 3, 3))
    assert error_of(scores, truth, (3.0, 3.0, 3.0)) < 0.01 < error_of(scores, truth, (1.0,) * 3)


def test_scores_that_say_nothing_end_at_the_bound():
    scores, truth = drawn((1, 1, 1), 2000)
    found = fit_temperatures(scores[::-1] * 30, truth)
    assert found == pytest.approx((HIGHEST,) * 3)


def test_scores_come_from_the_exposed_field(tiny_package):
    from dsanet.engine import Engine

    run = labelled_phantom(make_phantom(sample_settings(31, size=(96, 80))))
    scores, truth = collect(Engine.load(tiny_package, "cpu"), [run])
    assert scores.shape == (len(truth), 3)
    assert len(truth) <= 96 * 80
    assert np.isfinite(scores).all()
    assert set(np.unique(truth)) <= {0, 1, 2}
