"""Training samples: windows, crops and grading keep frames, MinIP and labels together."""

import numpy as np
import pytest

from dsatrain.augment import (
    ZOOMS,
    CropSettings,
    bend,
    crop,
    crop_side,
    magnify,
    regrade,
    roughen,
    soften,
    thin,
)
from dsatrain.sample import Sample


def sample(frame_count=4, height=6, width=9):
    labels = np.zeros((height, width), np.uint8)
    labels[2, 7] = 2
    minip = labels.astype(np.float32) * -0.5
    frames = np.stack([minip + index for index in range(frame_count)])
    return Sample(frames, np.arange(frame_count, dtype=np.float32), minip, labels)


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def test_thinning_keeps_order_and_times_together(rng):
    thinned = thin(sample(10), 4, rng)
    assert len(thinned.times) == 4
    assert np.all(np.diff(thinned.times) > 0)
    assert np.array_equal(thinned.frames[:, 0, 0], thinned.times)


def test_a_short_sample_is_not_thinned(rng):
    assert thin(sample(3), 4, rng).times.tolist() == [0, 1, 2]


@pytest.mark.parametrize("size", [4, 6, 8, 16])
def test_a_crop_has_its_size_and_keeps_image_and_labels_aligned(rng, size):
    for _ in range(20):
        cut = crop(sample(), size, rng)
        assert cut.frames.shape == (4, size, size)
        assert np.array_equal(cut.minip, cut.labels * np.float32(-0.5))


def test_a_crop_as_large_as_the_image_holds_all_of_it(rng):
    assert crop(sample(height=8, width=8), 8, rng).labels.sum() == 2


def test_some_crops_hold_the_whole_run(rng):
    sides = [crop_side(sample(), CropSettings(4, 3), rng) for _ in range(200)]
    assert 25 < sides.count(9) < 80
    assert set(sides) == {9, *(round(4 / zoom) for zoom in ZOOMS)}


def test_no_crop_is_larger_than_the_run(rng):
    sides = {crop_side(sample(), CropSettings(11, 3), rng) for _ in range(200)}
    assert sides == {round(11 / zoom) for zoom in ZOOMS if zoom > 11 / 9} | {9}


def test_crops_of_a_large_run_are_of_the_size_that_it_is_shown_at(rng):
    large, small = sample(height=64, width=48), sample(height=24, width=32)
    sides = {crop_side(large, CropSettings(16, 3, 0.0, look_px=32), rng) for _ in range(200)}
    assert sides == {round(16 / (0.5 * zoom)) for zoom in ZOOMS}
    sides = {crop_side(small, CropSettings(16, 3, 0.0, look_px=32), rng) for _ in range(200)}
    assert sides == {round(16 / zoom) for zoom in ZOOMS}


def test_magnifying_keeps_image_and_labels_aligned():
    labels = np.zeros((4, 4), np.uint8)
    labels[1, 2] = 2
    minip = labels.astype(np.float32)
    magnified = magnify(Sample(np.stack([minip] * 3), np.arange(3.0), minip, labels), 8)
    assert magnified.frames.shape == (3, 8, 8)
    expected = np.zeros((8, 8), np.uint8)
    expected[2:4, 4:6] = 2
    assert np.array_equal(magnified.labels, expected)
    assert np.array_equal(magnified.minip > 1, expected > 0)
    assert magnify(magnified, 8) is magnified


def test_bending_moves_frames_minip_and_labels_alike(rng):
    image = np.zeros((64, 64), np.float32)
    image[20:44, 20:44] = 1
    straight = Sample(np.stack([image] * 2), np.arange(2.0), image, image.astype(np.uint8))
    moved = 0
    for _ in range(12):
        bent = bend(straight, rng)
        assert np.array_equal(bent.frames[0], bent.minip)
        assert np.abs(bent.minip - bent.labels).max() < 0.75
        assert abs(int(bent.labels.sum()) - int(image.sum())) < 0.1 * image.sum()
        moved += not np.array_equal(bent.labels, straight.labels)
    assert 2 < moved < 11


def test_softening_spreads_grey_and_leaves_labels(rng):
    softened = [soften(sample(), rng) for _ in range(8)]
    changed = [not np.array_equal(s.minip, sample().minip) for s in softened]
    assert any(changed)
    assert not all(changed)
    assert all(np.array_equal(s.labels, sample().labels) for s in softened)
    assert all(np.isclose(s.minip.sum(), -1.0, atol=0.02) for s in softened)


def test_a_third_of_the_samples_get_noise_of_their_own_in_every_frame_where_asked(rng):
    plain = sample(height=48, width=48)
    added = [roughen(plain, 0.2, rng) for _ in range(60)]
    noises = [one.frames - plain.frames for one in added]
    rough = [noise for noise in noises if noise.any()]
    assert 10 < len(rough) < 32
    deviations = [float(noise.std()) for noise in rough]
    assert 0.0199 < min(deviations) < 0.06
    assert 0.1 < max(deviations) < 0.2001
    assert abs(np.corrcoef(rough[0][0].ravel(), rough[0][1].ravel())[0, 1]) < 0.2
    assert all(np.array_equal(one.labels, plain.labels) for one in added)


def test_without_most_noise_nothing_is_added_or_drawn(rng):
    before = rng.bit_generator.state
    assert roughen(sample(), 0.0, rng).frames.tolist() == sample().frames.tolist()
    assert rng.bit_generator.state == before


def test_regrading_moves_labels_with_the_image(rng):
    for _ in range(20):
        graded = regrade(sample(height=8, width=8), rng)
        darkest = np.unravel_index(graded.minip.argmin(), (8, 8))
        assert graded.labels[darkest] == 2
        assert np.all(np.diff(graded.times) > 0)
