import numpy as np
import pytest
from scipy import ndimage

from dsanet.io import RunFacts
from dsanet.prepare.register import shift_between
from dsanet.prepare.subtract import (
    background_spread,
    is_subtracted,
    log_floor,
    subtracted,
    to_log,
)

FIELD = np.ones((64, 64), bool)


def bones(shift=(0.0, 0.0)):
    row, column = np.mgrid[:64, :64]
    row, column = row - shift[0], column - shift[1]
    return (np.sin(row / 5) * np.cos(column / 7) + 0.3 * np.sin(column / 3)).astype(np.float32)


def test_linear_values_go_through_the_natural_logarithm():
    grey = np.array([0, 1, 10, 100], np.uint16)
    np.testing.assert_allclose(to_log(grey, "LIN", 10.0), np.log([10, 10, 10, 100]), rtol=1e-6)


def test_relationship_unknown_counts_as_linear():
    assert to_log(np.array([1], np.uint8), None, 1.0).tolist() == [0.0]


@pytest.mark.parametrize("relationship", ["LOG", "DISP"])
def test_logarithmic_and_display_values_are_kept(relationship):
    values = to_log(np.array([0, 7], np.uint8), relationship, 5.0)
    assert values.dtype == np.float32
    assert values.tolist() == [0, 7]


def test_floor_of_the_logarithm_is_a_fiftieth_of_the_median_but_at_least_one():
    field = np.ones((2, 2), bool)
    assert log_floor(np.full((1, 2, 2), 500, np.float32), field) == pytest.approx(10)
    assert log_floor(np.zeros((1, 2, 2), np.float32), field) == 1


def test_subtraction_takes_the_mean_of_the_mask_frames_away():
    log = np.stack([bones(), bones() + 0.2, bones() - 1.0])
    log[2, 10:20, 10] -= 3.0
    result = subtracted(log.copy(), (0, 1), log, FIELD)
    np.testing.assert_allclose(result[0], -0.1, atol=1e-6)
    assert result[2, 5, 5] == pytest.approx(-1.1, abs=1e-5)
    assert result[2, 15, 10] == pytest.approx(-4.1, abs=1e-5)


def test_moved_frame_is_subtracted_by_the_moved_mask():
    log = np.stack([bones(), bones((0.6, -0.4))])
    result = subtracted(log.copy(), (0,), log, FIELD)
    inner = (slice(4, -4), slice(4, -4))
    assert np.abs(result[1][inner]).max() < 0.2 * np.abs((log[1] - log[0])[inner]).max()


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.3, -0.2), (-0.8, 0.5)])
def test_shift_is_measured_to_a_tenth_of_a_pixel(shift):
    found = shift_between(bones(), bones(shift) + 0.5, FIELD)
    np.testing.assert_allclose(found, shift, atol=0.1)


def test_vessel_does_not_disturb_the_shift():
    frame = bones((0.4, 0.0))
    frame[20:50, 30:33] -= 2
    np.testing.assert_allclose(shift_between(bones(), frame, FIELD), (0.4, 0), atol=0.15)


def test_empty_pictures_are_not_shifted():
    flat = np.ones((16, 16), np.float32)
    assert shift_between(flat, flat, np.ones((16, 16), bool)) == (0.0, 0.0)


def test_hopeless_shift_is_not_applied():
    noise = np.random.default_rng(0).normal(size=(2, 64, 64)).astype(np.float32)
    moved = ndimage.shift(bones(), (20, 13), mode="wrap")
    assert shift_between(bones(), moved + 0.01 * noise[0], FIELD) == (0.0, 0.0)


def test_background_of_a_subtracted_run_is_flat():
    coarse = np.full((4, 20, 20), 100, np.float32) + np.linspace(-1, 1, 20, dtype=np.float32)
    coarse[1:, 8] = 50
    assert background_spread(coarse, np.ones((20, 20), bool)) < 0.1


def test_background_of_a_native_run_is_uneven():
    coarse = np.full((4, 20, 20), 100, np.float32) + np.linspace(-50, 50, 20, dtype=np.float32)
    coarse[1:, 8:10] -= 30
    assert background_spread(coarse, np.ones((20, 20), bool)) > 0.6


def test_spread_of_a_constant_picture_is_zero():
    assert background_spread(np.ones((1, 4, 4), np.float32), np.ones((4, 4), bool)) == 0


@pytest.mark.parametrize(
    ("spread", "mask", "facts", "expected"),
    [
        (0.1, (), {}, True),
        (0.9, (), {}, False),
        (0.9, (), {"viewing_mode": "SUB"}, False),
        (0.45, (), {}, True),
        (0.55, (), {}, False),
        (0.55, (), {"viewing_mode": "SUB"}, True),
        (0.55, (), {"image_type": ("DERIVED", "PRIMARY", "SUBTRACTION")}, True),
        (0.45, (), {"viewing_mode": "NAT"}, False),
        (0.45, (0,), {"viewing_mode": "SUB"}, False),
    ],
)
def test_pixels_decide_and_the_header_breaks_the_tie(spread, mask, facts, expected):
    assert is_subtracted(RunFacts(**facts), spread, mask) == (expected, ())


def test_mask_frames_on_a_subtracted_run_are_mentioned():
    done, (note,) = is_subtracted(RunFacts(), 0.1, (0,))
    assert done
    assert "subtracted already" in note
