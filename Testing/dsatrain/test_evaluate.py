"""Scores over cases: absent classes count apart, never as 0 or 1."""

import math

import numpy as np

from dsatrain.evaluate import CaseScore, dice_scores, mean_with_interval, summarise


def case(mat_dice, mat_in_truth, mat_found, window_error=(0, 0)):
    return CaseScore(
        seed=0,
        frame_count=3,
        dice={"BV": 0.5, "MAT": mat_dice, "whole": 0.6},
        mat_in_truth=mat_in_truth,
        mat_found=mat_found,
        window_error=window_error,
    )


def test_dice_of_each_class_and_of_both_as_one():
    truth = np.array([[1, 1, 2, 0]], np.uint8)
    answer = np.array([[1, 2, 2, 0]], np.uint8)
    scores = dice_scores(answer, truth)
    assert scores["BV"] == 2 * 1 / (1 + 2)
    assert scores["MAT"] == 2 * 1 / (2 + 1)
    assert scores["whole"] == 1


def test_runs_without_mat_do_not_enter_its_dice():
    scores = [case(0.8, True, True), case(0.0, False, True), case(math.nan, False, False)]
    summary = summarise(scores)
    assert summary["MAT"]["dice"] == 0.8
    assert (summary["runs_without_mat"], summary["mat_painted_without_mat"]) == (2, 1)


def test_windows_off_by_more_than_a_frame_are_counted():
    summary = summarise([case(1, True, True, (1, -1)), case(1, True, True, (0, 2))])
    assert summary["window_within_one_frame"] == 0.5


def test_the_interval_holds_the_mean_and_nan_cases_are_left_out():
    mean, low, high = mean_with_interval(np.array([0.2, 0.4, 0.6, math.nan]))
    assert math.isclose(mean, 0.4)
    assert 0.2 <= low < mean < high <= 0.6


def test_a_class_that_no_case_contains_has_no_score():
    summary = summarise([case(math.nan, False, False)])
    assert summary["MAT"] == {"dice": None, "interval_95": [None, None]}
