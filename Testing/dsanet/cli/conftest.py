from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dsanet.engine import Engine, Prediction
from dsanet.io import DSARun
from dsanet.prepare import PrepareChoices, prepare

Segment = Callable[[DSARun], None]


class StandIn:
    """An engine that finds BV where frame 0 is dark and MAT nowhere: no model, no device."""

    def __init__(self, hook: Segment) -> None:
        self.hook = hook

    def segment(
        self,
        run: DSARun,
        arterial_window: tuple[int, int] | None = None,
        progress: Callable[[str, float], None] | None = None,
        cancel: Callable[[], bool] | None = None,
    ) -> Prediction:
        self.hook(run)
        prepared = prepare(run, PrepareChoices(arterial_window=arterial_window))
        if progress:
            progress("infer", 1.0)
        labels = (run.pixels[0] < 50).astype(np.uint8)
        return Prediction(
            labels=labels,
            probabilities=np.eye(3, dtype=np.float16)[labels].transpose(2, 0, 1),
            arterial_window=prepared.arterial_window,
            no_mat=True,
            warnings=("No main artery trunk (MAT) was found in this run.",),
            provenance={"model": "stand-in", "backend": "none"},
            prepared=prepared,
            seconds={"prepare": 0.25, "infer": 0.5},
        )


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, str]]:
    """Put the stand-in in the engine's place; the list tells what was asked of `Engine.load`."""
    asked: list[tuple[Any, str]] = []

    def load(package: Any = None, device: str = "auto") -> StandIn:
        asked.append((package, device))
        return StandIn(lambda _run: None)

    monkeypatch.setattr(Engine, "load", load)
    return asked


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Let the stand-in's segmentation raise what is given."""

    def fail(error: BaseException) -> None:
        def hook(_run: DSARun) -> None:
            raise error

        monkeypatch.setattr(Engine, "load", lambda _package=None, _device="auto": StandIn(hook))

    return fail


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    """A folder of 4 PNG frames of 40 rows and 48 columns with a dark line in columns 10 to 14."""
    folder = tmp_path / "run.of frames"
    folder.mkdir()
    noise = np.random.default_rng(7).integers(190, 211, (4, 40, 48), np.uint8)
    noise[:, 5:35, 10:15] = 30
    for number, frame in enumerate(noise):
        Image.fromarray(frame).save(folder / f"{number}.png")
    return folder
