import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from dsanet.export.strip import (
    CAPTION,
    COLORS,
    COLUMNS,
    GAP,
    TILE,
    chosen_frames,
    phase,
    strip_png,
)
from dsanet.prepare import PreparedRun


def run_of(frame_count: int, shape: tuple[int, int] = (4, 6)) -> PreparedRun:
    """Frames from 0 to 100 in a chequered field, the last three quarters of them arterial."""
    frames = np.zeros((frame_count, *shape), np.float32)
    frames[:, :, ::2] = 100
    return PreparedRun(
        frames=frames,
        times=np.arange(frame_count) / 4,
        field=np.ones(shape, bool),
        arterial_window=(frame_count // 4, frame_count - 1),
        minip=frames[0],
        center=100.0,
        scale=80.0,
        subtraction="as stored",
        warnings=(),
    )


def drawn(run: PreparedRun, *, times_stated: bool = True) -> np.ndarray:
    with Image.open(io.BytesIO(strip_png(run, times_stated=times_stated))) as picture:
        assert picture.mode == "RGB"
        assert "Research" in picture.info["DSASegmentation_Notice"]
        return np.asarray(picture)


def bar_colors(sheet: np.ndarray, frames: int) -> list[bool]:
    """Whether each tile has the arterial bar above it."""
    places = [divmod(nth, COLUMNS) for nth in range(frames)]
    above = [
        sheet[GAP - 3 + row * (TILE + CAPTION + GAP), GAP + 10 + column * (TILE + GAP)]
        for row, column in places
    ]
    return [tuple(color) == COLORS["arterial"] for color in above]


@pytest.mark.parametrize(("frames", "columns", "rows"), [(1, 1, 1), (5, 5, 1), (6, 5, 2)])
def test_sheet_has_a_tile_a_frame(frames: int, columns: int, rows: int) -> None:
    sheet = drawn(run_of(frames))
    assert sheet.shape[1] == GAP + columns * (TILE + GAP)
    assert sheet.shape[0] == GAP + rows * (TILE + CAPTION + GAP)


def test_of_many_frames_even_ones_and_the_ends_of_the_window_are_shown() -> None:
    chosen = chosen_frames(200, (30, 32))
    assert len(chosen) == 20
    assert (chosen[0], chosen[-1]) == (0, 199)
    assert {30, 32} < set(chosen)
    assert np.diff(chosen).max() <= 12
    assert drawn(run_of(40)).shape[0] == GAP + 4 * (TILE + CAPTION + GAP)


def test_the_ends_of_the_window_are_not_shown_twice() -> None:
    assert len(chosen_frames(96, (0, 95))) == 18


def test_arterial_frames_have_a_bar() -> None:
    assert bar_colors(drawn(run_of(8)), 8) == [False] * 2 + [True] * 6


def test_phases_lie_around_the_arterial_window() -> None:
    run = replace(run_of(4), arterial_window=(1, 2))
    assert [phase(run, frame) for frame in range(4)] == ["before", "arterial", "arterial", "after"]


def test_all_frames_share_one_grey_scale_from_black_to_white() -> None:
    run = run_of(2)
    run.frames[1] *= 0.5
    sheet = drawn(run)
    first = sheet[GAP + 40 : GAP + 200, GAP : GAP + TILE]
    second = sheet[GAP + 40 : GAP + 200, 2 * GAP + TILE : 2 * GAP + 2 * TILE]
    assert (first.min(), first.max()) == (0, 255)
    assert 100 < second.max() < 160


def test_a_stray_pixel_does_not_set_the_grey_scale() -> None:
    run = run_of(4, (100, 100))
    run.frames[0, 50, 50] = 1e6
    assert drawn(run)[GAP : GAP + TILE, GAP : GAP + TILE].mean() > 90


def test_outside_the_field_is_black_and_shows_in_no_grey_scale() -> None:
    run = run_of(1, (8, 8))
    run.field[:, :4] = False
    run.frames[:, :, :4] = -1e6
    tile = drawn(run)[GAP : GAP + TILE, GAP : GAP + TILE]
    assert tile[:, : TILE // 2 - 2].max() == 0
    assert tile[:, TILE // 2 + 2 :].max() == 255


def test_a_tall_frame_keeps_its_shape() -> None:
    sheet = drawn(run_of(1, (12, 4)))
    row = sheet[GAP + 100, GAP : GAP + TILE].max(axis=1)
    assert np.flatnonzero(row > 200).min() >= TILE // 3 - 1
    assert np.flatnonzero(row > 200).max() <= 2 * TILE // 3


def test_captions_tell_seconds_only_where_times_are_stated() -> None:
    with_times, without = (drawn(run_of(1), times_stated=stated) for stated in (True, False))
    assert np.array_equal(with_times[: GAP + TILE], without[: GAP + TILE])
    assert not np.array_equal(with_times, without)
