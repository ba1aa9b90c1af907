"""Makes Resources/Screenshots/measure-tab.png: a phantom run measured, and what the view shows.

    .venv/bin/python -m Testing.gui.measure_screenshot [FILE.png]

The widgets of Slicer and CTK in it are the stand-ins of the tests; the labels are the phantom's.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from Testing.gui import (
    conftest,  # first: it makes the module qt
    pictures,
)
from Testing.mrml.conftest import make_prediction

from dsatrain.phantom import make_phantom, sample_settings  # isort: skip
from DSASegmentationLib import offscreen  # isort: skip
from DSASegmentationLib.gui import panel as panels  # isort: skip
from DSASegmentationLib.headless import picture  # isort: skip
from DSASegmentationLib.prepared import preparedOf  # isort: skip
from DSASegmentationLib.runs import addRun  # isort: skip
from DSASegmentationLib.segments import addPrediction  # isort: skip

TARGET = Path(__file__).resolve().parents[2] / "Resources" / "Screenshots" / "measure-tab.png"
ROWS = 560
PANEL, VIEW = (380, ROWS), (ROWS, 600)
"""Columns and rows of the panel, rows and columns of the view."""

PHANTOM = (12, (448, 512), 12)
"""Seed, rows and columns, frames: a stenosis of the carotid siphon."""

MARKUPS = "vtkMRMLMarkupsDisplayableManager"


def main(target: Path) -> None:
    """Draw view and panel side by side into a PNG file."""
    conftest.startQt()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(offscreen, "MANAGERS", (*offscreen.MANAGERS, MARKUPS))
        own = tuple(entry for entry in panels.TABS if entry[0] == "MeasureTab")
        patch.setattr(panels, "TABS", own)
        app = conftest.openApplication(patch)
        widget = conftest.openWidget()
        measure(app, widget.panel)
        sheet = np.hstack([picture(app.host, VIEW), pictures.grabbed(widget.parent, PANEL)])
        pictures.save(sheet, target)
        widget.cleanup()
        app.host.close()


def measure(app: Any, panel: Any) -> None:
    """Load the phantom with its own labels and press the button."""
    phantom = make_phantom(sample_settings(*PHANTOM))
    browser = addRun(app.host.scene, phantom.run)
    conftest.settle()
    addPrediction(browser, make_prediction(phantom.run, phantom.labels, preparedOf(browser)))
    conftest.settle()
    tab = panel.tabs["MeasureTab"]
    tab.ui.measureButton.click()
    while tab._work.busy:
        conftest.settle()
    conftest.settle()
    tab.ui.mapBox.setCurrentIndex(tab.ui.mapBox.findData("arrival"))
    conftest.settle()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
