"""Overlap scores against examples counted by hand."""

import math

import numpy as np
import pytest

from dsatrain.metrics import masks_of
from dsatrain.metrics.overlap import dice, jaccard, precision, sensitivity

ANSWER = np.array([[1, 1, 1, 0], [0, 0, 0, 0]], bool)
TRUTH = np.array([[0, 1, 1, 0], [1, 1, 0, 0]], bool)
EMPTY = np.zeros((2, 4), bool)


@pytest.mark.parametrize(
    ("score", "wanted"),
    [(dice, 2 * 2 / (3 + 4)), (jaccard, 2 / 5), (sensitivity, 2 / 4), (precision, 2 / 3)],
)
def test_partial_overlap(score, wanted):
    assert score(ANSWER, TRUTH) == pytest.approx(wanted)


@pytest.mark.parametrize("score", [dice, jaccard, sensitivity, precision])
def test_equal_masks_score_one_and_disjoint_ones_zero(score):
    assert score(TRUTH, TRUTH) == 1
    assert score(~TRUTH, TRUTH) == 0


@pytest.mark.parametrize(
    ("score", "nothing_found", "nothing_true", "neither"),
    [
        (dice, 0, 0, math.nan),
        (jaccard, 0, 0, math.nan),
        (sensitivity, 0, math.nan, math.nan),
        (precision, math.nan, 0, math.nan),
    ],
)
def test_empty_masks_have_the_scores_that_mean_something(
    score, nothing_found, nothing_true, neither
):
    found = [score(EMPTY, TRUTH), score(TRUTH, EMPTY), score(EMPTY, EMPTY)]
    assert found == pytest.approx([nothing_found, nothing_true, neither], nan_ok=True)


def test_shapes_that_would_only_broadcast_are_refused():
    with pytest.raises(ValueError, match="expected the same shape"):
        masks_of(np.zeros((1, 4), np.uint8), np.zeros((4, 4), np.uint8), 1)
