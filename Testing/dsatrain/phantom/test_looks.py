from dataclasses import replace

import numpy as np
import pytest

from dsatrain.phantom import sample_settings
from dsatrain.phantom.collimator import exposed, penumbra
from dsatrain.phantom.looks import Processing, enhanced, graded
from dsatrain.phantom.scatter import spreader

IMAGE = replace(
    sample_settings(0).image,
    bits=8, gamma=1.0, shutter_grey=0.0, edge_enhancement=0.0, compression=0.0, averaging=0.0,
    shutter="none", padding=(0, 0), penumbra_px=0.0,
)  # fmt: skip
SIZE = (40, 50)


def test_no_enhancement_changes_nothing_and_some_sharpens_an_edge():
    edge = np.zeros((8, 12), np.float32)
    edge[:, 6:] = 1
    assert Processing(IMAGE, spreader((8, 12), 10))(edge) is edge
    sharp = enhanced(edge, 1.0)
    assert sharp[4, 6] > 1
    assert sharp[4, 5] < 0


def test_averaging_keeps_a_share_of_the_former_frame():
    process = Processing(replace(IMAGE, averaging=0.25), spreader(SIZE, 10))
    process(np.zeros(SIZE, np.float32))
    assert process(np.ones(SIZE, np.float32)) == pytest.approx(0.75)
    assert process(np.ones(SIZE, np.float32)) == pytest.approx(1 - 0.25**2)


def test_compression_takes_slow_changes_away_and_keeps_edges():
    process = Processing(replace(IMAGE, compression=1.0), spreader((200, 200), 20))
    slope = np.linspace(0, 1, 200, dtype=np.float32)[:, None] * np.ones((1, 200), np.float32)
    assert np.ptp(process(slope)[60:140]) < 0.05
    slope[100, 100] += 1
    assert process(slope)[100, 100] == pytest.approx(1, abs=0.05)


def test_grey_values_are_clipped_and_the_shutter_has_its_own():
    field = np.array([[True, True, True, False]])
    image = replace(IMAGE, shutter_grey=1.0)
    grey = np.array([[0.6, 1.4, -0.2, 0.5]], np.float32)
    assert graded(grey, image, field, None).tolist() == [[153, 255, 0, 255]]


def test_a_display_curve_bends_the_greys():
    grey = np.array([[0.25]], np.float32)
    field = np.ones((1, 1), bool)
    assert graded(grey, replace(IMAGE, gamma=0.5), field, None).tolist() == [[128]]


@pytest.mark.parametrize("shutter", ["round", "rectangle", "blades"])
def test_shutters_hide_a_part_and_not_the_middle(shutter):
    field = exposed(replace(IMAGE, shutter=shutter), SIZE, np.random.default_rng(2))
    assert field[20, 25]
    assert not field.all()


def test_padding_is_not_exposed():
    field = exposed(replace(IMAGE, padding=(6, 4)), SIZE, np.random.default_rng(0))
    assert field.sum() == (40 - 8) * (50 - 12)


def test_a_soft_edge_darkens_the_field_beside_the_shutter():
    field = np.ones(SIZE, bool)
    field[:, :10] = False
    shadow = penumbra(replace(IMAGE, penumbra_px=3.0), field)
    assert not shadow[:, :10].any()
    assert np.all(np.diff(shadow[5, 10:]) < 0)
    assert shadow[5, 40] < 0.001
    assert penumbra(IMAGE, field) is None


def test_an_even_image_stays_even_when_spread():
    even = np.full((57, 83), 0.4, np.float32)
    assert spreader((57, 83), 30)(even) == pytest.approx(0.4)


def test_spreading_keeps_the_sum_of_a_spot_and_makes_it_wide():
    spot = np.zeros((320, 320), np.float32)
    spot[160, 160] = 1
    wide = spreader((320, 320), 32)(spot)
    assert wide.sum() == pytest.approx(1, rel=0.02)
    at = np.arange(320) - 160
    assert np.sqrt((wide.sum(axis=0) * at**2).sum()) == pytest.approx(32, rel=0.1)
