"""Makes Resources/Screenshots/cases-tab.png of what `python -m dsatrain.loop_demo` has left.

    .venv/bin/python -m Testing.gui.screenshot_cases LOOP_FOLDER [FILE.png]

The widgets of Slicer and CTK in it are the stand-ins of the tests.
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from Testing.gui import conftest  # first: it makes the module qt

from DSASegmentationLib import learning  # isort: skip
from DSASegmentationLib.gui import casestab, panel as panel_module  # isort: skip

TARGET = Path(__file__).resolve().parents[2] / "Resources" / "Screenshots" / "cases-tab.png"
SIZE = (400, 980)
SHOWN = ("RunTab", "CasesTab")
CHILD = "child"


def main(loop: Path, target: Path) -> None:
    """Draw the tab into a PNG file."""
    application = conftest.startQt()
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as home:
        patch.setenv("DSANET_HOME", home)
        training = learning.trainingOf(CHILD)
        for source, name in (("finetune", "."), ("gate", "gate")):
            shutil.copytree(loop / source, training.folder / name, dirs_exist_ok=True)
        tabs = [each for each in panel_module.TABS if each[0] in SHOWN]
        patch.setattr(panel_module, "TABS", tuple(tabs))
        patch.setattr(casestab, "remembered", lambda _key: "")
        patch.setattr(casestab, "remember", lambda _key, _text: None)
        app = conftest.openApplication(patch)
        widget = conftest.openWidget()
        show(widget.panel, loop / "data")
        widget.parent.resize(*SIZE)
        widget.parent.show()
        conftest.settle()
        widget.parent.grab().save(str(target))
        widget.cleanup()
        app.host.close()
    del application


def show(panel: Any, dataset: Path) -> None:
    """Have the cases looked at as before the training, and its end shown."""
    tab = panel.tabs["CasesTab"]
    tab.choose(dataset)
    panel._ui.tabs.setCurrentIndex(len(panel.tabs) - 1)
    while tab._learn.stage:
        conftest.settle()
        time.sleep(0.02)
    tab._learn.plan = learning.Plan(learning.trainingOf(CHILD), tab._learn.plan.lines)
    tab._learn.show()
    tab._decisions.decideAbout(CHILD)


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else TARGET)
