"""Every edit of a real segmentation is in the journal, whatever made it (R5, R14)."""

import errno
import os
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from dsanet.cases.journal import JOURNAL_FILE, replay, scan
from dsanet.errors import WriteError
from dsanet.labels import BV, MAT

from .conftest import COLUMNS, ROWS, make_prediction, make_run, some_labels

slicer = pytest.importorskip("slicer")

from DSASegmentationLib.errors import SceneError  # noqa: E402
from DSASegmentationLib.headless import openHost  # noqa: E402
from DSASegmentationLib.journaling import (  # noqa: E402
    observeEdits,
    restoreEdits,
    unfinishedEditsOf,
)
from DSASegmentationLib.nodes import arrayOf, factOf, setFact  # noqa: E402
from DSASegmentationLib.runs import addRun, minipOf, runs  # noqa: E402
from DSASegmentationLib.segments import (  # noqa: E402
    addPrediction,
    labelsOf,
    segmentationOf,
    setLabels,
)
from DSASegmentationLib.storage import openScene, saveScene  # noqa: E402

from .editing import box, paint  # noqa: E402

SHAPE = (ROWS, COLUMNS)
RUN = make_run()
PREDICTION = make_prediction(RUN)


def causes(folder):
    return [entry.cause for entry in scan(folder / JOURNAL_FILE).entries]


class Session:
    """A start of the host with the run and its prediction."""

    def __init__(self, host, home, editor="rb"):
        self.host, self.home = host, home
        self.browser = addRun(host.scene, RUN)
        self.segmentation = addPrediction(self.browser, PREDICTION)
        self.editor = editor
        self.journal = None

    def observe(self):
        self.journal = observeEdits(self.browser, self.segmentation, self.editor, self.home)
        return self.journal

    def paint(self, rows, columns, segment="MAT", **how):
        mask = box(SHAPE, slice(*rows), slice(*columns))
        paint(self.host.scene, self.segmentation, minipOf(self.browser), segment, mask, **how)

    @property
    def labels(self):
        return labelsOf(self.segmentation, self.browser)


@pytest.fixture
def session(open_host, tmp_path):
    made = []

    def make():
        made.append(Session(open_host(), tmp_path))
        return made[-1]

    yield make
    for one in made:
        if one.journal:
            one.journal.abandon()


def test_an_edit_is_on_disk_when_the_stroke_ends(session):
    now = session()
    journal = now.observe()
    assert not journal.flush("Paint")
    now.paint((0, 5), (30, 40))
    now.paint((3, 9), (30, 33))
    assert journal.flush("Paint")
    assert not journal.flush("Paint")
    assert causes(journal.folder) == ["start", "Paint"]
    assert np.array_equal(replay(journal.folder), now.labels)
    assert np.array_equal(replay(journal.folder, 0), some_labels())


@pytest.mark.parametrize(
    "change",
    [
        lambda now: now.paint((0, 5), (30, 40), "BV", erase=True),
        lambda now: now.segmentation.GetSegmentation().RemoveSegment("BV"),
        lambda now: setLabels(now.segmentation, now.browser, np.zeros(SHAPE, np.uint8)),
        lambda now: in_place(now.segmentation),
        lambda now: replaced(now.segmentation),
    ],
    ids=["erased", "removed", "set", "in place", "replaced"],
)
def test_whatever_changes_the_segments_is_noticed(session, change):
    now = session()
    now.paint((0, 5), (30, 40), "BV")
    journal = now.observe()
    change(now)
    assert journal.flush("Doe^Jane 1970")
    assert causes(journal.folder)[-1] == "edit"
    assert np.array_equal(replay(journal.folder), now.labels)


def in_place(segmentation):
    """As scripts do through slicer.util."""
    segment = segmentation.GetSegmentation().GetSegment("BV")
    arrayOf(segment.GetRepresentation("Binary labelmap"))[0, :3] = BV
    segment.Modified()


def replaced(segmentation):
    other = slicer.vtkSegmentation()
    other.DeepCopy(segmentation.GetSegmentation())
    other.RemoveSegment("MAT")
    segmentation.SetAndObserveSegmentation(other)


