"""Loading, segmenting, saving and closing again and again leaves nothing behind.

DSA_SCENE_CYCLES sets how often; 200 is the promise, a few show a leak of nodes or observers.
"""

import os
import re
from pathlib import Path
from typing import Any

import pytest

from dsanet.prepare import PrepareChoices

from .conftest import make_prediction, make_run

pytest.importorskip("slicer")

from DSASegmentationLib import headless, prepared, runs, segments, storage, visibility

CYCLES = int(os.environ.get("DSA_SCENE_CYCLES", "12"))
WARM_UP = max(3, CYCLES // 10)
GROWTH = 0.02


def observers(scene: Any) -> dict[str, int]:
    """How many observers each node that stays, and the scene, have."""
    stay = [scene, *(scene.GetNthNode(nth) for nth in range(scene.GetNumberOfNodes()))]
    names = [getattr(node, "GetID", lambda: "scene")() for node in stay]
    counts = [len(re.findall(r"vtkObserver \(", str(node))) for node in stay]
    return dict(zip(names, counts, strict=True))


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def work(host: Any, folder: Path) -> Any:
    """One run: loaded, prepared, segmented, corrected, shown, saved."""
    run = make_run()
    browser = headless.showPrediction(host.scene, run, make_prediction(run), PrepareChoices())
    prepared.setArterialWindow(browser, (0, 2))
    segments.setStatus(segments.segmentationOf(browser), "accepted")
    segments.addPrediction(browser, make_prediction(run))
    browser.SetSelectedItemNumber(2)
    visibility.showImage(browser, runs.MINIP)
    storage.saveScene(host.scene, folder / "scene.mrb")
    return browser


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize("close", ["remove the run", "clear the scene"])
def test_cycles_leave_no_nodes_observers_or_memory(host: Any, tmp_path: Path, close: str) -> None:
    visibility.parameterNode(host.scene)
    states, memory = [], []
    for _ in range(WARM_UP + CYCLES):
        browser = work(host, tmp_path)
        if close == "remove the run":
            runs.removeRun(browser)
            visibility.refresh(host.scene)
        else:
            host.scene.Clear(False)
            visibility.parameterNode(host.scene)
        states.append(observers(host.scene))
        memory.append(resident_bytes())
    assert states[-1] == states[WARM_UP]
    assert len(states[-1]) == len(states[0])
    assert memory[-1] < memory[WARM_UP] * (1 + GROWTH)


def test_a_scene_closed_during_use_leaves_nodes_that_refuse(host: Any, tmp_path: Path) -> None:
    browser = work(host, tmp_path)
    host.scene.Clear(False)
    assert runs.runs(host.scene) == []
    assert visibility.activeRun(host.scene) is None
    assert not runs.isRun(browser)
    again = runs.addRun(host.scene, make_run())
    assert runs.runs(host.scene) == [again]


def test_pictures_leave_no_observers(host: Any) -> None:
    run = make_run()
    headless.showPrediction(host.scene, run, make_prediction(run), PrepareChoices())
    headless.picture(host, (64, 64))
    before = observers(host.scene)
    for _ in range(3):
        headless.picture(host, (64, 64))
    assert observers(host.scene) == before
