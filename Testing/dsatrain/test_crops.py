"""Sources of crops: windows, and items that depend on source and index alone."""

import numpy as np
import pytest

from dsatrain.augment import CropSettings
from dsatrain.crops import PhantomCrops, jitter_window


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def test_the_jittered_window_stays_inside_the_run_and_in_order(rng):
    for _ in range(200):
        first, last = jitter_window((0, 1), 2, rng)
        assert 0 <= first <= last <= 1


def test_some_windows_reach_far_into_the_veins_and_none_loses_the_arteries_by_much(rng):
    windows = [jitter_window((10, 15), 40, rng) for _ in range(300)]
    assert 30 < sum(last > 20 for _, last in windows) < 130
    assert all(first <= 11 and last >= 14 for first, last in windows)


def test_an_item_depends_on_seed_and_index_alone():
    straight = PhantomCrops(5, CropSettings(32, 3))
    straight.item(0)
    jumped = PhantomCrops(5, CropSettings(32, 3))
    first, second = straight.item(5), jumped.item(5)
    assert np.array_equal(first.frames, second.frames)
    assert np.array_equal(first.labels, second.labels)
    assert first.name == second.name


def test_lanes_draw_from_different_phantoms():
    first, second = (PhantomCrops(5, CropSettings(32, 3), lane).item(0) for lane in (0, 1))
    assert first.name != second.name
