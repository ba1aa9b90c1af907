import numpy as np
import pytest

from dsanet.io import RunFacts
from dsanet.prepare.masks import contrast_amount, frames_before_contrast, header_mask


def facts(*items):
    return RunFacts(mask_subtraction=items)


def test_header_mask_frames_count_from_one():
    item = {"MaskOperation": "AVG_SUB", "MaskFrameNumbers": [1, 3]}
    assert header_mask(facts(item), 5) == ((0, 2), ())


def test_header_mask_may_be_one_number():
    item = {"MaskOperation": "AVG_SUB", "MaskFrameNumbers": 2}
    assert header_mask(facts(item), 5) == ((1,), ())


def test_header_mask_frames_out_of_range_are_ignored_with_a_warning():
    item = {"MaskOperation": "AVG_SUB", "MaskFrameNumbers": [0, 2, 9]}
    chosen, (note,) = header_mask(facts(item), 5)
    assert chosen == (1,)
    assert "[0, 9]" in note
    assert "1 to 5" in note


@pytest.mark.parametrize(
    "items",
    [
        (),
        ({"MaskOperation": "NONE", "MaskFrameNumbers": [0]},),
        ({"MaskOperation": "TID", "TIDOffset": 1},),
        ({"MaskOperation": "AVG_SUB"},),
    ],
)
def test_header_without_average_mask_names_no_frames(items):
    assert header_mask(facts(*items), 5) == ((), ())


def test_first_average_mask_is_taken_after_other_operations():
    items = ({"MaskOperation": "NONE"}, {"MaskOperation": "AVG_SUB", "MaskFrameNumbers": [4]})
    assert header_mask(facts(*items), 5) == ((3,), ())


def test_contrast_darkens_and_motion_cancels():
    structures = np.zeros((3, 20, 20), np.float32)
    structures[1, :2] = 5
    structures[2, :2], structures[2, -2:] = 5, -5
    amount = contrast_amount(structures, np.ones((20, 20), bool))
    assert amount.tolist() == [0, 5, 0]


def log_run(arrival, frames=14):
    log = np.random.default_rng(0).normal(5, 0.01, (frames, 40, 40)).astype(np.float32)
    log[arrival:, 5:35, 18:21] -= 0.5
    return log


@pytest.mark.parametrize("arrival", [1, 4, 8])
def test_frames_before_contrast_end_with_its_arrival(arrival):
    frames = frames_before_contrast(log_run(arrival), np.ones((40, 40), bool))
    assert frames == tuple(range(arrival))


def test_at_most_eight_frames_just_before_contrast_are_taken():
    frames = frames_before_contrast(log_run(11), np.ones((40, 40), bool))
    assert frames == tuple(range(3, 11))


def test_frame_with_a_trace_of_contrast_is_no_mask_frame():
    log = log_run(5)
    log[4, 5:35, 18:21] -= 0.05
    assert frames_before_contrast(log, np.ones((40, 40), bool)) == (0, 1, 2, 3)


def test_run_that_only_washes_out_has_no_frame_before_contrast():
    log = log_run(5)[::-1].copy()
    assert frames_before_contrast(log, np.ones((40, 40), bool)) == ()


def test_one_frame_has_no_frame_before_contrast():
    assert frames_before_contrast(log_run(1)[:1], np.ones((40, 40), bool)) == ()
