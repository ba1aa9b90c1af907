import numpy as np
import pytest

from dsanet.edit import painted, stroke_mask
from dsanet.labels import BACKGROUND, BV, MAT


def test_a_dab_covers_the_pixels_whose_centres_lie_in_the_disk() -> None:
    assert stroke_mask((5, 6), [(2, 3)], 3).astype(int).tolist() == [
        [0, 0, 0, 0, 0, 0],
        [0, 0, 1, 1, 1, 0],
        [0, 0, 1, 1, 1, 0],
        [0, 0, 1, 1, 1, 0],
        [0, 0, 0, 0, 0, 0],
    ]


def test_a_stroke_joins_far_points_and_widens_between_them() -> None:
    mask = stroke_mask((11, 41), [(5, 5), (5, 35)], [1, 9])
    heights = mask.sum(axis=0)
    assert heights[5] == 1
    assert heights[35] == 9
    assert np.all(np.diff(heights[5:36]) >= 0)


def test_the_smallest_disk_between_four_pixels_still_covers_some() -> None:
    assert stroke_mask((4, 4), [(1.5, 1.5)], 0.0).sum() == 4


def test_paint_wins_over_either_class_and_leaves_the_given_labels() -> None:
    labels = np.full((3, 5), MAT, np.uint8)
    after = painted(labels, [(1, 2)], 1, BV)
    assert after[1].tolist() == [MAT, MAT, BV, MAT, MAT]
    assert (labels == MAT).all()


def test_erasing_takes_both_classes() -> None:
    labels = np.array([[BV, BV, MAT, MAT]], np.uint8)
    after = painted(labels, [(0, 1), (0, 2)], 1, BACKGROUND)
    assert after.tolist() == [[BV, 0, 0, MAT]]


def test_protected_classes_stay() -> None:
    labels = np.array([[BV, 0, MAT]], np.uint8)
    assert painted(labels, [(0, 0), (0, 2)], 1, BV, (MAT,)).tolist() == [[BV, BV, MAT]]


def test_what_lies_outside_the_picture_is_cut_off() -> None:
    labels = np.zeros((3, 5), np.uint8)
    assert not painted(labels, [(-20, -20), (-20, 40)], 5, BV).any()
    assert painted(labels, [(-1, 2)], 3, BV).tolist()[0] == [0, BV, BV, BV, 0]
    assert painted(np.zeros((1, 1), np.uint8), [(0, 0)], 1, MAT).tolist() == [[MAT]]


@pytest.mark.parametrize("points", [[], [(1, 2, 3)], [(np.nan, 1)]])
def test_lines_that_are_none_are_refused(points: list) -> None:
    with pytest.raises(ValueError, match="line"):
        painted(np.zeros((3, 4), np.uint8), points, 1, BV)
