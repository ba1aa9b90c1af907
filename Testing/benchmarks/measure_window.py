"""How long the panel's window does not answer while a run is measured, and while a marker is moved.

Run with `python -m Testing.benchmarks.measure_window [SEED]` from the root of the repository.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from Testing.gui import conftest  # first: it makes the module qt
from Testing.gui.measure.conftest import drag
from Testing.mrml.conftest import make_prediction

from dsatrain.phantom import make_phantom, sample_settings  # isort: skip
from DSASegmentationLib.gui import panel as panels  # isort: skip
from DSASegmentationLib.measuring.lesions import markersOf  # isort: skip
from DSASegmentationLib.measuring.places import placeOf  # isort: skip
from DSASegmentationLib.prepared import preparedOf  # isort: skip
from DSASegmentationLib.runs import addRun  # isort: skip
from DSASegmentationLib.segments import addPrediction  # isort: skip

SIZE, FRAMES, SEED, TIMES, MOVES = (1024, 1024), 22, 101, 3, 20


def main(seed: int) -> int:
    """Write the times."""
    conftest.startQt()
    with pytest.MonkeyPatch.context() as patch:
        own = tuple(entry for entry in panels.TABS if entry[0] == "MeasureTab")
        patch.setattr(panels, "TABS", own)
        app = conftest.openApplication(patch)
        widget = conftest.openWidget()
        tab = widget.panel.tabs["MeasureTab"]
        browser = _put(app, seed)
        for _ in range(TIMES):
            _say(f"measuring: {_measured(tab)}")
        if not tab._active.values.lesions:
            tab.ui.gradeButton.click()
        _say(f"moving: {_moved(browser)}")
        widget.cleanup()
        app.host.close()
    return 0


def _put(app: Any, seed: int) -> Any:
    phantom = make_phantom(sample_settings(seed, SIZE, FRAMES))
    browser = addRun(app.host.scene, phantom.run)
    conftest.settle()
    addPrediction(browser, make_prediction(phantom.run, phantom.labels, preparedOf(browser)))
    conftest.settle()
    return browser


def _measured(tab: Any) -> str:
    began = time.perf_counter()
    blocks = [_timed(tab.ui.measureButton.click)]
    while tab._work.busy:
        blocks.append(_timed(conftest.qt.QApplication.processEvents))
    blocks.append(_timed(conftest.settle))
    whole = time.perf_counter() - began
    return f"{whole:.2f} s in all, longest block {1e3 * max(blocks):.0f} ms"


def _moved(browser: Any) -> str:
    node = markersOf(browser)[0]
    row, column = placeOf(browser, node.GetNthControlPointPosition(0))
    times = sorted(
        _timed(lambda nth=nth: drag(node, 0, browser, row + nth, column)) for nth in range(MOVES)
    )
    return f"median {1e3 * times[MOVES // 2]:.0f} ms, longest {1e3 * times[-1]:.0f} ms"


def _timed(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else SEED))
