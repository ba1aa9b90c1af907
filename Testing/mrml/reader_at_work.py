"""A reader who corrects a run with every tool until the process is killed.

`python -m Testing.mrml.reader_at_work RUN HOME`, from the root of the repository. After each step
that is in the journal it tells what the labels are: `CAUSE HASH`; then it does one more, tells
`more HASH` before that is in the journal, and waits.
"""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from Testing.mrml.editing import Editor, box

from dsanet.cases.journal import labels_hash
from dsanet.engine import Engine
from dsanet.labels import BV, MAT
from DSASegmentationLib.correcting.clicking import eraseAt, reassignAt
from DSASegmentationLib.correcting.tracing import VesselTrace
from DSASegmentationLib.headless import openHost
from DSASegmentationLib.journaling import observeEdits
from DSASegmentationLib.loading import loadRun
from DSASegmentationLib.prepared import addPrepared
from DSASegmentationLib.runs import runOf
from DSASegmentationLib.segments import addPrediction
from DSASegmentationLib.visibility import setActiveRun


def segmented(host: Any, path: Path) -> Any:
    """Load a run from its file, have the bundled model segment it, and open an editor on it."""
    browser = loadRun(host.scene, path)
    prediction = Engine.load().segment(runOf(browser))
    addPrepared(browser, prediction.prepared)
    segmentation = addPrediction(browser, prediction)
    setActiveRun(host.scene, browser)
    return Editor(browser, segmentation)


def clickable(labels: np.ndarray, value: int) -> tuple[int, int]:
    """A pixel of a class, the same for the same labels."""
    found = np.argwhere(labels == value)
    row, column = found[len(found) // 2]
    return int(row), int(column)


def steps(editor: Editor) -> Iterator[str]:
    """Use each tool once; yields the cause as the panel names it."""
    rows, columns = editor.labels.shape
    shape, made = (rows, columns), (editor.segmentation, editor.browser)
    trace = VesselTrace(editor.browser)
    trace.click(clickable(editor.labels, MAT))
    trace.click(clickable(editor.labels, BV))
    trace.paint(editor.segmentation, "MAT", editor.save)
    yield "DSA Vessel Trace"
    reassignAt(*made, clickable(editor.labels, BV), editor.save)
    yield "DSA Reassign"
    eraseAt(*made, clickable(editor.labels, BV), editor.save)
    yield "DSA Smart Erase"
    editor.stroke("BV", box(shape, slice(0, 9), slice(columns - 20, columns)))
    yield "Paint"
    editor.stroke("BV", box(shape, slice(0, 4), slice(columns - 9, columns)), erase=True)
    yield "Erase"
    editor.logic.Undo()
    yield "edit"


def correct(editor: Editor, home: Path, tell: Callable[[str, str], None]) -> None:
    """Use each tool; each is in the journal before it is told of, but for the last."""
    journal = observeEdits(editor.browser, editor.segmentation, "ab", home)
    tell("start", labels_hash(editor.labels))
    for cause in steps(editor):
        before = labels_hash(journal.journal.labels)
        journal.flush(cause)
        assert labels_hash(editor.labels) != before, cause
        tell(cause, labels_hash(editor.labels))
    editor.stroke("MAT", box(editor.labels.shape, slice(9, 12), slice(0, 30)))
    tell("more", labels_hash(editor.labels))


def main(run: Path, home: Path) -> None:
    editor = segmented(openHost(), run)
    correct(editor, home, tell)
    time.sleep(600)


def tell(cause: str, digest: str) -> None:
    sys.stdout.write(f"{cause}\t{digest}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
