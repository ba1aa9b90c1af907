"""Segmenting through the worker again and again leaves nothing behind, in the scene or on disk.

DSA_SCENE_CYCLES sets how often, as in `test_leaks`.
"""

import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import make_run
from .test_leaks import CYCLES, GROWTH, WARM_UP, observers, resident_bytes
from .working import PROGRAM, Poller

pytest.importorskip("slicer")

from DSASegmentationLib import runs, visibility
from DSASegmentationLib.jobs import Segmenter


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_r13_cycles_through_the_worker_leave_no_nodes_observers_or_memory(
    host: Any, tmp_path: Path
) -> None:
    visibility.parameterNode(host.scene)
    segmenter = Segmenter(host.scene, sys.executable, program=PROGRAM, folder=tmp_path)
    poller = Poller(segmenter)
    states, memory = [], []
    for _ in range(WARM_UP + CYCLES):
        browser = runs.addRun(host.scene, make_run())
        visibility.setActiveRun(host.scene, browser)
        assert poller.run(browser).state == "done"
        poller.told.clear()
        runs.removeRun(browser)
        visibility.refresh(host.scene)
        states.append(observers(host.scene))
        memory.append(resident_bytes())
    assert states[-1] == states[WARM_UP] == states[0]
    assert memory[-1] < memory[WARM_UP] * (1 + GROWTH)
    (folder,) = tmp_path.iterdir()
    assert [path.name for path in folder.iterdir()] == ["owner"]
    segmenter.close()
