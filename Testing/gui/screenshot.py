"""Makes Resources/Screenshots/run-tab.png: the Run tab with two phantom runs, one segmented.

    .venv/bin/python -m Testing.gui.screenshot [FILE.png]

The widgets of Slicer and CTK in it are the stand-ins of the tests.
"""

import sys
import time
from pathlib import Path
from typing import Any

import pytest
from Testing.gui import conftest  # first: it makes the module qt

from dsatrain.phantom import make_phantom, sample_settings  # isort: skip
from DSASegmentationLib.runs import addRun  # isort: skip

TARGET = Path(__file__).resolve().parents[2] / "Resources" / "Screenshots" / "run-tab.png"
SIZE = (380, 600)
PHANTOMS = ((12, (448, 512), 12), (40, (512, 512), 16))
"""Seed, rows and columns, frames."""


def main(target: Path) -> None:
    """Draw the panel into a PNG file."""
    application = conftest.startQt()
    with pytest.MonkeyPatch.context() as patch:
        app = conftest.openApplication(patch)
        widget = conftest.openWidget()
        for seed, size, frames in PHANTOMS:
            addRun(app.host.scene, make_phantom(sample_settings(seed, size, frames)).run)
        conftest.settle()
        segment(widget.panel)
        widget.parent.resize(*SIZE)
        widget.parent.show()
        conftest.settle()
        widget.parent.grab().save(str(target))
        widget.cleanup()
        app.host.close()
    del application


def segment(panel: Any) -> None:
    """Press the button and wait."""
    panel.tabs["RunTab"].ui.segmentButton.click()
    while panel.place.segmenter.busy:
        conftest.settle()
        time.sleep(0.02)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