def test_after_a_crash_the_edits_are_offered_and_come_back(session, tmp_path):
    before = session()
    journal = before.observe()
    before.paint((0, 5), (30, 40))
    journal.flush("Paint")
    wanted = before.labels
    journal.abandon()
    now = session()
    started = time.perf_counter()
    (found,) = unfinishedEditsOf(now.browser, tmp_path)
    assert time.perf_counter() - started < 2
    assert (found.edits, found.editor, found.labels) == (1, "rb", None)
    assert "Doe" not in repr(found)
    now.journal = restoreEdits(found, now.browser, now.segmentation, "xy")
    assert np.array_equal(now.labels, wanted)
    now.paint((30, 35), (1, 9), "BV")
    now.journal.flush("Paint")
    now.journal.close()
    assert causes(journal.folder) == ["start", "Paint", "Paint"]
    assert [entry.edits for entry in unfinishedEditsOf(now.browser, tmp_path)] == [2]


@pytest.mark.parametrize("settle", ["markSaved", "markExported", "discard"])
def test_what_was_saved_exported_or_discarded_is_not_offered(session, tmp_path, settle):
    now = session()
    journal = now.observe()
    now.paint((0, 5), (30, 40))
    getattr(journal, settle)()
    assert len(causes(journal.folder)) == 3
    journal.close()
    assert unfinishedEditsOf(now.browser, tmp_path) == []


def test_a_prediction_nobody_touched_is_not_offered(session, tmp_path):
    session().observe().close()
    assert unfinishedEditsOf(session().browser, tmp_path) == []


def test_a_saved_scene_goes_on_with_its_journal(session, open_host, tmp_path):
    now = session()
    journal = now.observe()
    now.paint((0, 5), (30, 40))
    journal.flush("Paint")
    saveScene(now.host.scene, tmp_path / "scene.mrb")
    now.paint((7, 9), (30, 40))
    journal.close()
    scene = open_host().scene
    openScene(scene, tmp_path / "scene.mrb")
    (browser,) = runs(scene)
    again = observeEdits(browser, segmentationOf(browser), "rb", tmp_path)
    again.close()
    assert again.folder == journal.folder
    assert causes(again.folder) == ["start", "Paint", "edit", "opened"]
    assert not np.array_equal(replay(again.folder, 2), replay(again.folder, 3))


@pytest.mark.parametrize("name", ["../../etc", "", 7, "0" * 16 + "-" + "1" * 8])
def test_a_scene_from_others_cannot_point_at_other_folders(session, tmp_path, name):
    now = session()
    setFact(now.segmentation, "Journal", name)
    journal = now.observe()
    assert journal.folder.parent == tmp_path / "journals"
    assert factOf(now.segmentation, "Journal") == journal.folder.name != name


def test_a_second_program_gets_a_journal_of_its_own_and_is_told(session, tmp_path):
    now, other = session(), session()
    first = now.observe()
    setFact(other.segmentation, "Journal", first.folder.name)
    second = other.observe()
    assert second.folder != first.folder
    assert "another program edits this segmentation" in second.problem
    assert unfinishedEditsOf(now.browser, tmp_path) == []


def test_a_copy_of_a_segmentation_gets_a_journal_of_its_own(session, tmp_path):
    """Slicer's clone copies all attributes."""
    now = session()
    first = now.observe()
    now.paint((0, 5), (30, 40))
    first.close()
    wanted = now.labels
    copy = now.host.scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    copy.Copy(now.segmentation)
    setLabels(copy, now.browser, some_labels())
    second = observeEdits(now.browser, copy, "rb", tmp_path)
    second.close()
    assert second.folder != first.folder
    assert np.array_equal(replay(first.folder), wanted)
    again = now.observe()
    assert again.folder == first.folder


def test_edits_of_another_run_are_not_put_into_this_one(session, tmp_path):
    before = session()
    journal = before.observe()
    before.paint((0, 5), (30, 40))
    journal.close()
    (found,) = unfinishedEditsOf(before.browser, tmp_path)
    now = session()
    setFact(now.browser, "PixelSHA256", "0" * 64)
    with pytest.raises(SceneError, match="other pixels"):
        restoreEdits(found, now.browser, now.segmentation)


def test_a_full_disk_loses_no_stroke(session, monkeypatch):
    now = session()
    journal = now.observe()
    now.paint((0, 5), (30, 40))

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        for _ in range(2):
            with pytest.raises(WriteError, match="no space left"):
                journal.flush("Paint")
        with pytest.raises(WriteError, match="no space left"):
            journal.close()
    assert journal.flush("Paint")
    assert np.array_equal(replay(journal.folder), now.labels)


def test_observers_go_with_the_journal(session):
    now = session()
    journal = now.observe()
    journal.close()
    journal.close()
    now.paint((0, 5), (30, 40))
    assert not journal._changed
    assert causes(journal.folder) == ["start"]


