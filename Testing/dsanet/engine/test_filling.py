"""Pieces that do not fill with contrast as the largest one does go; all else stays."""

from dataclasses import replace

import numpy as np
import pytest

from dsanet.engine.filling import depth_curves, without_unfilled
from dsanet.labels import BV, MAT

FRAMES, ROWS, COLUMNS = 16, 60, 80
TREE = np.s_[10:40, 10:16]
PIECE = np.s_[10:12, 40:60]
BOLUS = np.exp(-(((np.arange(FRAMES) - 6) / 2.5) ** 2))


@pytest.fixture
def found():
    labels = np.zeros((ROWS, COLUMNS), np.uint8)
    labels[TREE] = MAT
    labels[PIECE] = BV
    return labels


@pytest.fixture
def run_with(prepared_from):
    """Makes a run in which the tree fills, and the piece follows a curve of its own."""

    def make(curve, frames=FRAMES):
        grey = np.random.default_rng(0).normal(0, 0.01, (FRAMES, ROWS, COLUMNS))
        grey[(slice(None), *TREE)] -= BOLUS[:, None, None]
        grey[(slice(None), *PIECE)] -= curve[:, None, None]
        return prepared_from(grey[:frames])

    return make


@pytest.mark.parametrize(
    "curve",
    [np.linspace(0, 1, FRAMES), np.full(FRAMES, 0.5), np.tile([0.0, 0.8], FRAMES // 2)],
    ids=["drifts", "always there", "trembles"],
)
def test_what_does_not_fill_goes(found, run_with, curve):
    tidied = without_unfilled(found, run_with(curve))
    assert not tidied[PIECE].any()
    assert np.all(tidied[TREE] == MAT)


@pytest.mark.parametrize("late", [-2, 0, 3, 6])
def test_what_fills_a_little_earlier_or_later_stays(found, run_with, late):
    curve = 0.3 * np.roll(BOLUS, late)
    np.testing.assert_array_equal(without_unfilled(found, run_with(curve)), found)


def test_what_fills_three_seconds_earlier_goes(prepared_from, found):
    grey = np.zeros((40, ROWS, COLUMNS))
    times = np.arange(40)
    grey[(slice(None), *TREE)] -= np.exp(-(((times - 24) / 2.5) ** 2))[:, None, None]
    grey[(slice(None), *PIECE)] -= np.exp(-(((times - 12) / 2.5) ** 2))[:, None, None]
    assert not without_unfilled(found, prepared_from(grey))[PIECE].any()


def test_part_of_the_largest_piece_stays_whatever_it_does(found, run_with):
    found[11, 16:40] = BV
    run = run_with(np.linspace(0, 1, FRAMES))
    np.testing.assert_array_equal(without_unfilled(found, run), found)


def test_seven_frames_are_too_few_to_tell(found, run_with):
    run = run_with(np.linspace(0, 1, FRAMES), frames=7)
    assert without_unfilled(found, run) is found


def test_where_much_would_go_nothing_does(found, run_with):
    found[10:20, 40:60] = BV
    run = run_with(np.linspace(0, 1, FRAMES))
    np.testing.assert_array_equal(without_unfilled(found, run), found)


@pytest.mark.parametrize("value", [0, BV])
def test_no_piece_and_one_piece_stay(run_with, value):
    labels = np.full((ROWS, COLUMNS), value, np.uint8)
    assert without_unfilled(labels, run_with(BOLUS)) is labels


def test_piece_without_exposed_surroundings_stays(found, run_with):
    run = run_with(np.linspace(0, 1, FRAMES))
    field = np.zeros((ROWS, COLUMNS), bool)
    field[:, :30] = field[PIECE] = True
    np.testing.assert_array_equal(without_unfilled(found, replace(run, field=field)), found)


def test_frozen_run_keeps_all(found, prepared_from):
    run = prepared_from(np.zeros((FRAMES, ROWS, COLUMNS)))
    np.testing.assert_array_equal(without_unfilled(found, run), found)


def test_curves_are_depths_below_the_surroundings(run_with):
    pieces = np.zeros((ROWS, COLUMNS), np.int32)
    pieces[TREE], pieces[PIECE] = 1, 2
    curves = depth_curves(run_with(0.5 * BOLUS), pieces, 2)
    np.testing.assert_allclose(curves, np.column_stack([BOLUS, 0.5 * BOLUS]), atol=0.01)
