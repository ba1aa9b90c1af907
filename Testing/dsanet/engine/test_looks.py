"""Large runs are looked at smaller, and twice: two answers become one."""

from dataclasses import replace

import numpy as np
import pytest

from dsanet.engine import NO_STEPS, Engine
from dsanet.engine.looks import joined
from dsanet.errors import CancelledError
from dsanet.labels import BACKGROUND, BV, MAT


class OfTwoMinds:
    """A backend that calls the dark line BV at full size and MAT in a smaller picture."""

    name, device, precision, threads = "openvino", "cpu", "float32", 1

    def __init__(self, side: int) -> None:
        self.side = side
        self.seen: list[tuple[int, ...]] = []

    def score(self, frames, minip, times, on_frame):
        self.seen.append(frames.shape)
        for _ in frames:
            on_frame()
        shares = (0.2, 0.7, 0.1) if max(minip.shape) >= self.side else (0.6, 0.0, 0.4)
        dark = minip < -0.3
        probabilities = np.where(dark, np.array(shares)[:, None, None], [[[1]], [[0]], [[0]]])
        return np.log(probabilities + 1e-9).astype(np.float32)


@pytest.fixture
def engine(tiny_package):
    def make(second_look: float | None, look_px: int | None = None) -> Engine:
        said = {**tiny_package.manifest, "second_look": second_look, "look_px": look_px}
        return Engine(replace(tiny_package, manifest=said), OfTwoMinds(128))

    return make


def test_two_looks_tell_whether_it_is_vessel_and_the_first_of_which_kind(engine, dark_line) -> None:
    twice = engine(0.5)
    found = twice.segment(dark_line(128, 160), clean_up=NO_STEPS)
    assert [shape[1:] for shape in twice.backend.seen] == [(128, 160), (64, 96)]
    line = found.probabilities[BACKGROUND].min(axis=0).argmin()
    np.testing.assert_allclose(found.probabilities[:, 60, line], (0.4, 0.525, 0.075), atol=0.01)
    assert (found.labels == BV).sum() > 200
    assert not (found.labels == MAT).any()
    np.testing.assert_allclose(found.probabilities.sum(axis=0), 1, atol=2e-3)
    assert found.provenance["second_look"] == 0.5


def test_where_the_first_look_saw_nothing_it_is_bv() -> None:
    sure = np.array([1, 0, 0], np.float32)[:, None, None]
    other = np.array([0.25, 0.25, 0.5], np.float32)[:, None, None]
    assert joined([sure, other]).ravel().tolist() == [0.625, 0.375, 0]
    assert joined([other, sure]).sum() == pytest.approx(1)
    assert joined([other]) is other


def test_a_model_that_was_not_tried_for_it_looks_once(engine, dark_line) -> None:
    once = engine(None)
    found = once.segment(dark_line(128, 160), clean_up=NO_STEPS)
    assert len(once.backend.seen) == 1
    assert found.provenance["second_look"] is None


def test_a_large_run_is_made_smaller_and_a_small_one_is_not(engine, dark_line) -> None:
    for look_px, expected in ((80, [(64, 96), (32, 64)]), (160, [(128, 160), (64, 96)])):
        asked = engine(0.5, look_px)
        found = asked.segment(dark_line(128, 160), clean_up=NO_STEPS)
        assert [shape[1:] for shape in asked.backend.seen] == expected
        assert found.labels.shape == (128, 160)
        assert found.probabilities.shape == (3, 128, 160)
        assert found.provenance["look_px"] == look_px


def test_progress_rises_through_both_looks(engine, dark_line) -> None:
    told: list[float] = []

    def progress(stage: str, done: float) -> None:
        if stage == "infer":
            told.append(done)

    engine(0.5).segment(dark_line(128, 160), progress=progress, clean_up=NO_STEPS)
    assert told == sorted(told)
    assert told[-1] == 1
    assert pytest.approx(0.8) in told


def test_the_second_look_can_be_cancelled(engine, dark_line) -> None:
    twice = engine(0.5)
    with pytest.raises(CancelledError):
        twice.segment(dark_line(128, 160), cancel=lambda: len(twice.backend.seen) == 2)
    assert len(twice.backend.seen) == 2
