"""An annotator who follows `Resources/annotating.md`, step by step, with mouse and buttons.

`python -m Testing.gui.annotator RUN`, from the root of the repository, with the user's folder in
`DSANET_HOME`: corrects the run with every tool; tells after each step that is in the journal its
name and the hash of the labels, does one step more that is not, and waits to be killed.
"""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from Testing.gui import conftest  # first: it makes the module qt

from dsanet.cases.journal import labels_hash  # isort: skip
from DSASegmentationLib import segments  # isort: skip
from DSASegmentationLib.gui import correcttab, panel as panels, runtab, startup  # isort: skip
from DSASegmentationLib.gui.effectnames import REASSIGN, SMART_ERASE, TRACE  # isort: skip
from Testing.gui.mouse import CLICK, DOUBLE, MOVE, User  # isort: skip
from Testing.gui.segment_editor import ScriptedEffect  # isort: skip
from Testing.mrml.editing import box, paint  # isort: skip

qt = conftest.qt
TABS = (("RunTab", runtab.RunTab), ("CorrectTab", correcttab.CorrectTab))
PATIENCE = 60

Point = tuple[int, int]


@dataclass(frozen=True)
class Places:
    """Where the annotator clicks: rows and columns.

    Attributes:
        traced: Points along a vessel.
        reassigned: On a vessel that has the wrong class.
        erased: On what is no vessel.
        painted: Rows and columns of a patch beside all vessels.
    """

    traced: tuple[Point, ...]
    reassigned: Point
    erased: Point
    painted: tuple[slice, slice]


SAMPLE = Places(((80, 230), (60, 219)), (245, 214), (295, 177), (slice(20, 40), slice(20, 34)))
"""On the sample run that comes with the extension."""


class Annotator:
    """Who works with the panel.

    Attributes:
        app: The application.
        panel: The module's panel.
        correct: The Correct tab.
    """

    def __init__(self, app: Any, panel: Any) -> None:
        self.app, self.panel = app, panel
        self.run, self.correct = (panel.tabs[key] for key, _ in TABS)
        ScriptedEffect.registered.clear()
        startup.registerEffects()
        self._effects = {made.name: made.self().clone() for made in ScriptedEffect.registered}
        for effect in self._effects.values():
            effect.editor = self.editor

    @property
    def editor(self) -> Any:
        """Slicer's Segment Editor."""
        return self.correct.ui.segmentEditor

    @property
    def segmentation(self) -> Any:
        return segments.segmentationOf(self.run.place.active)

    @property
    def labels(self) -> np.ndarray:
        return segments.labelsOf(self.segmentation, self.run.place.active)

    def open(self, path: Path) -> None:
        """Load a run and press Segment."""
        self.run.place.load([path])
        conftest.settle()
        self.run.ui.segmentButton.click()
        self.wait(lambda: not self.run.place.segmenter.busy)
        self.panel._ui.tabs.setCurrentIndex(1)
        self.correct.ui.aliasEdit.text = "ab"
        self.correct.ui.aliasEdit.editingFinished.emit()
        self.view().sliceLogic().FitSliceToBackground()
        conftest.settle()

    def wait(self, done: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not done():
            conftest.settle()
            time.sleep(0.01)
            if time.monotonic() > until:
                raise TimeoutError(self.app.messages.errors)

    def view(self) -> Any:
        return self.app.layoutManager().sliceWidget("Red")

    def mouse(self, name: str) -> User:
        """Choose a tool and take the mouse to the view."""
        self.editor.mrmlSegmentEditorNode().SetActiveEffectName(name)
        return User(self.app, self.run.place.active, self._effects[name])

    def drawn(self) -> list[Any]:
        """What the tools draw into the view now, vtkActor2Ds."""
        return [actor for effect in self._effects.values() for _view, actor in effect.actors]

    def written(self) -> str:
        """Wait until the timer has brought the last change into the journal; give the hash."""
        journal = self.correct._edits.journal.journal
        self.wait(lambda: np.array_equal(journal.labels, self.labels))
        return labels_hash(self.labels)

    def steps(self, at: Places) -> Iterator[str]:
        """Use every tool; yields what was done."""
        mouse = self.mouse(TRACE)
        self.editor.setCurrentSegmentID("BV")
        for point in at.traced[:-1]:
            mouse.do(CLICK, point)
        mouse.do(MOVE, at.traced[-1])
        yield "tracing"
        mouse.do(CLICK, at.traced[-1])
        mouse.do(DOUBLE, at.traced[-1])
        yield "traced"
        self.mouse(REASSIGN).click(at.reassigned)
        yield "reassigned"
        self.mouse(SMART_ERASE).click(at.erased)
        yield "erased"
        self.stroke("Paint", at.painted)
        yield "painted"
        rows, columns = at.painted
        self.stroke("Erase", (rows, slice(columns.start, columns.start + 5)))
        yield "rubbed"
        self.editor.undo()
        yield "undone"

    def stroke(self, tool: str, where: tuple[slice, slice]) -> None:
        """A stroke of Slicer's own brush or rubber, with its state for undo."""
        self.editor.mrmlSegmentEditorNode().SetActiveEffectName(tool)
        self.editor.saveStateForUndo()
        node, volume = self.segmentation, self.editor.sourceVolumeNode()
        mask, erase = box(self.labels.shape, *where), tool == "Erase"
        paint(self.app.host.scene, node, volume, self.editor.currentSegmentID(), mask, erase=erase)


def clickable(labels: np.ndarray) -> Places:
    """Places to click on any labels, the same for the same labels."""
    (bv, bv_end), (mat, _) = (
        [tuple(int(at) for at in np.argwhere(labels == value)[nth]) for nth in (9, -9)]
        for value in (1, 2)
    )
    return Places((mat, bv), bv_end, bv, (slice(0, 9), slice(labels.shape[1] - 20, None)))


def main(path: Path) -> None:
    conftest.startQt()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(panels, "TABS", TABS)
        annotator = Annotator(conftest.openApplication(patch), conftest.openWidget().panel)
        annotator.open(path)
        tell("begun", annotator.written())
        at = clickable(annotator.labels)
        for name in annotator.steps(at):
            tell(name, annotator.written())
        annotator.stroke("Paint", (slice(10, 14), slice(0, 30)))
        tell("more", labels_hash(annotator.labels))
        time.sleep(PATIENCE)


def tell(name: str, digest: str) -> None:
    sys.stdout.write(f"{name}\t{digest}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
