"""The tutorial's way through the real panel, with a kill in it (R5)."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dsanet.cases import read_case
from dsanet.cases.journal import labels_hash, replay, unfinished
from dsanet.cases.sets import import_cases
from DSASegmentationLib import segments
from DSASegmentationLib.gui import casestab
from DSASegmentationLib.gui import panel as panels
from dsatrain.phantom import make_phantom, sample_settings
from dsatrain.phantom.dicom_file import write_xa_dicom

from ..mrml.killing import told_until_killed
from . import annotator
from .conftest import qt

PHANTOM = (40, (224, 192), 6)
"""Seed, rows and columns, frames."""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGKILL")


def answering(patch: pytest.MonkeyPatch, **answers: Any) -> None:
    """Answer the file dialogs by what they are for."""
    for name, path in answers.items():
        patch.setattr(qt.QFileDialog, name, staticmethod(lambda *_given, path=path: str(path)))
    patch.setattr(qt.QMessageBox, "exec_", lambda _box: qt.QMessageBox.No, raising=False)


def test_open_correct_crash_recover_accept_export_and_hand_over(
    app: Any, home: Path, window: Any, makeWidget: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openvino")
    run = home / "run.dcm"
    write_xa_dicom(make_phantom(sample_settings(*PHANTOM)).run, run)
    told = told_until_killed("Testing.gui.annotator", str(run))
    names = ["tracing", "traced", "reassigned", "erased", "painted", "rubbed", "undone"]
    assert [name for name, _ in told] == ["begun", *names, "more"]

    monkeypatch.setattr(panels, "TABS", (*annotator.TABS, ("CasesTab", casestab.CasesTab)))
    panel = makeWidget().panel
    user = annotator.Annotator(app, panel)
    user.open(run)
    tab, ui = user.correct, user.correct.ui
    assert labels_hash(user.labels) == told[0][1]  # segmented again, the same
    assert ui.recoverFrame.isHidden() is False
    assert ui.recoverLabel.text.endswith(": 6")
    ui.recoverButton.click()
    assert labels_hash(user.labels) == told[-2][1]  # all but the stroke in progress
    assert segments.statusOf(user.segmentation) == "in progress"
    user.editor.undo()  # nothing of the session that died can be undone
    assert labels_hash(user.labels) == told[-2][1]

    user.stroke("Paint", (slice(10, 14), slice(0, 30)))
    assert user.written() == told[-1][1]
    user.editor.undo()
    assert user.written() == told[-2][1]
    user.editor.redo()
    assert user.written() == told[-1][1]
    ui.noteEdit.text = "Is the branch at the top a vein?"
    ui.noteEdit.textEdited.emit(ui.noteEdit.text)
    ui.acceptButton.click()
    wanted = user.labels

    answering(monkeypatch, getExistingDirectory=home / "set", getSaveFileName=home / "set.zip")
    ui.exportButton.click()
    (case,) = [found.parent for found in home.glob("set/*/case.json")]
    assert np.array_equal(read_case(case).labels, wanted)
    assert wanted.shape == PHANTOM[1]
    assert labels_hash(replay(case, 1)) == told[2][1]
    assert read_case(case).facts.status == "accepted"
    assert tab._edits.offer is None

    cases = panel.tabs["CasesTab"]
    cases.choose(home / "set")
    cases._menu._actions["pack"].trigger()
    import_cases(home / "set.zip", home / "other")
    assert np.array_equal(read_case(home / "other" / case.name).labels, wanted)
    answering(monkeypatch, getExistingDirectory=home / "other")
    cases._menu._actions["compare"].trigger()
    told = cases.ui.caseLabel.text
    assert told.startswith("Runs of both: 1. Mean Dice BV 1.000, MAT 1.000.")
    assert told.endswith(f"{case.name}, 0 pixels differ.")
    assert unfinished() == []  # all went into the case
    assert app.messages.errors == []
