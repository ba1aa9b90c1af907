import numpy as np
import pytest
from scipy import ndimage

from dsanet.prepare.register import Match, alike, match

FIELD = np.ones((64, 64), bool)


def bones(shift=(0.0, 0.0)):
    row, column = np.mgrid[:64, :64]
    row, column = row - shift[0], column - shift[1]
    return (np.sin(row / 5) * np.cos(column / 7) + 0.3 * np.sin(column / 3)).astype(np.float32)


def skull(side=192):
    """A picture with edges of all sizes, larger than what is seen of it."""
    rng = np.random.default_rng(3)
    grains = [ndimage.gaussian_filter(rng.normal(size=(side, side)), width) for width in (2, 5, 12)]
    return sum(grain / grain.std() for grain in grains).astype(np.float32)


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.3, -0.2), (-0.8, 0.5), (3.4, -2.7)])
def test_shift_is_measured_to_a_tenth_of_a_pixel(shift):
    found = match(bones(), bones(shift) + 0.5, FIELD)
    np.testing.assert_allclose(found.shift, shift, atol=0.1)
    assert found.alike > 0.9


def test_vessel_does_not_disturb_the_shift():
    frame = bones((0.4, 0.0))
    frame[20:50, 30:33] -= 2
    np.testing.assert_allclose(match(bones(), frame, FIELD).shift, (0.4, 0), atol=0.15)


def test_jump_of_a_third_of_the_picture_is_found():
    whole = skull()
    mask, frame = whole[40:168, 10:138], whole[25:153, 47:175]
    found = match(mask, frame, np.ones(frame.shape, bool))
    np.testing.assert_allclose(found.shift, (15, -37), atol=0.1)


def test_shutter_that_stays_where_it_is_does_not_hold_the_picture():
    whole = skull()
    field = np.zeros((128, 128), bool)
    field[20:108, 20:108] = True
    mask, frame = (np.where(field, part, 9) for part in (whole[:128, :128], whole[2:130, 3:131]))
    np.testing.assert_allclose(match(mask, frame, field).shift, (-2, -3), atol=0.1)


def test_empty_pictures_are_not_shifted():
    flat = np.ones((16, 16), np.float32)
    assert match(flat, flat, np.ones((16, 16), bool)) == Match((0.0, 0.0), 1.0)


def test_very_small_pictures_keep_the_start():
    assert match(bones()[:8], bones()[:8], FIELD[:8], (1.0, 2.0)).shift == (1.0, 2.0)


@pytest.mark.parametrize("seed", range(4))
def test_noise_is_not_shifted_far(seed):
    noise = np.random.default_rng(seed).normal(size=(2, 64, 64)).astype(np.float32)
    assert max(map(abs, match(noise[0], noise[1], FIELD).shift)) < 3


def test_same_pictures_give_the_same_shift_every_time():
    frame = bones((0.37, -1.21)) + np.random.default_rng(0).normal(0, 0.1, (64, 64))
    found = {match(bones(), frame.astype(np.float32), FIELD) for _ in range(10)}
    assert len(found) == 1


def test_alikeness_falls_with_the_distance_from_the_true_shift():
    frame = bones((2.0, 0.0))
    scores = [alike(bones(), frame, FIELD, (row, 0.0)) for row in (2.0, 1.0, 0.0)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == pytest.approx(1, abs=0.01)


def test_shift_that_leaves_little_overlap_is_not_believed():
    assert alike(bones(), bones(), FIELD, (50.0, 0.0)) == -1
