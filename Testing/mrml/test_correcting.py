"""Clicks and traces change exactly the pixels that they mean, and can be undone."""

import time
from typing import Any

import numpy as np
import pytest

from dsanet.labels import BACKGROUND, BV, MAT

from .conftest import COLUMNS, ROWS, SPACING, make_prediction, make_run, some_labels

slicer = pytest.importorskip("slicer")

from DSASegmentationLib.correcting.accepting import accept, begin  # noqa: E402
from DSASegmentationLib.correcting.applying import applyLabels  # noqa: E402
from DSASegmentationLib.correcting.clicking import (  # noqa: E402
    NOTHING,
    eraseAt,
    reassignAt,
    reassignBetween,
)
from DSASegmentationLib.correcting.geometry import (  # noqa: E402
    pixelAt,
    polyline,
    rasOf,
    showPlace,
)
from DSASegmentationLib.correcting.rereading import (  # noqa: E402
    addClearer,
    eraseFainter,
    levelAt,
)
from DSASegmentationLib.correcting.tracing import VesselTrace  # noqa: E402
from DSASegmentationLib.errors import SceneError  # noqa: E402
from DSASegmentationLib.prepared import addPrepared  # noqa: E402
from DSASegmentationLib.probabilities import addProbabilities  # noqa: E402
from DSASegmentationLib.runs import addRun  # noqa: E402
from DSASegmentationLib.segments import addPrediction, setStatus, statusOf  # noqa: E402

from . import editing  # noqa: E402


class Editor(editing.Editor):
    """An editor on a small run and its prediction."""

    def __init__(self, host: Any, run: Any = None, labels: Any = None) -> None:
        run = run or make_run(8)
        prediction = make_prediction(run, labels)
        browser = addRun(host.scene, run)
        addPrepared(browser, prediction.prepared)
        super().__init__(browser, addPrediction(browser, prediction))


@pytest.fixture
def make_editor(host: Any) -> Any:
    made = []

    def make(**how: Any) -> Editor:
        made.append(Editor(host, **how))
        return made[-1]

    yield make
    for editor in made:
        editor.close()


@pytest.fixture
def editor(make_editor: Any) -> Editor:
    return make_editor()


def test_a_click_gives_a_piece_to_the_other_class_and_undo_takes_it_back(editor: Any) -> None:
    before = editor.labels
    done = reassignAt(editor.segmentation, editor.browser, (9, 30), editor.save)
    expected = some_labels()
    expected[8:12, 20 : COLUMNS - 6] = MAT
    assert np.array_equal(editor.labels, expected)
    assert (done.pixels, done.old, done.new) == (4 * (COLUMNS - 26), "BV", "MAT")
    editor.logic.Undo()
    assert np.array_equal(editor.labels, before)
    editor.logic.Redo()
    assert np.array_equal(editor.labels, expected)


def forked() -> Any:
    """A trunk that comes in below and divides into two branches, rows != columns."""
    labels = np.zeros((ROWS, COLUMNS), np.uint8)
    labels[20:, 24:30] = MAT
    labels[16:20, 8:48] = BV
    labels[2:16, 8:12] = BV
    labels[2:16, 44:48] = BV
    return labels


def test_shift_takes_all_downstream(make_editor: Any) -> None:
    editor = make_editor(labels=forked())
    done = reassignAt(editor.segmentation, editor.browser, (36, 26), editor.save, downstream=True)
    changed = editor.labels != forked()
    assert (done.old, done.new) == ("MAT", "BV")
    assert np.array_equal(changed, forked() == MAT)
    alone = make_editor(labels=forked(), run=make_run(8, pixels=make_run(8).pixels + 1))
    reassignAt(alone.segmentation, alone.browser, (18, 40), alone.save)
    assert np.all(alone.labels[2:16, 44:48] == MAT)
    assert np.all(alone.labels[2:16, 8:12] == BV)


def test_a_click_beside_all_vessels_changes_nothing_and_saves_no_state(editor: Any) -> None:
    before = editor.labels
    for tool in (reassignAt, eraseAt):
        assert tool(editor.segmentation, editor.browser, (30, 50), editor.save) is NOTHING
    assert editor.saved == 0
    assert not editor.logic.CanUndo()
    assert np.array_equal(editor.labels, before)