class Editing(RuleBasedStateMachine):
    """R14: paint, erase, undo, redo, frame change, save and load against a numpy model."""

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory()
        self.home = Path(self.folder.name)
        self.host = openHost()
        self.saves = 0
        self.browser = addRun(self.host.scene, RUN)
        self.segmentation = addPrediction(self.browser, PREDICTION)
        self.edited_by_logic()
        self.states, self.at = [some_labels()], 0
        self.written = [some_labels()]

    def edited_by_logic(self):
        """Connect the editor's logic and the journal, as at a start."""
        scene = self.host.scene
        self.editor = scene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")
        self.logic = slicer.vtkSlicerSegmentEditorLogic()
        self.logic.SetMRMLScene(scene)
        self.logic.SetSegmentEditorNode(self.editor)
        self.logic.SetSegmentationNode(self.segmentation)
        self.logic.SetSourceVolumeNode(minipOf(self.browser))
        self.logic.UpdateReferenceGeometryImage()
        self.logic.SetMaximumNumberOfUndoStates(50)
        self.editor.SetOverwriteMode(self.editor.OverwriteAllSegments)
        self.journal = observeEdits(self.browser, self.segmentation, "rb", self.home)

    @rule(
        mat=st.booleans(),
        top=st.integers(0, ROWS - 1),
        left=st.integers(0, COLUMNS - 1),
        height=st.integers(1, 12),
        width=st.integers(1, 20),
        erase=st.booleans(),
    )
    def stroke(self, mat, top, left, height, width, erase):
        mask = box(SHAPE, slice(top, top + height), slice(left, left + width))
        value, old = MAT if mat else BV, self.states[self.at]
        new = np.where(mask & (old == value) if erase else mask, 0 if erase else value, old)
        if np.array_equal(new, old):
            return  # Slicer's own history loses count at strokes that change nothing
        self.logic.SaveStateForUndo()
        self.logic.ResetModifierLabelmapToDefault()
        modifier = self.logic.GetModifierLabelmap()
        arrayOf(modifier)[0] = mask
        modifier.Modified()
        mode = self.logic.ModificationModeRemove if erase else self.logic.ModificationModeAdd
        extent, segment = list(modifier.GetExtent()), "MAT" if mat else "BV"
        self.logic.ModifySegmentByLabelmap(
            self.segmentation, segment, modifier, mode, extent, False, False
        )
        self.states = [*self.states[: self.at + 1], new.astype(np.uint8)]
        self.at += 1
        self.check()

    @precondition(lambda self: self.at > 0)
    @rule()
    def undo(self):
        self.logic.Undo()
        self.at -= 1
        self.check()

    @precondition(lambda self: self.at + 1 < len(self.states))
    @rule()
    def redo(self):
        self.logic.Redo()
        self.at += 1
        self.check()

    @rule(frame=st.integers(0, RUN.frame_count - 1))
    def change_frame(self, frame):
        self.browser.SetSelectedItemNumber(frame)
        self.check()

    @rule()
    def flush(self):
        """The end of a stroke, or of several."""
        wanted = self.states[self.at]
        changed = not np.array_equal(wanted, self.written[-1])
        assert self.journal.flush("Paint") == changed
        if changed:
            self.written.append(wanted)
        assert np.array_equal(replay(self.journal.folder), wanted)

    @precondition(lambda self: self.saves < 2)
    @rule()
    def save_and_load(self):
        self.flush()
        self.saves += 1
        path = self.home / f"{self.saves}.mrb"
        saveScene(self.host.scene, path)
        self.leave()
        self.host = openHost()
        openScene(self.host.scene, path)
        (self.browser,) = runs(self.host.scene)
        self.segmentation = segmentationOf(self.browser)
        self.edited_by_logic()
        self.states, self.at = [self.states[self.at]], 0
        self.check()

    def check(self):
        assert np.array_equal(labelsOf(self.segmentation, self.browser), self.states[self.at])

    def leave(self):
        self.journal.close()
        self.logic.SetSegmentationNode(None)
        self.logic.SetMRMLScene(None)
        self.host.close()

    def teardown(self):
        if hasattr(self, "journal"):
            self.flush()
            for number, labels in enumerate(self.written):
                assert np.array_equal(replay(self.journal.folder, number), labels)
            assert set(causes(self.journal.folder)) <= {"start", "Paint"}
            self.leave()
            self.folder.cleanup()


Editing.TestCase.settings = settings(
    max_examples=5,
    stateful_step_count=20,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # making a failure smaller takes minutes
    suppress_health_check=[HealthCheck.too_slow],
)
TestEditing = Editing.TestCase
