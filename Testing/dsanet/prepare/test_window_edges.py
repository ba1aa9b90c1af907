"""The arterial window of unusual runs: odd frame rates, late starts, motion, moving tables."""

import numpy as np
import pytest
from scipy import ndimage

from dsanet.prepare import prepare
from dsanet.prepare.window import find_window

SIDE, BACKGROUND, DEPTH = 96, 160, 80
FIELD = np.ones((SIDE, SIDE), bool)
TRUNK = (slice(8, 88), slice(20, 24))
BRANCHES = [(slice(row, row + 2), slice(24, 80)) for row in (20, 40, 60)]
VEIN = (slice(70, 74), slice(30, 90))
ARTERIES_FROM_S, ARTERIES_UNTIL_S, VEIN_FROM_S = 3.3, 6.95, 8.4
"""What the curves of `head_run` give at shares of 0.06, 0.27 and 0.15."""


def gamma_variate(seconds, peak_s):
    share = np.maximum(np.asarray(seconds) / peak_s, 0)
    return share**3 * np.exp(3 * (1 - share))


def draw(frames, where, curve):
    frames[(slice(None), *where)] -= DEPTH * np.asarray(curve, np.float32)[:, None, None]


def head_run(times, started_s=0.0):
    """Trunk from 3 s, branches from 3.8 s, a vein from 7.5 s, of a run begun `started_s` later."""
    seconds = np.asarray(times) + started_s
    noise = np.random.default_rng(0).normal(BACKGROUND, 1, (len(seconds), SIDE, SIDE))
    frames = noise.astype(np.float32)
    draw(frames, TRUNK, gamma_variate(seconds - 3, 1.5))
    for branch in BRANCHES:
        draw(frames, branch, 0.6 * gamma_variate(seconds - 3.8, 1.6))
    draw(frames, VEIN, 0.6 * gamma_variate(seconds - 7.5, 3.0))
    return frames


def seconds_of(frames, times, started_s=0.0):
    (first, last), notes = find_window(frames, times, FIELD)
    return times[first] + started_s, times[last] + started_s, notes


@pytest.mark.parametrize("rate", [0.5, 1, 2, 3, 4, 7.5, 15, 30])
def test_the_same_seconds_are_found_at_every_frame_rate(rate):
    times = np.arange(0, 16, 1 / rate)
    begin, end, notes = seconds_of(head_run(times), times)
    assert ARTERIES_FROM_S - 0.2 <= begin <= ARTERIES_FROM_S + 0.2 + 1 / rate
    assert ARTERIES_UNTIL_S - 0.2 - 1 / rate <= end <= ARTERIES_UNTIL_S + 0.2
    assert notes == ()


def test_frames_that_come_slower_later_do_not_move_the_window():
    times = np.concatenate([np.arange(0, 6, 0.25), np.arange(6, 16, 1.0)])
    begin, end, _ = seconds_of(head_run(times), times)
    assert begin == pytest.approx(ARTERIES_FROM_S, abs=0.3)
    assert end in {6.0, 7.0}


@pytest.mark.parametrize("started_s", [4.5, 5.5])
def test_contrast_in_the_first_frame_opens_the_window_there(started_s):
    times = np.arange(0, 10, 0.25)
    begin, end, notes = seconds_of(head_run(times, started_s), times, started_s)
    assert begin == started_s
    assert end == pytest.approx(ARTERIES_UNTIL_S, abs=0.4)
    assert notes == ()


@pytest.mark.parametrize("started_s", [6.0, 6.5])
def test_a_late_run_with_its_last_arteries_ends_before_the_veins(started_s):
    times = np.arange(0, 10, 0.25)
    begin, end, _ = seconds_of(head_run(times, started_s), times, started_s)
    assert begin == started_s
    assert end < VEIN_FROM_S


def test_veins_alone_are_taken_for_arteries_from_their_arrival_on():
    times = np.arange(0, 14, 0.5)
    frames = head_run(times, 100.0)
    draw(frames, VEIN, gamma_variate(times - 7.5, 3.0))
    begin, end, _ = seconds_of(frames, times)
    assert 8 <= begin <= VEIN_FROM_S + 0.5
    assert end > 10


def test_native_run_with_contrast_in_its_first_frame_keeps_it_and_says_so(make_run):
    times = np.arange(0, 10, 0.5)
    row, column = np.mgrid[:SIDE, :SIDE]
    bones = 120 + 80 * np.sin(row / 5.0) * np.cos(column / 7.0)
    taken = 1 - (BACKGROUND - head_run(times, 5.5)) / 2 / BACKGROUND
    native = np.clip(bones * taken, 1, 255).astype(np.uint8)
    prepared = prepare(make_run(native, times))
    first, last = prepared.arterial_window
    assert first == 0
    assert times[last] + 5.5 == pytest.approx(ARTERIES_UNTIL_S, abs=0.6)
    assert any("first frame shows contrast" in note for note in prepared.warnings)


