import numpy as np
import pytest

from dsanet.prepare.polarity import displayed, reflect, vessels_are_bright

FIELD = np.ones((40, 40), bool)


def vessel_on(background, vessel, frames=6, arrival=2):
    grey = np.full((frames, 40, 40), background, np.float32)
    grey += np.random.default_rng(0).normal(0, 0.5, grey.shape).astype(np.float32)
    grey[arrival:, 5:35, 18:21] = vessel
    return grey


def test_monochrome1_is_shown_the_other_way_round(make_run):
    pixels = np.array([[[0, 1], [2, 4095]]], np.uint16)
    run = make_run(pixels, photometric="MONOCHROME1", bits_stored=12)
    assert displayed(run).tolist() == [[[4095, 4094], [4093, 0]]]


def test_monochrome2_is_left_alone(make_run):
    run = make_run(np.zeros((1, 2, 2), np.uint8))
    assert displayed(run) is run.pixels


@pytest.mark.parametrize(
    ("pixels", "bits", "expected"),
    [
        (np.array([0, 255], np.uint8), 8, [255, 0]),
        (np.array([-2048, 2047], np.int16), 12, [2047, -2048]),
        (np.array([0, 4095], np.int16), 12, [4095, 0]),
        (np.array([0, 5000], np.uint16), 12, [5000, 0]),
        (np.array([0, 7], np.int16), 16, [32767, 32760]),
    ],
)
def test_reflection_stays_within_the_stored_bits(pixels, bits, expected):
    reflected = reflect(pixels, bits)
    assert reflected.dtype == pixels.dtype
    assert reflected.tolist() == expected


def test_dark_vessels_are_not_bright():
    assert not vessels_are_bright(vessel_on(100, 50), FIELD)


def test_bright_vessels_are_bright():
    assert vessels_are_bright(vessel_on(100, 150), FIELD)


def test_one_frame_of_a_subtracted_run_shows_its_polarity():
    assert vessels_are_bright(vessel_on(100, 150, frames=1, arrival=0), FIELD)


def test_static_bright_bone_does_not_count_in_a_native_run():
    grey = vessel_on(100, 70)
    grey[:, :, 28:32] += 90
    assert vessels_are_bright(grey, FIELD)
    assert not vessels_are_bright(grey, FIELD, native=True)


def test_contrast_that_brightens_a_native_run_is_bright():
    grey = vessel_on(100, 140)
    grey[:, :, 28:32] -= 90
    assert vessels_are_bright(grey, FIELD, native=True)


def test_one_native_frame_tells_nothing_and_counts_as_dark():
    grey = vessel_on(100, 200, frames=1, arrival=0)
    assert not vessels_are_bright(grey, FIELD, native=True)


def test_contrast_that_leaves_a_native_run_is_not_bright():
    slope = np.linspace(60, 140, 40, dtype=np.float32)
    filled_first = slope + vessel_on(100, 50)[::-1] - 100
    assert not vessels_are_bright(filled_first, FIELD, native=True)
    assert vessels_are_bright(200 - filled_first[::-1], FIELD, native=True)


@pytest.mark.parametrize("edge", [10, -10])
def test_a_shutters_soft_edge_does_not_count(edge):
    """It is as bright as a white shutter, or as dark as a black one."""
    field = np.zeros((40, 40), bool)
    field[3:37, 3:37] = True
    rim = field.copy()
    rim[4:36, 4:36] = False
    grey = vessel_on(100, 100 + (-5 if edge > 0 else 5))
    grey[:, rim] += 8 * edge
    assert vessels_are_bright(grey, field) == (edge < 0)
