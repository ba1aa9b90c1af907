from dataclasses import replace

import numpy as np
import pytest

from dsanet.errors import PrepareError
from dsanet.prepare import PreparedRun, network_frames, with_window
from dsanet.prepare.thin import evenly_in_time, thinning_note


def prepared(count, window, times=None):
    frames = np.arange(count, dtype=np.float32)[:, None, None] * np.ones((1, 2, 2), np.float32)
    return PreparedRun(
        frames=frames,
        times=np.arange(count, dtype=np.float64) if times is None else times,
        field=np.ones((2, 2), bool),
        arterial_window=window,
        minip=frames[window[0]],
        center=10.0,
        scale=10.0,
        subtraction="as stored",
        warnings=thinning_note(window[1] - window[0] + 1),
    )


def test_short_window_is_seen_whole():
    frames, times = network_frames(prepared(40, (3, 26)))
    assert times.tolist() == list(range(3, 27))
    assert frames.dtype == np.float32
    assert frames[:, 0, 0].tolist() == pytest.approx([(t - 10) / 10 for t in range(3, 27)])


def test_long_window_is_thinned_to_24_frames_with_both_ends():
    _, times = network_frames(prepared(96, (0, 95)))
    assert len(times) == 24
    assert (times[0], times[-1]) == (0, 95)
    assert set(np.diff(times)) <= {4, 5}


def test_values_outside_the_field_are_zero():
    run = replace(prepared(2, (0, 1)), field=np.array([[True, False], [True, True]]))
    assert network_frames(run)[0][:, 0, 1].tolist() == [0, 0]


def test_thinning_follows_time_where_frames_lie_unevenly():
    times = np.array([0.0, 0.1, 0.2, 0.3, 1.0, 2.0, 3.0])
    assert evenly_in_time(times, 4).tolist() == [0, 4, 5, 6]


def test_thinning_never_takes_a_frame_twice():
    times = np.array([0.0, 0.01, 0.02, 0.03, 9.0])
    assert (
        evenly_in_time(times, 4).tolist() == [0, 1, 3, 4]
        or len(set(evenly_in_time(times, 4).tolist())) == 4
    )


def test_long_window_is_mentioned():
    assert thinning_note(24) == ()
    assert "25 frames" in thinning_note(25)[0]


def test_moved_window_brings_its_own_minip_scale_and_warning():
    run = prepared(60, (0, 40))
    moved = with_window(run, (5, 9))
    assert moved.arterial_window == (5, 9)
    assert moved.minip.tolist() == [[5, 5], [5, 5]]
    assert (moved.center, moved.scale) == (7, 2)
    assert moved.warnings == ()
    assert len(with_window(moved, (0, 30)).warnings) == 1


def test_window_outside_the_run_is_refused():
    with pytest.raises(PrepareError, match=r"\[5, 60\].*0 and 59"):
        with_window(prepared(60, (0, 40)), (5, 60))
