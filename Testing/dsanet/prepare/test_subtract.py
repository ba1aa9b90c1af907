import numpy as np
import pytest

from dsanet.io import RunFacts
from dsanet.prepare.header_mask import FrameMask
from dsanet.prepare.subtract import (
    background_spread,
    is_subtracted,
    log_floor,
    matches,
    subtracted,
    to_log,
)

FIELD = np.ones((64, 64), bool)
NO_SHIFT = (FrameMask((0,)),)


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
    result = subtracted(log.copy(), (FrameMask((0, 1)),) * 3, FIELD)
    np.testing.assert_allclose(result[0], -0.1, atol=1e-6)
    assert result[2, 5, 5] == pytest.approx(-1.1, abs=1e-5)
    assert result[2, 15, 10] == pytest.approx(-4.1, abs=1e-5)


def test_every_frame_may_have_a_mask_of_its_own():
    log = np.arange(4, dtype=np.float32)[:, None, None] ** 2 * np.ones((4, 2, 2), np.float32)
    masks = (FrameMask((0,)), FrameMask((0,)), FrameMask((1,)), FrameMask((2,)))
    result = subtracted(log, masks, np.ones((2, 2), bool))
    assert result[:, 0, 0].tolist() == [0, 1, 3, 5]


def test_contrast_frames_are_averaged_from_the_frame_on():
    log = np.array([0, 2, 6, 100], np.float32)[:, None, None] * np.ones((4, 2, 2), np.float32)
    masks = (FrameMask((0,)), FrameMask((0,), averaged=2), FrameMask((0,), averaged=3))
    result = subtracted(log, (*masks, FrameMask((0,), averaged=2)), np.ones((2, 2), bool))
    assert result[:, 0, 0].tolist() == [0, 4, 53, 100]


def test_shifted_mask_moves_down_and_to_the_right_and_leaves_no_edge():
    log = np.full((2, 8, 8), 5, np.float32)
    log[0, 3, 3] = 1
    log[1, 5, 2] = 1
    masks = (FrameMask((0,)), FrameMask((0,), shift=(2.0, -1.0)))
    result = subtracted(log, masks, np.ones((8, 8), bool))
    assert not result.any()


def test_shifted_mask_brings_no_shutter_along():
    field = np.ones((8, 8), bool)
    field[:, :3] = False
    log = np.where(field, np.float32(5), np.float32(0))[None].repeat(2, axis=0)
    result = subtracted(log, (FrameMask((0,)), FrameMask((0,), shift=(0.0, 2.0))), field)
    assert not result[1][field].any()


def test_moved_frame_is_subtracted_by_the_moved_mask():
    log = np.stack([bones(), bones((0.6, -0.4))])
    masks = tuple(FrameMask((0,), shift=one.shift) for one in matches(log, FIELD, NO_SHIFT * 2))
    result = subtracted(log.copy(), masks, FIELD)
    inner = (slice(4, -4), slice(4, -4))
    assert np.abs(result[1][inner]).max() < 0.2 * np.abs((log[1] - log[0])[inner]).max()


def test_search_goes_on_where_it_ended_in_the_frame_before():
    log = np.stack([bones((0.0, 1.5 * step)) for step in range(8)])
    found = matches(log, FIELD, NO_SHIFT * 8)
    np.testing.assert_allclose([one.shift[1] for one in found], 1.5 * np.arange(8), atol=0.2)


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
        (0.1, False, {}, True),
        (0.9, False, {}, False),
        (0.9, False, {"viewing_mode": "SUB"}, False),
        (0.55, False, {"viewing_mode": "SUB"}, True),
        (0.55, False, {"image_type": ("DERIVED", "PRIMARY", "SUBTRACTION")}, True),
        (0.45, False, {"viewing_mode": "NAT"}, False),
        (0.45, True, {"viewing_mode": "SUB"}, False),
    ],
)
def test_pixels_decide_and_the_header_breaks_the_tie(spread, mask, facts, expected):
    assert is_subtracted(RunFacts(**facts), spread, mask) == (expected, ())


@pytest.mark.parametrize(
    ("spread", "done", "taken"),
    [(0.45, True, "taken as subtracted"), (0.55, False, "taken as not subtracted")],
)
def test_doubt_that_the_header_does_not_settle_is_said(spread, done, taken):
    found, (note,) = is_subtracted(RunFacts(), spread, False)
    assert found == done
    assert "not certain" in note
    assert taken in note


def test_mask_frames_on_a_subtracted_run_are_mentioned():
    done, (note,) = is_subtracted(RunFacts(), 0.1, True)
    assert done
    assert "subtracted already" in note