def test_smart_erase_takes_a_piece_away_and_tells_when_contrast_arrived(editor: Any) -> None:
    done = eraseAt(editor.segmentation, editor.browser, (9, 30), editor.save)
    expected = some_labels()
    expected[8:12, 20 : COLUMNS - 6] = BACKGROUND
    assert np.array_equal(editor.labels, expected)
    assert (done.old, done.new, done.late) == ("BV", "", False)
    assert done.arrival == pytest.approx(3.5 / 3, abs=0.02)  # between frames 3 and 4, 3 a second
    editor.logic.Undo()
    assert np.array_equal(editor.labels, some_labels())


@pytest.mark.parametrize("kept", [BV, MAT, BACKGROUND])
def test_undo_brings_back_a_class_of_which_nothing_was_left(editor: Any, kept: int) -> None:
    left = np.where(some_labels() == kept, some_labels(), 0)
    assert applyLabels(editor.segmentation, editor.browser, left, editor.save)
    assert np.array_equal(editor.labels, left)
    editor.logic.Undo()
    assert np.array_equal(editor.labels, some_labels())
    editor.logic.Redo()
    assert np.array_equal(editor.labels, left)


def test_a_drag_gives_what_lies_between_to_the_other_class(editor: Any) -> None:
    done = reassignBetween(editor.segmentation, editor.browser, (9, 25), (9, 34), editor.save)
    expected = some_labels()
    expected[8:12, 25:35] = MAT
    assert np.array_equal(editor.labels, expected)
    assert (done.pixels, done.old, done.new) == (40, "BV", "MAT")
    beside = reassignBetween(editor.segmentation, editor.browser, (9, 25), (30, 50), editor.save)
    assert beside is NOTHING
    editor.logic.Undo()
    assert np.array_equal(editor.labels, some_labels())


def test_circles_re_read_what_the_model_saw(editor: Any) -> None:
    chances = np.zeros((3, ROWS, COLUMNS), np.float32)
    chances[BV, 8:12, 20:50] = 0.9
    chances[BV, 33, 34:50] = chances[BV, 37, 34:50] = 0.3
    addProbabilities(editor.browser, chances)
    made = editor.segmentation, editor.browser
    assert addClearer(*made, (33, 40), 2, editor.save) == 3 * 16 + 2
    assert np.all(editor.labels[32:35, 34:50] == BV)
    editor.logic.Undo()
    assert np.array_equal(editor.labels, some_labels())
    assert levelAt(*made, (33, 40), 20, editor.save) == 2 * 16
    done = eraseFainter(*made, (33, 40), 10, editor.save)
    assert (done.pixels, done.old, done.arrival) == (2 * 16, "BV", None)
    assert np.array_equal(editor.labels, some_labels())
    assert addClearer(*made, (25, 50), 3, editor.save) == 0


def test_a_twig_is_painted_from_its_tip_and_leaves_the_other_class(make_editor: Any) -> None:
    labels = some_labels()
    labels[8:12, 34:] = 0
    editor = make_editor(labels=labels)
    trace = VesselTrace(editor.browser)
    assert trace.twig(editor.segmentation, "BV", (9, 47), editor.save) > 30
    assert np.all(editor.labels[9:11, 34:46] == BV)
    assert np.array_equal(editor.labels == MAT, labels == MAT)
    empty = make_editor(labels=0 * labels, run=make_run(8, pixels=make_run(8).pixels + 1))
    with pytest.raises(SceneError, match="trace one first"):
        VesselTrace(empty.browser).twig(empty.segmentation, "BV", (9, 47), empty.save)


def test_a_trace_paints_the_vessel_that_was_missed(make_editor: Any) -> None:
    labels = np.zeros((ROWS, COLUMNS), np.uint8)
    labels[20:, 20:26] = MAT
    editor = make_editor(labels=labels)
    trace = VesselTrace(editor.browser)
    trace.click((9, 21))
    assert len(trace.path((9, 40))) >= 20
    trace.click((9, 48))
    changed = trace.paint(editor.segmentation, "BV", editor.save)
    painted = editor.labels == BV
    truth = np.zeros_like(painted)
    truth[8:12, 20:50] = True
    assert changed == np.count_nonzero(painted)
    dice = 2 * np.count_nonzero(painted & truth) / (painted.sum() + truth.sum())
    assert dice > 0.8
    assert np.array_equal(editor.labels == MAT, labels == MAT)
    assert trace.clicks == 0
    editor.logic.Undo()
    assert np.array_equal(editor.labels, labels)