@pytest.mark.parametrize(
    ("curve", "window"), [([1, 0], (0, 0)), ([0, 1], (1, 1)), ([1, 1], (0, 1))]
)
def test_two_frames(curve, window):
    frames = head_run([0.0, 0.5])
    draw(frames, TRUNK, curve)
    assert find_window(frames, np.array([0.0, 0.5]), FIELD) == (window, ())


def test_noise_at_thirty_frames_a_second_is_no_contrast():
    frames = head_run(np.arange(90) / 30, 100.0)
    window, (note,) = find_window(frames, np.arange(90) / 30, FIELD)
    assert window == (0, 89)
    assert "No contrast" in note


def test_edges_that_stay_after_a_sudden_move_do_not_keep_the_window_open():
    times = np.arange(0, 14, 0.25)
    frames = head_run(times)
    for column in (86, 92):
        draw(frames, (slice(4, 64), slice(column, column + 2)), 0.8 * (times > 5.1))
    assert seconds_of(frames, times)[1] == pytest.approx(ARTERIES_UNTIL_S, abs=0.3)


def test_late_edges_that_stir_before_arteries_are_full_are_no_veins():
    times = np.arange(0, 14, 0.25)
    frames = head_run(times)
    stirs = 0.25 * (times > 2) + 0.2 * (times > 5.9) + 0.55 * (times > 11)
    for column in (86, 92):
        draw(frames, (slice(4, 64), slice(column, column + 2)), 0.8 * stirs)
    assert seconds_of(frames, times)[1] == pytest.approx(ARTERIES_UNTIL_S, abs=0.3)


def test_edges_of_a_move_before_contrast_do_not_open_the_window():
    times = np.arange(0, 14, 0.25)
    frames = head_run(times)
    draw(frames, (slice(8, 16), slice(86, 90)), 1.2 * ((times > 2.6) & (times < 6)))
    assert seconds_of(frames, times)[0] == pytest.approx(ARTERIES_FROM_S, abs=0.3)


def test_vessels_that_leave_their_place_for_a_beat_do_not_open_the_window_late():
    times = np.arange(0, 14, 0.25)
    frames = head_run(times)
    away = (times > 3.9) & (times < 4.4)
    frames[away] = head_run(times, 100.0)[away]
    assert seconds_of(frames, times)[0] == pytest.approx(ARTERIES_FROM_S, abs=0.3)


def test_as_many_bright_edges_as_dark_vessels_are_warned_about():
    times = np.arange(0, 14, 0.25)
    frames = head_run(times)
    draw(frames, (slice(4, 90), slice(88, 92)), -1.0 * (times > 2))
    window, (note,) = find_window(frames, times, FIELD)
    assert window == find_window(head_run(times), times, FIELD)[0]
    assert "rough guess" in note


def panned_run(pixels_a_frame, from_frame, count=20, side=128):
    """A subtracted run whose table moves under a head from a frame on, with its vessel."""
    skull = np.hypot(*np.mgrid[-140:140, -140:140]) < 110
    bones = ndimage.gaussian_filter(np.random.default_rng(1).normal(0, 1, skull.shape), 3)
    head = (25 * bones / bones.std() + 40 * skull).astype(np.float32)
    times = np.arange(count) * 0.5
    frames = np.random.default_rng(2).normal(BACKGROUND, 1, (count, side, side)).astype(np.float32)
    for frame, filled in enumerate(gamma_variate(times - 1, 1.5)):
        shift = max(0, frame - from_frame + 1) * pixels_a_frame
        frames[frame] -= head[60 + shift : 60 + shift + side, 80 : 80 + side]
        frames[frame] += head[60 : 60 + side, 80 : 80 + side]
        frames[frame, max(0, 16 - shift) : 112 - shift, 60:64] -= DEPTH * filled
    return frames, times, np.ones((side, side), bool)


@pytest.mark.parametrize("pixels_a_frame", [1, 2, 3])
@pytest.mark.parametrize("from_frame", [2, 4, 6])
def test_a_table_that_moves_while_arteries_fill_is_warned_about(pixels_a_frame, from_frame):
    (first, last), notes = find_window(*panned_run(pixels_a_frame, from_frame))
    assert len(notes) == 1
    assert 0 <= first <= last <= 19


def test_a_table_that_moves_after_the_arteries_leaves_their_window_alone():
    still = find_window(*panned_run(0, 99))
    assert find_window(*panned_run(1, 14)) == still
    assert still == ((3, 8), ())
