"""Makes the pictures of `Resources/annotating.md`, and that of the Correct tab for the README.

    .venv/bin/python -m Testing.gui.screenshot_correct [FOLDER]

An annotator works on the sample run with the bundled model. The widgets of Slicer and CTK in the
pictures are the stand-ins of the tests.
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from Testing.gui import (
    annotator,
    conftest,  # first: it makes the module qt
    pictures,
)

from DSASegmentationLib.correcting.geometry import showPlace  # isort: skip
from DSASegmentationLib.gui import correct_export, panel as panels  # isort: skip

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "Resources" / "Screenshots"
RUN = ROOT / "DSASegmentation" / "Resources" / "SampleData" / "DSASample.dcm"
PANEL, VIEW = (400, 640), (640, 582)
"""Columns and rows of the panel, rows and columns of the view."""

PART = 330
"""Rows and columns of a part of the view."""

RADIUS_PX = 8
"""Of the places that are shown near."""

OFFER_ROWS = 150
"""Of the panel's upper end: the offer of recovery."""

AT = annotator.SAMPLE


def main(target: Path) -> None:
    """Draw all pictures into a folder."""
    application = conftest.startQt()
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as home:
        patch.setenv("DSANET_HOME", home)
        patch.setattr(panels, "TABS", annotator.TABS)
        for draw in (drawWork, drawRecovery):
            app = conftest.openApplication(patch)
            widget = conftest.openWidget()
            user = annotator.Annotator(app, widget.panel)
            user.open(RUN)
            draw(app, widget, user, target)
            widget.cleanup()
            app.host.close()
    del application


def drawWork(app: Any, widget: Any, user: annotator.Annotator, target: Path) -> None:
    """The tab, each tool before and after its click, and the question about text."""
    view = pictures.RedView(app, VIEW)
    view.fit()
    user.correct.ui.nextPlaceButton.click()
    user.view().sliceLogic().FitSliceToBackground()
    panel = pictures.grabbed(widget.parent, PANEL)
    pictures.save(pictures.beside(view.grab()[:-2, 2:], panel), target / "correct-tab.png")
    view.close()
    part = pictures.RedView(app, (PART, PART))
    tools = Tools(app, user, part, target)
    steps = user.steps(AT)
    tools.draw(steps, "trace", AT.traced[0], ("tracing", "traced"), AT.traced)
    tools.draw(steps, "reassign", AT.reassigned, ("reassigned",))
    tools.draw(steps, "erase", AT.erased, ("erased",))
    for _ in steps:
        user.written()
    part.close()
    box = correct_export.textQuestion(widget.parent, user.run.place.active)
    pictures.save(pictures.grabbed(box), target / "annotate-text.png")
    user.correct._edits.journal.abandon()  # as if killed
    user.correct._edits.journal = None


class Tools:
    """Draws what a tool does."""

    def __init__(self, app: Any, user: annotator.Annotator, view: Any, target: Path) -> None:
        self._app, self._user, self._view, self._target = app, user, view, target

    def draw(
        self,
        steps: Any,
        name: str,
        middle: annotator.Point,
        until: tuple[str, ...],
        clicks: tuple[annotator.Point, ...] = (),
    ) -> None:
        """Draw before, between and after; rings show where the next clicks go."""
        active, node = self._user.run.place.active, self._user.view().mrmlSliceNode()
        showPlace(active, node, *middle, RADIUS_PX)
        mouse = self._user.mouse("DSA Reassign")
        rings = [mouse.at(*point) for point in clicks or (middle,)]
        made = [] if clicks else [self._view.grab(*rings)]
        for step in until:
            assert next(steps) == step
            self._view.draw(self._user.drawn())
            made.append(self._view.grab(*(rings if step == "tracing" else ())))
        self._user.written()
        pictures.save(pictures.beside(*made), self._target / f"annotate-{name}.png")


def drawRecovery(_app: Any, widget: Any, _user: annotator.Annotator, target: Path) -> None:
    """What the tab says after a crash."""
    panel = pictures.grabbed(widget.parent, PANEL)
    pictures.save(panel[:OFFER_ROWS], target / "annotate-recover.png")


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
