import numpy as np
import pytest

from dsanet.prepare.field import exposure_field, without_edge


def noisy(shape, level=150, seed=0):
    return np.random.default_rng(seed).integers(level - 20, level + 20, shape).astype(np.uint8)


def circle(side, radius):
    row, column = np.mgrid[:side, :side] - (side - 1) / 2
    return row**2 + column**2 < radius**2


def test_run_without_shutter_is_exposed_everywhere():
    assert exposure_field(noisy((5, 64, 64))).all()


@pytest.mark.parametrize("frames", [1, 2, 9])
@pytest.mark.parametrize("value", [0, 25, 150, 255])
def test_constant_columns_are_padding_whatever_their_value(frames, value):
    grey = noisy((frames, 64, 64))
    grey[:, :, :10] = grey[:, :, 60:] = value
    expected = np.ones((64, 64), bool)
    expected[:, :10] = expected[:, 60:] = False
    np.testing.assert_array_equal(exposure_field(grey), expected)


@pytest.mark.parametrize("width", [1, 2, 3])
def test_strip_thinner_than_the_smallest_bridge_is_padding(width):
    grey = noisy((4, 64, 64))
    grey[:, :, :width] = 0
    field = exposure_field(grey)
    assert not field[:, :width].any()
    assert field[:, width:].all()


@pytest.mark.parametrize("frames", [1, 6])
def test_round_shutter_is_found(frames):
    inside = circle(96, 46)
    grey = np.where(inside, noisy((frames, 96, 96)), 0).astype(np.uint8)
    assert np.mean(exposure_field(grey) == inside) > 0.998


def test_dark_shutter_with_compression_noise_is_found():
    rng = np.random.default_rng(1)
    grey = noisy((12, 64, 64))
    grey[:, :, 48:] = 50 + rng.integers(-2, 3, (12, 64, 16))
    field = exposure_field(grey)
    assert field[:, :48].all()
    assert not field[:, 48:].any()


def test_dark_shutter_with_noise_is_found_in_a_single_frame():
    rng = np.random.default_rng(1)
    grey = noisy((1, 256, 256))
    grey[:, :, 200:] = 14 + rng.integers(-6, 7, (1, 256, 56))
    field = exposure_field(grey)
    assert field[:, :200].all()
    assert not field[:, 200:].any()


def test_dark_part_of_a_single_frame_is_exposed():
    fall = np.linspace(200, 20, 256) + np.random.default_rng(1).integers(-6, 7, (1, 256, 256))
    assert exposure_field(fall.astype(np.uint8)).all()


def test_vessel_black_in_all_frames_at_the_border_is_exposed():
    grey = noisy((8, 64, 64))
    grey[:, 40:, 30:36] = 0
    assert exposure_field(grey).all()


def test_hole_in_the_field_is_filled():
    grey = noisy((4, 64, 64))
    grey[:, :, :10] = 0
    grey[:, 30:40, 30:40] = 0
    assert exposure_field(grey)[30:40, 30:40].all()


def test_text_beyond_the_shutter_is_not_exposed():
    grey = noisy((4, 64, 64))
    grey[:, :, :30] = 0
    grey[:, 5:12, 5:12] = 255
    assert not exposure_field(grey)[:, :30].any()


def test_empty_background_without_noise_is_exposed():
    grey = np.full((5, 64, 64), 150, np.uint8)
    grey[2:, 10:50, 20:24] = 60
    assert exposure_field(grey).all()


@pytest.mark.parametrize("value", [0, 100, 255])
def test_constant_run_is_exposed_everywhere(value):
    assert exposure_field(np.full((3, 32, 32), value, np.uint8)).all()


def test_smallest_picture_is_exposed():
    assert exposure_field(np.array([[[7]]], np.uint16)).all()


def test_signed_pixels_are_read():
    grey = noisy((3, 64, 64)).astype(np.int16) - 1000
    grey[:, :8] = -2000
    field = exposure_field(grey)
    assert not field[:8].any()
    assert field[8:].all()


def test_the_edge_beside_a_shutter_is_taken_away_and_the_picture_s_border_stays():
    field = np.ones((3, 7), np.bool_)
    field[:, :2] = False
    assert without_edge(field).tolist() == [[False] * 4 + [True] * 3] * 3
    assert without_edge(np.ones((3, 7), np.bool_)).all()
