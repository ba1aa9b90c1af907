from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from PIL import Image

from dsanet.engine import Engine
from dsanet.engine.backend import Array, OnFrame
from dsanet.errors import EngineError
from dsanet.model import DSANetConfig
from dsanet.packages import ModelPackage

PACKAGE = ModelPackage(Path("none"), "stand-in", DSANetConfig(), "0" * 64, {})


class DarkIsBV:
    """A backend without a network: BV where the MinIP is dark, MAT nowhere."""

    name, device, precision = "threshold", "none", "float32"

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error

    def score(self, frames: Array, minip: Array, times: Array, on_frame: OnFrame) -> Array:
        if self.error:
            raise self.error
        for _ in frames:
            on_frame()
        dark = minip < -0.5
        return 9 * np.stack([~dark, dark, np.zeros_like(dark)]).astype(np.float32)


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, str]]:
    """Put the stand-in in every model's place; the list tells what was asked of `Engine.load`."""
    asked: list[tuple[Any, str]] = []

    def load(package: Any = None, device: str = "auto") -> Engine:
        asked.append((package, device))
        return Engine(PACKAGE, DarkIsBV())

    monkeypatch.setattr(Engine, "load", load)
    return asked


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Let the segmentation raise what is given; no other backend takes over."""

    def refuse(*_: object) -> NoReturn:
        raise EngineError("not on this machine")

    def fail(error: BaseException) -> None:
        monkeypatch.setattr(Engine, "load", lambda *_: Engine(PACKAGE, DarkIsBV(error)))
        monkeypatch.setattr("dsanet.engine.engine.open_backend", refuse)

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
