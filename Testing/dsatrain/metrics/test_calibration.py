"""Expected calibration error against hand-made probabilities."""

import math

import numpy as np
import pytest

from dsatrain.metrics import reliability


def certain(probability, count, right):
    """`count` pixels that are given class 1 with a probability; `right` of them are class 1."""
    planes = np.zeros((3, 1, count))
    planes[1], planes[0] = probability, 1 - probability
    truth = np.zeros((1, count), np.uint8)
    truth[0, :right] = 1
    return planes, truth, np.ones((1, count), bool)


def test_eight_right_of_ten_at_0_8_is_calibrated():
    assert reliability(*certain(0.8, 10, 8)).error == pytest.approx(0)


def test_five_right_of_ten_at_0_9_is_off_by_0_4():
    assert reliability(*certain(0.9, 10, 5)).error == pytest.approx(0.4)


def test_pictures_are_pooled_by_their_pixels():
    pooled = reliability(*certain(0.9, 10, 5)) + reliability(*certain(0.8, 30, 24))
    assert pooled.error == pytest.approx(0.4 * 10 / 40)


def test_only_the_counted_pixels_count():
    planes, truth, counted = certain(0.9, 10, 5)
    counted[0, 5:] = False
    assert reliability(planes, truth, counted).error == pytest.approx(0.1)


def test_no_pixel_no_error():
    planes, truth, counted = certain(0.9, 10, 5)
    assert math.isnan(reliability(planes, truth, ~counted).error)