def test_a_trace_wins_over_the_other_class_whatever_the_masks_say(editor: Any) -> None:
    editor.node.SetOverwriteMode(editor.node.OverwriteNone)
    editor.node.SetMaskMode(slicer.vtkMRMLSegmentationNode.EditAllowedOutsideAllSegments)
    trace = VesselTrace(editor.browser)
    trace.click((22, 23))
    trace.click((36, 23))
    trace.paint(editor.segmentation, "BV", editor.save)
    assert np.all(editor.labels[24:35, 22:25] == BV)
    assert editor.segmentation.GetSegmentation().GetNumberOfLayers() == 1


def test_moving_the_mouse_takes_no_time(make_editor: Any) -> None:
    run = make_run(4)
    pixels = np.tile(run.pixels, (1, 12, 9))[:, :480, :504]
    editor = make_editor(run=make_run(4, pixels=pixels))
    trace = VesselTrace(editor.browser)
    trace.click((9, 21))
    begun = time.perf_counter()
    for row in range(100, 480, 38):
        trace.path((row, 500))
    assert (time.perf_counter() - begun) / 10 < 0.05


def test_a_trace_needs_a_prepared_run_and_a_vessel_segment(host: Any, editor: Any) -> None:
    other = addRun(host.scene, make_run(5))
    with pytest.raises(SceneError, match="not prepared"):
        VesselTrace(other)
    trace = VesselTrace(editor.browser)
    trace.click((9, 21))
    with pytest.raises(SceneError, match="BV and MAT"):
        trace.paint(editor.segmentation, "Segment_3", editor.save)
    assert trace.fits(editor.browser)
    assert not trace.fits(other)
    assert editor.saved == 0


def test_segments_keep_what_they_are_called_and_their_status(editor: Any) -> None:
    segment = editor.segmentation.GetSegmentation().GetSegment("BV")
    segment.SetName("Branches")
    setStatus(editor.segmentation, "in progress")
    reassignAt(editor.segmentation, editor.browser, (30, 22), editor.save)
    assert editor.segmentation.GetSegmentation().GetSegment("BV") is segment
    assert segment.GetName() == "Branches"
    assert statusOf(editor.segmentation) == "in progress"
    assert not np.any(editor.labels == MAT)


def test_a_segment_that_was_removed_is_not_written_and_nothing_changes(editor: Any) -> None:
    editor.segmentation.GetSegmentation().RemoveSegment("MAT")
    before = editor.labels
    with pytest.raises(SceneError, match="MAT was removed"):
        reassignAt(editor.segmentation, editor.browser, (9, 30), editor.save)
    assert np.array_equal(editor.labels, before)
    assert editor.saved == 0


def test_the_same_labels_are_no_edit(editor: Any) -> None:
    assert applyLabels(editor.segmentation, editor.browser, editor.labels, editor.save) == 0
    assert editor.saved == 0


def test_pixels_and_points_of_a_view_are_one_from_the_other(host: Any, editor: Any) -> None:
    view = host.view.GetSliceNode()
    host.view.ResizeSliceNode(400, 300)
    showPlace(editor.browser, view, 30, 11, 4)
    assert pixelAt(editor.browser, view, (200, 150)) == (30, 11)
    path = np.array([[30, 11], [31, 11], [32, 12]])
    drawn = polyline(editor.browser, view, path)
    back = [pixelAt(editor.browser, view, drawn.GetPoint(nth)[:2]) for nth in range(3)]
    assert back == [(30, 11), (31, 11), (32, 12)]
    assert drawn.GetNumberOfLines() == 1
    assert polyline(editor.browser, view, path[:1]).GetNumberOfPoints() == 0
    assert rasOf(editor.browser, 30, 11) == (-11 * SPACING.column_mm, -30 * SPACING.row_mm, 0)
    assert pixelAt(editor.browser, view, (-4000, 150)) is None


def test_accepting_leads_to_the_next_run_that_is_still_open(host: Any, make_editor: Any) -> None:
    runs = [make_editor(run=make_run(4, pixels=make_run(4).pixels + nth)) for nth in range(3)]
    addRun(host.scene, make_run(5))
    begin(runs[0].segmentation)
    setStatus(runs[2].segmentation, "set aside")
    assert statusOf(runs[0].segmentation) == "in progress"
    assert accept(runs[1].browser) is runs[0].browser
    assert statusOf(runs[1].segmentation) == "accepted"
    begin(runs[1].segmentation)
    assert statusOf(runs[1].segmentation) == "accepted"
    assert accept(runs[0].browser) is None
