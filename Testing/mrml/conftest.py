"""A real MRML scene, and small runs and predictions to put into it."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from dsanet.engine import Prediction
from dsanet.io import DSARun, RunFacts, Spacing
from dsanet.labels import MAT
from dsanet.prepare import PreparedRun, prepare

ROWS, COLUMNS = 40, 56
SPACING = Spacing(row_mm=0.5, column_mm=0.25, meaning="detector", source="(0018,1164)")


@pytest.fixture
def scene() -> Iterator[Any]:
    """A real, empty MRML scene with the application's logic, without the Slicer application."""
    slicer = pytest.importorskip("slicer")
    scene = slicer.vtkMRMLScene()
    logic = slicer.vtkSlicerApplicationLogic()
    logic.SetMRMLScene(scene)
    yield scene
    scene.Clear(0)


@pytest.fixture
def open_host() -> Iterator[Callable[[], Any]]:
    """Opens scenes with the logics that runs need, each as a new start of Slicer."""
    pytest.importorskip("slicer")
    from DSASegmentationLib.headless import openHost

    hosts = []

    def make() -> Any:
        hosts.append(openHost())
        return hosts[-1]

    yield make
    for host in hosts:
        host.close()


@pytest.fixture
def host(open_host: Callable[[], Any]) -> Any:
    return open_host()


@pytest.fixture
def measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each drawn run measured once for all tests."""
    from . import measurable

    measurable.measured_once(monkeypatch)


@pytest.fixture
def shown(host: Any, measured_once: None) -> Any:
    """A drawn run, active, with its measurements in the scene."""
    from DSASegmentationLib.measuring import measureRun, showMeasured
    from DSASegmentationLib.visibility import setActiveRun

    from .measurable import OBLONG, put

    browser, _ = put(host.scene, spacing=OBLONG)
    setActiveRun(host.scene, browser)
    measured = measureRun(browser)
    showMeasured(measured)
    return measured


def make_run(frames: int = 4, dtype: str = "<u2", **changes: Any) -> DSARun:
    """A subtracted run of 40 x 56: a dark trunk from the lower edge, then a branch, some noise."""
    rng = np.random.default_rng(7)
    pixels = rng.integers(96, 104, (frames, ROWS, COLUMNS))
    pixels[frames // 4 :, 18:, 20:26] = 30
    pixels[frames // 2 :, 8:12, 20:50] = 50
    values: dict[str, Any] = {
        "pixels": pixels.astype(dtype),
        "times": np.arange(frames) / 3,
        "spacing": SPACING,
        "facts": RunFacts(viewing_mode="SUB", times_stated=True),
        "name": "Doe^Jane 1970",
    }
    return DSARun(**{**values, **changes})


def some_labels(rows: int = ROWS, columns: int = COLUMNS) -> np.ndarray:
    """Labels that no turn or mirror maps onto themselves."""
    labels = np.zeros((rows, columns), np.uint8)
    labels[rows // 2 :, 20:26] = 2
    labels[0, 1:5] = 1
    labels[8:12, 20 : columns - 6] = 1
    return labels


def make_prediction(
    run: DSARun, labels: np.ndarray | None = None, prepared: PreparedRun | None = None
) -> Prediction:
    """What an engine might have answered."""
    found = some_labels(*run.pixels.shape[1:]) if labels is None else labels
    seen = prepared or prepare(run)
    probabilities = np.full((3, *found.shape), 0.125, np.float16)
    np.put_along_axis(probabilities, found[None].astype(np.int64), np.float16(0.75), axis=0)
    return Prediction(
        labels=found,
        probabilities=probabilities,
        arterial_window=seen.arterial_window,
        no_mat=not np.any(found == MAT),
        warnings=("One; two: 50 %.",),
        provenance={"model": "dsanet", "input": {"uids": {}, "pixel_sha256": run.pixel_hash}},
        prepared=seen,
        seconds={"infer": 0.0},
    )
