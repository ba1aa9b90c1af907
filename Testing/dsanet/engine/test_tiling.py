"""Tiles cover an image, overlap, and blend without seams."""

from itertools import pairwise

import numpy as np
import pytest

from dsanet.engine.tiling import TILE_PX, tile_weights, tiles


@pytest.mark.parametrize(("height", "width"), [(1, 1), (512, 768), (768, 768)])
def test_small_images_are_scored_whole(height, width):
    assert tiles(height, width) == [(slice(0, height), slice(0, width))]


@pytest.mark.parametrize(("height", "width"), [(769, 300), (1024, 1024), (742, 960), (1432, 1432)])
def test_tiles_cover_every_pixel_and_overlap(height, width):
    cover = np.zeros((height, width), int)
    regions = tiles(height, width)
    for rows, columns in regions:
        assert rows.stop - rows.start <= TILE_PX
        assert columns.stop - columns.start <= TILE_PX
        cover[rows, columns] += 1
    assert cover.min() == 1
    for axis in (0, 1):
        sides = sorted({(region[axis].start, region[axis].stop) for region in regions})
        assert all(a[1] - b[0] >= 0.25 * (b[1] - b[0]) - 1 for a, b in pairwise(sides))
        assert len({stop - start for start, stop in sides}) == 1


def test_blending_equal_scores_gives_them_back():
    total, weight_sum = np.zeros((900, 800)), np.zeros((900, 800))
    for rows, columns in tiles(900, 800):
        weights = tile_weights(rows.stop - rows.start, columns.stop - columns.start)
        total[rows, columns] += 3 * weights
        weight_sum[rows, columns] += weights
    np.testing.assert_allclose(total / weight_sum, 3, rtol=1e-5)


def test_weights_are_highest_in_the_middle_and_never_zero():
    weights = tile_weights(512, 512)
    assert weights.argmax() in (255 * 512 + 255, 255 * 512 + 256, 256 * 512 + 255, 256 * 512 + 256)
    assert weights.min() > 0
