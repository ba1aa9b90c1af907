import numpy as np
import pytest

from dsanet.prepare.masks import contrast_amount, frames_after_contrast, frames_before_contrast


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


def test_frames_after_contrast_are_the_last_ones_of_a_run_that_washes_out():
    log = log_run(5)[::-1].copy()
    assert frames_after_contrast(log, np.ones((40, 40), bool)) == (9, 10, 11, 12, 13)


def test_run_that_only_fills_has_no_frame_after_contrast():
    assert frames_after_contrast(log_run(5), np.ones((40, 40), bool)) == ()
