import io

import numpy as np
import pytest
from PIL import Image

from dsanet.engine.prediction import Prediction
from dsanet.export.overlay import WHITE, line_width, outline, overlay_png, windowed
from dsanet.labels import CLASSES


def test_overlay_has_the_size_of_the_labels_and_both_colors(prediction: Prediction) -> None:
    picture = Image.open(io.BytesIO(overlay_png(prediction.labels, prediction.prepared, {})))
    assert picture.mode == "RGB"
    assert picture.size == (6, 4)
    colors = {color for _, color in picture.getcolors()}
    for entry in CLASSES:
        assert min(np.abs(np.subtract(color, entry.color)).max() for color in colors) < 40


def test_overlay_shows_the_vessels_that_it_outlines(prediction: Prediction) -> None:
    content = overlay_png(prediction.labels, prediction.prepared, {})
    picture = np.asarray(Image.open(io.BytesIO(content)))
    assert (picture[2, 5] == 0).all()
    assert (picture[0, 2] == 0).all()


def test_overlay_of_nothing_is_grey(prediction: Prediction) -> None:
    content = overlay_png(np.zeros_like(prediction.labels), prediction.prepared, {})
    picture = np.asarray(Image.open(io.BytesIO(content))).astype(int)
    assert np.ptp(picture, axis=2).max() == 0


def test_legend_is_drawn_only_where_there_is_room(prediction: Prediction) -> None:
    from dataclasses import replace

    size = (256, 300)
    prepared = replace(
        prediction.prepared,
        minip=np.zeros(size, np.float32),
        field=np.ones(size, bool),
    )
    content = overlay_png(np.zeros(size, np.uint8), prepared, {})
    picture = np.asarray(Image.open(io.BytesIO(content))).astype(int)
    assert np.ptp(picture[200:, :100], axis=2).max() > 50
    assert np.ptp(picture[:190], axis=2).max() == 0


def test_windowed_spreads_the_field_and_blackens_the_rest() -> None:
    image = np.linspace(0, 1000, 100, dtype=np.float32).reshape(10, 10)
    field = np.ones((10, 10), bool)
    field[:, 9] = False
    spread = windowed(image, field)
    assert spread[0, 0] == 0
    assert spread[9, 8] == WHITE
    assert (spread[:, 9] == 0).all()


def test_windowed_of_a_constant_image_is_finite() -> None:
    assert np.isfinite(windowed(np.full((2, 2), 7, np.float32), np.ones((2, 2), bool))).all()


@pytest.mark.parametrize(("side", "width"), [(64, 1), (512, 1), (768, 1.5), (1024, 2), (4096, 2)])
def test_lines_grow_with_the_image(side: int, width: float) -> None:
    assert line_width((10, side)) == width


def test_outline_lies_around_the_mask_and_outside_what_is_free() -> None:
    mask = np.zeros((5, 5), bool)
    mask[2, 2] = True
    free = mask.copy()
    free[2, 3] = True
    line = outline(mask, free, 1.0)
    assert line[2, 1] == pytest.approx(0.9)
    assert line[2, 2] == line[2, 3] == line[0, 0] == 0


def test_outline_of_an_empty_mask_is_empty() -> None:
    empty = np.zeros((3, 3), bool)
    assert not outline(empty, empty, 1.0).any()
