import math

import pytest

from dsanet.io import RunFacts
from dsanet.prepare.header_mask import FrameMask, header_masks, without_gaps

AVG = {"MaskOperation": "AVG_SUB", "MaskFrameNumbers": [1]}
TID = {"MaskOperation": "TID"}


def read(*items, frames=5, size=(64, 64)):
    return header_masks(RunFacts(mask_subtraction=items), frames, size)


def frames_of(found):
    return [None if mask is None else mask.frames for mask in found.masks]


def test_mask_frames_count_from_one_and_hold_for_the_whole_run():
    found = read(AVG | {"MaskFrameNumbers": [1, 3]})
    assert frames_of(found) == [(0, 2)] * 5
    assert found.operation == "AVG_SUB"
    assert found.warnings == ()


def test_ranges_are_pairs_and_frames_outside_all_of_them_have_no_mask():
    found = read(AVG | {"ApplicableFrameRange": [2, 2, 4, 5]})
    assert frames_of(found) == [None, (0,), None, (0,), (0,)]


def test_several_items_each_mask_their_own_range_and_the_first_goes_before():
    first = AVG | {"ApplicableFrameRange": [1, 3]}
    second = AVG | {"MaskFrameNumbers": [4], "ApplicableFrameRange": [3, 5]}
    assert frames_of(read(first, second)) == [(0,), (0,), (0,), (3,), (3,)]


def test_items_without_operation_are_passed_over():
    found = read({"MaskOperation": "NONE"}, {"MaskFrameNumbers": [2]}, AVG)
    assert frames_of(found) == [(0,)] * 5
    assert found.warnings == ()


def test_averaging_ends_where_the_frames_run_out():
    found = read(AVG | {"ContrastFrameAveraging": 3})
    assert frames_of(found) == [(0,), (0,), (0,), None, None]
    assert found.masks[0].averaged == 3


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        ({}, [None, (0,), (1,), (2,), (3,)]),
        ({"TIDOffset": 2}, [None, None, (0,), (1,), (2,)]),
        ({"TIDOffset": -2}, [(2,), (3,), (4,), None, None]),
    ],
)
def test_mask_of_time_interval_differences_lies_the_offset_before(offset, expected):
    found = read(TID | offset)
    assert frames_of(found) == expected
    assert found.operation == "TID"
    assert found.warnings == ()


def test_reversed_differences_go_back_while_the_frames_go_on():
    # PS3.3 C.7.6.10.1.1: mask = (first - offset) - (frame - first), counted from 1.
    item = {"MaskOperation": "REV_TID", "TIDOffset": 1, "ApplicableFrameRange": [4, 6]}
    assert frames_of(read(item, frames=7)) == [None, None, None, (2,), (1,), (0,), None]


def test_positive_offsets_move_the_mask_down_and_to_the_left():
    found = read(AVG | {"MaskSubPixelShift": [1.5, 2.5]})
    assert found.masks[0].shift == (1.5, -2.5)


def test_shifts_of_single_frames_go_before_the_items():
    item = AVG | {"MaskSubPixelShift": [1.0, 0.0], "FramePixelShifts": {2: [3.0, 4.0]}}
    found = read(item)
    assert [mask.shift for mask in found.masks[:3]] == [(1, 0), (3, -4), (1, 0)]


@pytest.mark.parametrize(
    ("item", "expected", "complaint"),
    [
        (AVG | {"MaskFrameNumbers": [0, 2, 9]}, [(1,)] * 5, "[0, 9] are outside"),
        (AVG | {"MaskFrameNumbers": [0]}, [], "names no mask frame"),
        ({"MaskOperation": "AVG_SUB"}, [], "names no mask frame"),
        ({"MaskOperation": "SUB"}, [], "'SUB' is not known"),
        (AVG | {"ApplicableFrameRange": [4, 2]}, [None, (0,), (0,), (0,), None], "[4, 2]"),
        (AVG | {"ApplicableFrameRange": [4, 99]}, [None, None, None, (0,), (0,)], "[4, 99]"),
        (AVG | {"ApplicableFrameRange": [0, 1]}, [(0,), None, None, None, None], "[0, 1]"),
        (AVG | {"ApplicableFrameRange": [2, 3, 4]}, [None, (0,), (0,), None, None], "[2, 3, 4]"),
        (AVG | {"ApplicableFrameRange": [70, 80]}, [(0,)] * 5, "[70, 80]"),
        (AVG | {"ContrastFrameAveraging": 0}, [(0,)] * 5, "Averaging 0"),
        (AVG | {"ContrastFrameAveraging": 6}, [(0,)] * 5, "Averaging 6"),
        (AVG | {"MaskSubPixelShift": [1e9, 0.0]}, [(0,)] * 5, "too large"),
        (AVG | {"MaskSubPixelShift": [0.0, math.nan]}, [(0,)] * 5, "too large"),
        (AVG | {"Unusable": ["MaskSubPixelShift"]}, [(0,)] * 5, "MaskSubPixelShift holds no"),
        (TID | {"TIDOffset": 0}, [], "TID Offset 0"),
        (TID | {"TIDOffset": 5}, [], "TID Offset 5"),
        ({"MaskOperation": "REV_TID"}, [], "TID Offset 1"),
    ],
)
def test_value_that_makes_no_sense_is_left_out_with_a_warning(item, expected, complaint):
    found = read(item)
    assert frames_of(found) == expected
    (note,) = found.warnings
    assert complaint in note
    assert "5 frames" in note
    assert all(mask is None or mask.shift == (0, 0) for mask in found.masks)
    assert all(mask is None or mask.averaged == 1 for mask in found.masks)


def test_run_of_one_frame_has_no_differences():
    assert read(TID, frames=1).masks == ()


def test_gaps_take_the_mask_of_the_nearest_frame_but_not_its_averaging():
    early, late = FrameMask((0,), averaged=2), FrameMask((3,), shift=(1.0, 0.0))
    filled = without_gaps((None, early, None, None, late))
    assert filled == (FrameMask((0,)), early, FrameMask((0,)), late, late)
