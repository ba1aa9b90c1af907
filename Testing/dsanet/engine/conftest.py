"""A run, and backends that answer or fail as they are told."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from dsanet.engine.backend import Array, OnFrame
from dsanet.io import DSARun, RunFacts
from dsanet.prepare import PreparedRun


class StandIn:
    """A backend without a network: BV where the MinIP is dark. Fails as often as it has errors.

    It keeps the sides of the tiles that it was given.
    """

    def __init__(
        self,
        name: str = "openvino",
        device: str = "cpu",
        precision: str = "float32",
        errors: Sequence[BaseException] = (),
        fails_above_px: int | None = None,
        worst: float | None = None,
    ) -> None:
        self.name, self.device, self.precision, self.threads = name, device, precision, 3
        self.errors, self.fails_above_px, self.worst = list(errors), fails_above_px, worst
        self.sides: list[int] = []

    def score(self, frames: Array, minip: Array, times: Array, on_frame: OnFrame) -> Array:
        self.sides.append(max(minip.shape))
        for _ in frames:
            on_frame()
        if self.errors:
            raise self.errors.pop(0)
        if self.fails_above_px is not None and max(minip.shape) > self.fails_above_px:
            raise MemoryError
        dark = minip < -0.5
        scores = 9 * np.stack([~dark, dark, np.zeros_like(dark)]).astype(np.float32)
        if self.worst is not None:
            scores[0, 0, 0] = self.worst
        return scores


@pytest.fixture
def stand_in() -> type[StandIn]:
    return StandIn


@pytest.fixture
def dark_line() -> Callable[..., DSARun]:
    """Makes a flat grey run with a dark vertical line of 6 pixels in all frames."""

    def make(height: int = 300, width: int = 280, frames: int = 3) -> DSARun:
        rng = np.random.default_rng(0)
        pixels = np.full((frames, height, width), 150.0) + rng.normal(0, 1, (frames, height, width))
        pixels[:, :, 100:106] -= 80
        facts = RunFacts(viewing_mode="SUB", times_stated=True)
        times = np.arange(frames) / 4
        return DSARun(pixels.astype(np.uint8), times, None, facts, "line")

    return make


@pytest.fixture
def prepared_from() -> Callable[..., PreparedRun]:
    """Makes a prepared run of given frames, four a second, all of them arterial."""

    def make(frames: Array) -> PreparedRun:
        return PreparedRun(
            frames=frames.astype(np.float32),
            times=np.arange(len(frames)) / 4,
            field=np.ones(frames.shape[1:], np.bool_),
            arterial_window=(0, len(frames) - 1),
            minip=frames.min(axis=0).astype(np.float32),
            center=0.0,
            scale=1.0,
            subtraction="as stored",
            warnings=(),
        )

    return make


@pytest.fixture
def still(prepared_from: Callable[..., PreparedRun]) -> Callable[[Array], PreparedRun]:
    """Makes a prepared run of one frame, in which nothing fills, of the size of labels."""
    return lambda labels: prepared_from(np.zeros((1, *labels.shape)))
