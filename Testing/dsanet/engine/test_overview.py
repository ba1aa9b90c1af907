"""The overview: small, whole, and asked where no trunk is clear at full size."""

from dataclasses import replace

import numpy as np
import pytest

from dsanet.engine import NO_STEPS, Engine
from dsanet.engine.overview import (
    OVERVIEW_FRAMES,
    OVERVIEW_PX,
    clearest_trunk,
    overview,
    without_trunk,
)
from dsanet.engine.scoring import NetworkInput
from dsanet.labels import BV, MAT
from dsanet.prepare import prepare


def given(count: int, height: int, width: int) -> NetworkInput:
    rng = np.random.default_rng(0)
    frames = rng.standard_normal((count, height, width), np.float32)
    return NetworkInput(frames, frames.min(axis=0), np.arange(count, dtype=np.float32))


def test_a_run_is_made_smaller() -> None:
    small = overview(given(2, 500, 640))
    assert small.frames.dtype == small.minip.dtype == np.float32
    assert small.frames.shape == (2, 250, 320)
    assert small.minip.shape == (250, 320)


def test_a_small_run_keeps_its_size_and_a_long_one_a_few_frames_to_both_ends() -> None:
    small = overview(given(11, OVERVIEW_PX, 40))
    assert small.minip.shape == (OVERVIEW_PX, 40)
    assert len(small.frames) == OVERVIEW_FRAMES
    assert (small.times[0], small.times[-1]) == (0, 10)


def test_a_picture_of_one_column_stays_one_column() -> None:
    assert overview(given(1, 900, 1)).minip.shape == (320, 1)


def test_a_trunk_is_as_clear_as_its_clearest_pixels() -> None:
    probabilities = np.zeros((3, 100, 100), np.float32)
    probabilities[MAT].flat[:40] = 0.9
    assert clearest_trunk(probabilities) == pytest.approx(0.9)
    probabilities[MAT].flat[20:40] = 0
    assert clearest_trunk(probabilities) == 0


class Divided:
    """A backend that calls the dark line MAT, as clearly as told at full size and made small."""

    name, device, precision, threads = "openvino", "cpu", "float32", 1

    def __init__(self, trunk: float, at_full_size: float) -> None:
        self.trunk, self.at_full_size = trunk, at_full_size
        self.sides: list[int] = []

    def score(self, frames, minip, times, on_frame):
        self.sides.append(max(minip.shape))
        for _ in frames:
            on_frame()
        trunk = self.trunk if max(minip.shape) <= OVERVIEW_PX else self.at_full_size
        dark = minip < -0.3
        shares = [(1 - trunk) / 2, (1 - trunk) / 2, trunk]
        probabilities = np.where(dark, np.array(shares)[:, None, None], [[[1]], [[0]], [[0]]])
        return np.log(probabilities + 1e-6).astype(np.float32)


@pytest.fixture
def engine(tiny_package):
    def make(trunk: float, wanted: float | None = 0.7, at_full_size: float = 0.45) -> Engine:
        said = {**tiny_package.manifest, "trunk_in_overview": wanted}
        return Engine(replace(tiny_package, manifest=said), Divided(trunk, at_full_size))

    return make


def test_without_a_trunk_in_the_overview_the_run_has_none(engine, dark_line) -> None:
    run = dark_line(400, 380)
    found = engine(0.4).segment(run, clean_up=replace(NO_STEPS, unseen_trunk=True))
    raw = engine(0.4).segment(run, clean_up=NO_STEPS)
    count = int(np.count_nonzero(raw.labels == MAT))
    assert count > 1000
    assert found.no_mat
    assert np.array_equal(found.labels == BV, raw.labels == MAT)
    assert found.provenance["clean_up"]["unseen_trunk"] == count
    assert "does not in the whole picture" in found.warnings[-1]
    assert not found.probabilities[MAT].any()
    np.testing.assert_allclose(found.probabilities.sum(axis=0), 1, atol=2e-3)


def test_a_trunk_in_the_overview_stays(engine, dark_line) -> None:
    kept = engine(0.8).segment(dark_line(400, 380))
    assert not kept.no_mat
    assert kept.provenance["clean_up"]["unseen_trunk"] == 0
    assert kept.warnings == ()


def test_a_trunk_that_is_clear_at_full_size_stays_unasked(engine, dark_line) -> None:
    sure = engine(0.1, at_full_size=0.8)
    assert not sure.segment(dark_line(400, 380)).no_mat
    assert len(sure.backend.sides) == 1


def test_a_model_that_was_not_tried_for_it_is_not_asked(engine, dark_line) -> None:
    unasked = engine(0.1, wanted=None)
    assert not unasked.segment(dark_line(400, 380)).no_mat
    assert len(unasked.backend.sides) == 1


def test_how_clear_a_trunk_is_can_be_asked(engine, dark_line) -> None:
    run = prepare(dark_line(400, 380))
    assert engine(0.4).trunk_clearness(run) == pytest.approx(0.4, abs=1e-4)
    assert engine(0.4, at_full_size=0.8).trunk_clearness(run) == 1


def test_a_run_without_mat_needs_no_overview(engine, dark_line) -> None:
    asked = engine(0.1)
    flat = dark_line(400, 380)
    asked.segment(replace(flat, pixels=np.full_like(flat.pixels, 90)))
    assert len(asked.backend.sides) == 1


def test_probabilities_stay_as_they_are_for_others() -> None:
    before = np.full((3, 2, 2), 1 / 3, np.float32)
    assert without_trunk(before)[BV, 0, 0] == pytest.approx(2 / 3)
    assert before[MAT, 0, 0] == pytest.approx(1 / 3)
