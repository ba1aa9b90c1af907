import numpy as np
import pytest

from dsanet.prepare.coarse import small_structures
from dsanet.prepare.curves import crossing, vessel_curves
from dsanet.prepare.window import find_window

FIELD = np.ones((64, 64), bool)


def bolus(times, arrival, width=2.0):
    return np.clip(1 - np.abs(times - arrival - width) / width, 0, 1)


def frames_of(*vessels, frames, noise=1.0):
    """Grey 160; each vessel is (rows, columns, curve), 80 deep."""
    grey = np.random.default_rng(0).normal(160, noise, (frames, 64, 64))
    for rows, columns, curve in vessels:
        grey[:, rows, columns] -= 80 * np.asarray(curve)[:, None, None]
    return grey.astype(np.float32)


TRUNK = (slice(8, 56), slice(20, 23))
BRANCH = (slice(20, 22), slice(23, 50))
VEIN = (slice(40, 43), slice(30, 60))


def curves_of(frames, times, field=FIELD):
    return vessel_curves(small_structures(frames, field), times, field)


def seconds(count):
    return np.arange(count, dtype=np.float64)


def test_window_begins_with_the_first_contrast_and_ends_before_veins():
    times = seconds(16)
    frames = frames_of(
        (*TRUNK, bolus(times, 3)), (*BRANCH, bolus(times, 4)), (*VEIN, bolus(times, 9)), frames=16
    )
    assert find_window(frames, times, FIELD) == ((4, 6), ())


def test_veins_end_the_window_of_arteries_that_stay_full():
    times = seconds(16)
    stays = np.minimum(np.clip((times - 3) / 2, 0, 1), 1)
    frames = frames_of((*TRUNK, stays), (*VEIN, bolus(times, 9)), frames=16)
    assert find_window(frames, times, FIELD)[0] == (4, 9)


def test_seconds_count_and_not_frame_numbers():
    times = np.concatenate([np.arange(0, 6, 0.5), np.arange(6, 16, 2.0)])
    frames = frames_of((*TRUNK, bolus(times, 3)), (*VEIN, bolus(times, 9, 3.0)), frames=len(times))
    first, last = find_window(frames, times, FIELD)[0]
    assert times[first] == 3.5
    assert 5.5 <= times[last] <= 8


def test_contrast_in_the_first_frame_opens_the_window_there():
    times = seconds(12)
    frames = frames_of((*TRUNK, bolus(times, -2, 3.0)), (*VEIN, bolus(times, 7)), frames=12)
    first, last = find_window(frames, times, FIELD)[0]
    assert first == 0
    assert last in {3, 4}


def test_run_with_arteries_only_is_a_window_as_a_whole():
    times = np.arange(8) * 0.25
    trunk, branch = bolus(times, -0.5, 1.5), bolus(times, -0.2, 1.5)
    frames = frames_of((*TRUNK, trunk), (*BRANCH, branch), frames=8)
    assert find_window(frames, times, FIELD) == ((0, 7), ())


def test_vessels_full_in_all_frames_give_the_whole_run():
    frames = frames_of((*TRUNK, np.ones(6)), frames=6)
    assert find_window(frames, seconds(6), FIELD) == ((0, 5), ())


def test_catheter_in_all_frames_does_not_open_the_window():
    times = seconds(16)
    frames = frames_of(
        (slice(50, 53), slice(2, 18), np.ones(16)), (*TRUNK, bolus(times, 5)), frames=16
    )
    assert find_window(frames, times, FIELD)[0] == (6, 8)


def test_wide_blush_is_no_vessel():
    times = seconds(20)
    row, column = np.mgrid[:64, :64] - 32
    blush = np.exp(-(row**2 + column**2) / 800) * 40
    frames = frames_of((*TRUNK, bolus(times, 3)), frames=20)
    frames -= (blush * bolus(times, 8, 6.0)[:, None, None]).astype(np.float32)
    assert find_window(frames, times, FIELD)[0][1] <= 7


