"""Scores over cases: absent classes count apart, never as 0 or 1."""

import math

import numpy as np

from dsatrain.evaluate import by_group, mean_with_interval, score_table, summarise


def test_runs_without_mat_do_not_enter_its_scores(case):
    scores = [case(0.8), case(0.0, False, True), case(math.nan, False, False)]
    summary = summarise(scores)
    assert summary["MAT"]["cases"] == 1
    assert summary["MAT"]["dice"]["mean"] == 0.8
    assert (summary["runs_without_mat"], summary["mat_painted_without_mat"]) == (2, 1)


def test_scores_without_meaning_are_left_out_and_counted(case):
    summary = summarise([case(0.8), case(math.nan), case(0.6)])
    assert summary["MAT"]["hd95_px"]["mean"] == 0.7
    assert summary["MAT"]["hd95_px"]["left_out"] == 1


def test_windows_off_by_more_than_a_frame_are_counted(case):
    scores = [case(window_error=(1, -1)), case(window_error=(0, 2)), case(window_error=None)]
    summary = summarise(scores)
    assert summary["window_within_one_frame"] == 0.5
    assert summary["window_start_within_one_frame"] == 1


def test_the_interval_holds_the_mean_and_nan_cases_are_left_out():
    mean, low, high = mean_with_interval(np.array([0.2, 0.4, 0.6, math.nan]))
    assert math.isclose(mean, 0.4)
    assert 0.2 <= low < mean < high <= 0.6


def test_two_cases_have_a_mean_but_no_interval():
    mean, low, high = mean_with_interval(np.array([0.2, 0.4]))
    assert math.isclose(mean, 0.3)
    assert math.isnan(low)
    assert math.isnan(high)


def test_a_class_that_no_case_contains_has_no_score(case):
    summary = summarise([case(math.nan, False, False)])
    assert summary["MAT"]["dice"] == {"mean": None, "interval_95": [None, None], "left_out": 0}


def test_groups_are_summarised_apart(case):
    groups = by_group([case(0.8, artery="ICA"), case(0.4, artery="VA"), case(0.6, artery="VA")])
    assert list(groups) == ["artery"]
    assert groups["artery"]["ICA"]["MAT"]["dice"]["mean"] == 0.8
    assert groups["artery"]["VA"]["MAT"]["dice"]["mean"] == 0.5


def test_the_table_has_a_line_for_all_and_for_each_group(case):
    scores = [case(0.8, artery="ICA"), case(math.nan, False, False, artery="ECA")]
    lines = score_table(summarise(scores), by_group(scores)).splitlines()
    names = [line.split(" | ")[0].strip("| ") for line in lines]
    assert names == ["cases", "---", "all", "artery ECA", "artery ICA"]
    assert len({line.count("|") for line in lines}) == 1
    assert " 0 of 1 " in lines[3]
