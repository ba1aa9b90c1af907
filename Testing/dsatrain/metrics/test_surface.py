"""Outline scores against a plain count of all pairs of outline pixels."""

import math

import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from dsatrain.metrics.surface import hausdorff_95, surface_dice


def square(top, left, side=6):
    mask = np.zeros((16, 16), bool)
    mask[top : top + side, left : left + side] = True
    return mask


def distances(mask, other):
    """From each outline pixel of a mask to the nearest of the other's."""
    edges = [np.argwhere(m & ~binary_erosion(m)) for m in (mask, other)]
    gaps = np.linalg.norm(edges[0][:, None] - edges[1][None], axis=2)
    return gaps.min(axis=1)


@pytest.mark.parametrize("shift", [0, 1, 2, 5])
def test_surface_dice_counts_outline_pixels_within_one_pixel(shift):
    answer, truth = square(3, 2), square(3, 2 + shift)
    there, back = distances(answer, truth), distances(truth, answer)
    close = np.count_nonzero(there <= 1) + np.count_nonzero(back <= 1)
    assert surface_dice(answer, truth) == pytest.approx(close / (there.size + back.size))


@pytest.mark.parametrize("shift", [0, 1, 4])
def test_hausdorff_is_the_95th_percentile_of_the_larger_direction(shift):
    answer, truth = square(3, 2), square(4, 2 + shift, side=5)
    wanted = max(np.percentile(distances(*pair), 95) for pair in ((answer, truth), (truth, answer)))
    assert hausdorff_95(answer, truth) == pytest.approx(wanted)


def test_an_empty_mask_has_no_distance_and_no_shared_outline():
    empty = np.zeros((16, 16), bool)
    assert surface_dice(empty, square(3, 3)) == 0
    assert math.isnan(hausdorff_95(square(3, 3), empty))
    assert math.isnan(surface_dice(empty, empty))
    assert math.isnan(hausdorff_95(empty, empty))
