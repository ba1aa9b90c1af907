from dataclasses import replace

import numpy as np
import pytest

from dsatrain.phantom import sample_settings
from dsatrain.phantom.detector import enhanced, noise, scattered, stored

IMAGE = replace(
    sample_settings(0).image, bits=8, offset=0.6, gain=0.4, gamma=1.0, shutter_grey=0.0, noise=0.02
)


def test_without_scatter_the_signal_stays():
    signal = np.array([[[0.0, 0.5, 1.0]]], np.float32)
    assert scattered(signal, 0.0) == pytest.approx(signal)


def test_scatter_lowers_contrast_and_keeps_the_background_at_zero():
    out = scattered(np.array([[[0.0, 1.0]]], np.float32), 0.25)
    assert out[0, 0] == pytest.approx([0, np.log(1.25 / (np.exp(-1) + 0.25))], abs=1e-6)


def test_noise_has_the_stated_size_and_its_mask_part_in_common():
    image = replace(IMAGE, mask_noise=0.4)
    grain = noise(image, np.zeros((64, 64), np.float32), 6, np.random.default_rng(1))
    assert grain.std() == pytest.approx(0.02, rel=0.05)
    assert np.corrcoef(grain[0].ravel(), grain[3].ravel())[0, 1] == pytest.approx(0.4, abs=0.08)


def test_noise_is_greater_behind_bone():
    head = np.zeros((32, 64), np.float32)
    head[:, 32:] = 1.0
    grain = noise(replace(IMAGE, mask_noise=0.1), head, 20, np.random.default_rng(1))
    ratio = grain[:, :, 34:].std() / grain[:, :, :30].std()
    assert ratio == pytest.approx(np.exp(0.5), rel=0.05)


def test_no_enhancement_changes_nothing_and_some_sharpens_an_edge():
    edge = np.zeros((1, 8, 12), np.float32)
    edge[:, :, 6:] = 1
    assert enhanced(edge, 0.0) is edge
    sharp = enhanced(edge, 1.0)
    assert sharp[0, 4, 6] > 1
    assert sharp[0, 4, 5] < 0


def test_vessels_are_stored_dark_and_shutter_at_its_grey():
    signal = np.array([[[0.0, 0.5, 9.0, 0.0]]], np.float32)
    field = np.array([[True, True, True, False]])
    assert stored(signal, IMAGE, field).tolist() == [[[153, 102, 0, 0]]]


def test_twelve_bits_fill_the_twelve_bit_scale():
    image = replace(IMAGE, bits=12, offset=1.0)
    pixels = stored(np.zeros((1, 1, 1), np.float32), image, np.ones((1, 1), bool))
    assert pixels.dtype == np.uint16
    assert pixels[0, 0, 0] == 4095
