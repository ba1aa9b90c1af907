import math

import numpy as np
import pytest

from dsatrain.metrics import dice


def test_dice_of_equal_disjoint_and_half_shared_masks() -> None:
    truth = np.array([[1, 1], [2, 0]], np.uint8)
    assert dice(truth, truth, 1) == 1
    assert dice(np.array([[0, 0], [1, 1]], np.uint8), truth, 1) == 0
    assert dice(np.array([[1, 0], [1, 0]], np.uint8), truth, 1) == 0.5
    assert dice(np.array([[1, 1], [1, 0]], np.uint8), truth, 1) == 0.8


def test_dice_is_zero_where_only_one_holds_the_class() -> None:
    assert dice(np.array([2], np.uint8), np.array([0], np.uint8), 2) == 0
    assert dice(np.array([0], np.uint8), np.array([2], np.uint8), 2) == 0


def test_dice_is_nan_where_neither_holds_the_class() -> None:
    assert math.isnan(dice(np.array([1], np.uint8), np.array([1], np.uint8), 2))


def test_dice_refuses_shapes_that_would_only_broadcast() -> None:
    with pytest.raises(ValueError, match="expected the same shape"):
        dice(np.zeros((1, 4), np.uint8), np.zeros((4, 4), np.uint8), 1)
