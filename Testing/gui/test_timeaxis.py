"""The plot's arithmetic: frames, pixels, edges; frame times need not be even."""

import numpy as np
import pytest

from DSASegmentationLib.gui.timeaxis import FIRST, LAST, TimeAxis

TIMES = np.array([0.0, 1.0, 3.0, 4.0])  # borders: -0.5, 0.5, 2, 3.5, 4.5


def axis(times: np.ndarray = TIMES) -> TimeAxis:
    return TimeAxis(times, left=10, width=100)


def test_the_axis_runs_from_half_a_frame_before_to_half_a_frame_after() -> None:
    assert axis().pixel(-0.5) == 10
    assert axis().pixel(4.5) == 110
    assert axis().time(60) == 2.0


@pytest.mark.parametrize(("pixel", "frame"), [(-50, 0), (15, 0), (40, 1), (62, 2), (500, 3)])
def test_the_nearest_frame_is_meant(pixel: float, frame: int) -> None:
    assert axis().frame(pixel) == frame


def test_a_window_is_shown_with_both_of_its_frames() -> None:
    assert axis().edges((1, 2)) == (30, 90)
    assert axis().edges((0, 3)) == (10, 110)


def test_an_edge_is_taken_hold_of_only_nearby() -> None:
    assert axis().edgeAt(33, (1, 2), reach=5) == FIRST
    assert axis().edgeAt(88, (1, 2), reach=5) == LAST
    assert axis().edgeAt(60, (1, 2), reach=5) is None


@pytest.mark.parametrize(
    ("edge", "pixel", "expected"),
    [
        (FIRST, 9, (0, 2)),
        (FIRST, 500, (2, 2)),
        (LAST, 500, (1, 3)),
        (LAST, 0, (1, 1)),
        (LAST, 60, (1, 1)),
        (FIRST, 31, (1, 2)),
    ],
)
def test_an_edge_goes_to_the_nearest_border_and_leaves_one_frame(
    edge: int, pixel: float, expected: tuple[int, int]
) -> None:
    assert axis().moved((1, 2), edge, pixel) == expected


def test_a_run_of_one_frame_has_an_axis() -> None:
    one = axis(np.array([0.0]))
    assert one.edges((0, 0)) == (10, 110)
    assert one.frame(80) == 0
    assert one.moved((0, 0), LAST, 10) == (0, 0)
