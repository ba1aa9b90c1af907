from dataclasses import replace

import numpy as np
import pytest

from dsatrain.phantom import PhantomSettings, sample_settings
from dsatrain.phantom.detector import Scene, direct_share, noise_map, record
from dsatrain.phantom.noise import photons

SIZE = (64, 64)
PLAIN = {
    "bits": 14, "offset": 0.8, "gain": 0.4, "gamma": 1.0, "shutter_grey": 0.0, "scatter": 0.0,
    "glare": 0.0, "denoising": 1.0, "averaging": 0.0, "edge_enhancement": 0.0, "compression": 0.0,
    "penumbra_px": 0.0, "native": False, "photons": 1e9, "electronic": 0.0, "grain": 0.0,
    "mask_frames": 1,
}  # fmt: skip


def plain(**given) -> PhantomSettings:
    settings = sample_settings(0, SIZE, 3)
    return replace(settings, image=replace(settings.image, **{**PLAIN, **given}))


def scene(settings: PhantomSettings, head=0.0) -> Scene:
    head = np.broadcast_to(np.float32(head), SIZE).copy()
    return Scene(settings, head, np.ones(SIZE, bool))


def recorded(place: Scene, signals) -> np.ndarray:
    images = [np.broadcast_to(np.float32(s), SIZE).astype(np.float32) for s in signals]
    return record(place, images, len(images), np.random.default_rng(1))


def depth_of(pixels: np.ndarray) -> np.ndarray:
    """Natural-log units from stored pixels of `plain` settings."""
    return (0.8 - pixels / (2**14 - 1)) / 0.4


def test_without_noise_and_scatter_the_attenuation_comes_back():
    pixels = recorded(scene(plain(), 0.7), [0.0, 0.5, 1.0])
    assert depth_of(pixels)[:, 30, 30] == pytest.approx([0, 0.5, 1.0], abs=1e-3)


def test_scatter_lowers_contrast_and_keeps_the_background_at_zero():
    place = scene(plain(scatter=0.5))
    vessel = np.zeros(SIZE, np.float32)
    vessel[20:24] = 1.0
    depth = depth_of(recorded(place, [vessel]))[0]
    assert depth[22].mean() == pytest.approx(np.log(1.5 / (np.exp(-1) + 0.5)), abs=0.05)
    assert abs(depth[50].mean()) < 0.05
    assert direct_share(place)[0, 0] == pytest.approx(1 / 1.5, rel=1e-4)


def test_behind_dense_bone_scatter_takes_more_of_the_contrast():
    head = np.zeros(SIZE, np.float32)
    head[28:36, 28:36] = 1.5
    share = direct_share(scene(plain(scatter=0.4), head))
    assert share[32, 32] < 0.6 * share[5, 5]


@pytest.mark.parametrize(("dose", "frames"), [(1.2, 1), (3.6, 1), (3.6, 4)])
def test_noise_follows_the_formula_of_counted_photons(dose, frames):
    wanted = np.sqrt((1 + 1 / frames) / (30_000 * dose * (0.2 * 1.3) ** 2 * 0.6))
    place = scene(plain(photons=photons(dose, 0.2 * 1.3), mask_frames=frames))
    depth = depth_of(recorded(place, [0.0] * 3))
    assert depth.std() == pytest.approx(wanted, rel=0.03)
    assert noise_map(place) == pytest.approx(wanted, rel=1e-3)
    assert place.settings.image.noise == pytest.approx(wanted)


def test_the_masks_noise_is_the_same_in_all_frames():
    depth = depth_of(recorded(scene(plain(photons=1000.0)), [0.0] * 3))
    shared = np.corrcoef(depth[0].ravel(), depth[2].ravel())[0, 1]
    assert shared == pytest.approx(0.5, abs=0.05)


def test_noise_is_greater_behind_bone_and_by_electronics():
    bone = np.zeros(SIZE, np.float32)
    bone[:, 32:] = 1.0
    noise = noise_map(scene(plain(photons=1000.0), bone))
    assert noise[0, 60] / noise[0, 4] == pytest.approx(np.exp(0.5), rel=0.01)
    louder = noise_map(scene(plain(photons=1000.0, electronic=40.0)))
    assert louder[0, 0] / noise[0, 4] == pytest.approx(np.sqrt(1 + 1600 / 1000), rel=0.01)


@pytest.mark.parametrize("bits", [8, 10, 12, 14])
def test_pixels_fill_their_bits(bits):
    pixels = recorded(scene(plain(bits=bits, offset=1.0)), [0.0])
    assert pixels.dtype == (np.uint8 if bits == 8 else np.uint16)
    assert pixels[0, 0, 0] == pytest.approx(2**bits - 1, rel=0.01)


@pytest.mark.parametrize("relationship", ["LIN", "LOG"])
def test_native_frames_hold_bone_and_their_difference_is_the_contrast(relationship):
    bone = np.zeros(SIZE, np.float32)
    bone[:, 32:] = 0.8
    place = scene(plain(native=True, relationship=relationship), bone)
    mask, live = recorded(place, [0.0, 0.5]).astype(float)
    assert mask[0, 5] > 1.1 * mask[0, 60]
    if relationship == "LIN":
        assert np.log(mask / live) == pytest.approx(0.5, abs=0.02)
    else:
        assert (mask - live).std() < 0.01 * (mask - live).mean()
