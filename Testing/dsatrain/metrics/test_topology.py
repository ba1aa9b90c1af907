"""Centreline Dice and pieces."""

import math

import numpy as np
import pytest

from dsatrain.metrics.topology import cl_dice, components


def bar(rows, columns):
    mask = np.zeros((20, 40), bool)
    mask[rows, columns] = True
    return mask


LONG = bar(slice(8, 11), slice(5, 35))


def test_a_thicker_answer_along_the_same_centreline_is_perfect():
    assert cl_dice(bar(slice(7, 12), slice(5, 35)), LONG) > 0.99


def test_half_of_a_vessel_is_precise_and_half_as_sensitive():
    half = bar(slice(8, 11), slice(5, 20))
    precise, sensitive = 1.0, 0.5
    wanted = 2 * precise * sensitive / (precise + sensitive)
    assert cl_dice(half, LONG) == pytest.approx(wanted, abs=0.05)


def test_another_place_scores_zero_and_two_empty_masks_nothing():
    assert cl_dice(bar(slice(1, 4), slice(5, 35)), LONG) == 0
    assert cl_dice(np.zeros_like(LONG), LONG) == 0
    assert math.isnan(cl_dice(np.zeros_like(LONG), np.zeros_like(LONG)))


def test_pieces_that_touch_at_a_corner_are_one():
    mask = np.zeros((4, 4), bool)
    assert components(mask) == 0
    mask[0, 0] = mask[1, 1] = mask[3, 3] = True
    assert components(mask) == 2
