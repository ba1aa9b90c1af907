"""Flattening of native runs without a mask."""

import numpy as np

from dsanet.prepare.flatten import flatten


def test_a_slope_falls_away_and_a_vessel_stays():
    slope = np.tile(np.linspace(0, 2, 96, dtype=np.float32), (96, 1))
    frames = slope[None].copy()
    frames[:, :, 47:50] -= 0.5
    flat = flatten(frames, np.ones((96, 96), np.bool_))
    assert np.ptp(flat[0, 20:76, 20:40]) < 0.15
    assert flat[0, 48, 48] < flat[0, 48, 38] - 0.3


def test_a_flat_field_beside_a_shutter_stays_flat():
    field = np.zeros((64, 64), np.bool_)
    field[:, 16:] = True
    frames = np.where(field, 5.0, -1.0).astype(np.float32)[None]
    flat = flatten(frames, field)
    np.testing.assert_allclose(flat[0][field], 0, atol=1e-4)
    assert np.all(flat[0][~field] == 0)


def test_contrast_between_frames_is_untouched():
    rng = np.random.default_rng(0)
    frames = rng.normal(0, 1, (3, 32, 40)).astype(np.float32)
    flat = flatten(frames, np.ones((32, 40), np.bool_))
    np.testing.assert_allclose(flat[1] - flat[0], frames[1] - frames[0], atol=1e-5)