def jolted(times, width, *vessels):
    """The head moves first: something becomes darker, and something else brighter."""
    jolt = bolus(times, -0.5, 1.5)
    dark = (slice(60, 62), slice(4, 4 + width), jolt)
    bright = (slice(2, 4), slice(30, 60), -0.9 * jolt)
    return frames_of(dark, bright, *vessels, frames=len(times))


def test_motion_before_the_arteries_does_not_end_the_window():
    times = seconds(16)
    frames = jolted(times, 20, (*TRUNK, bolus(times, 6)), (*BRANCH, bolus(times, 7)))
    window, (note,) = find_window(frames, times, FIELD)
    assert window == (7, 9)
    assert "rough guess" in note


@pytest.mark.parametrize("rim", [30, 150])
def test_a_shutters_rim_is_no_motion(rim):
    times = seconds(16)
    field = np.zeros((64, 64), bool)
    field[3:61, 3:61] = True
    few, vein = (slice(20, 22), slice(12, 28)), (slice(36, 46), slice(30, 56))
    frames = frames_of((*few, bolus(times, 3)), (*vein, bolus(times, 9)), frames=16)
    frames[:, field & ~np.pad(np.ones((56, 56), bool), 4)] += rim
    assert find_window(frames, times, field) == ((4, 6), ())


def test_many_pixels_that_move_are_not_passed_over_for_veins():
    times = seconds(16)
    frames = jolted(times, 40, (*VEIN, bolus(times, 9)))
    window, (note,) = find_window(frames, times, FIELD)
    assert window[1] < 9
    assert "rough guess" in note


def test_run_without_contrast_is_used_whole_with_a_warning():
    window, (note,) = find_window(frames_of(frames=5), seconds(5), FIELD)
    assert window == (0, 4)
    assert "No contrast" in note


@pytest.mark.parametrize("value", [0, 255])
def test_constant_frames_are_used_whole_with_a_warning(value):
    frames = np.full((3, 64, 64), value, np.float32)
    window, notes = find_window(frames, seconds(3), FIELD)
    assert window == (0, 2)
    assert len(notes) == 1


def test_one_frame_is_its_own_window():
    frames = frames_of((*TRUNK, [1]), frames=1)
    assert find_window(frames, seconds(1), FIELD) == ((0, 0), ())


def test_second_of_two_frames_alone_shows_contrast():
    frames = frames_of((*TRUNK, [0, 1]), frames=2)
    assert find_window(frames, seconds(2), FIELD) == ((1, 1), ())


def test_vessels_that_jump_about_give_a_rough_window_with_a_warning():
    frames = frames_of(frames=60)
    for frame in range(6, 60):
        column = 4 + (frame * 17) % 52
        frames[frame, 8:56, column : column + 3] -= 80
    window, notes = find_window(frames, seconds(60), FIELD)
    assert window == (6, 59)
    assert "rough" in notes[0]


def test_curves_are_shares_of_their_peak():
    times = seconds(9)
    curves = curves_of(frames_of((*TRUNK, bolus(times, 2)), frames=9), times)
    assert curves.values.max(axis=0).min() == 1
    assert curves.found == curves.values.shape[1] >= 100
    assert np.median(curves.arrival) == pytest.approx(3, abs=0.1)


def test_motion_edges_dark_beside_bright_are_no_vessels():
    times = seconds(9)
    frames = frames_of(frames=9)
    frames[4:, 8:56, 30:32] -= 60
    frames[4:, 8:56, 32:34] += 60
    assert curves_of(frames, times).found == 0


def test_shutter_rim_is_no_vessel():
    field = FIELD.copy()
    field[:, :10] = False
    frames = frames_of(frames=6)
    frames[3:, :, 10] -= 60
    assert curves_of(frames, seconds(6), field).found == 0


def test_crossing_is_linear_between_frames():
    values = np.array([[0.0, 0.9], [0.4, 1.0], [0.8, 0.1]], np.float32)
    found = crossing(values, np.array([0.0, 1.0, 3.0]), 0.5)
    np.testing.assert_allclose(found, [1.5, 0.0], atol=1e-6)
