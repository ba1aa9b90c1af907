import numpy as np
import pytest

from dsanet.prepare.penumbra import without_penumbra

SIDE = 120


def shuttered(left=20, right=0):
    field = np.ones((SIDE, SIDE), bool)
    field[:, :left] = False
    if right:
        field[:, -right:] = False
    return field


def soft(field, left=20, width=3.0):
    """Flat grey 100 with a band at the left shutter that is 60 darker at its edge."""
    away = np.arange(SIDE) - left
    band = np.where(away >= 0, -60 * np.exp(-away / width), -100)
    return np.broadcast_to(100 + band, (5, *field.shape)).astype(np.float32)


def test_without_shutter_nothing_changes():
    frames = np.random.default_rng(0).normal(100, 5, (3, 40, 50)).astype(np.float32)
    assert without_penumbra(frames, np.ones((40, 50), bool)) is frames


def test_band_becomes_as_bright_as_the_picture_beyond_it():
    field = shuttered()
    lifted = without_penumbra(soft(field), field)
    np.testing.assert_allclose(lifted[:, field], 100, atol=6)
    np.testing.assert_allclose(lifted[:, :, 20:24], 100, atol=1.5)


def test_shutter_and_what_lies_beyond_the_band_stay():
    field, frames = shuttered(), soft(shuttered())
    lifted = without_penumbra(frames, field)
    np.testing.assert_array_equal(lifted[:, ~field], frames[:, ~field])
    np.testing.assert_array_equal(lifted[:, :, 40:], frames[:, :, 40:])


@pytest.mark.parametrize("turned", [0, 1, 2, 3])
def test_each_side_has_an_edge_of_its_own(turned):
    field = np.rot90(shuttered(right=20), turned)
    frames = np.rot90(soft(shuttered(right=20)), turned, axes=(1, 2))
    lifted = np.rot90(without_penumbra(frames, field), -turned, axes=(1, 2))
    np.testing.assert_allclose(lifted[:, :, 20:24], 100, atol=1.5)
    np.testing.assert_allclose(lifted[:, :, 60:100], 100, atol=0.01)


def test_vessel_across_the_band_stays_as_deep():
    field, frames = shuttered(), soft(shuttered())
    frames[:, 60:63, 20:] -= 30
    lifted = without_penumbra(frames, field)
    depth = lifted[:, 50, 20:] - lifted[:, 61, 20:]
    np.testing.assert_allclose(depth, 30, atol=1e-4)


def test_line_along_a_hard_edge_stays():
    field = shuttered()
    frames = np.full((5, SIDE, SIDE), 100, np.float32)
    frames[:, :, :20] = 0
    frames[:, :, 23:26] -= 30
    np.testing.assert_array_equal(without_penumbra(frames, field), frames)


def test_artery_along_the_edge_that_fills_for_a_while_stays():
    field = shuttered()
    frames = np.full((9, SIDE, SIDE), 100, np.float32)
    frames[3:6, :, 20:23] -= 30
    np.testing.assert_array_equal(without_penumbra(frames, field), frames)


def test_bright_edge_stays():
    field = shuttered()
    frames = 200 - soft(field)
    np.testing.assert_array_equal(without_penumbra(frames, field), frames)


def test_field_too_small_to_tell_anything_is_left_alone():
    field = np.zeros((30, 30), bool)
    field[12:18, 12:18] = True
    frames = np.random.default_rng(0).normal(100, 5, (2, 30, 30)).astype(np.float32)
    np.testing.assert_array_equal(without_penumbra(frames, field), frames)
