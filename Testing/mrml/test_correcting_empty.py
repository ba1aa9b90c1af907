"""Segments that begin with nothing: drawn by hand, saved, exported, never a model's."""

from typing import Any

import numpy as np
import pytest

from dsanet.cases import read_case
from dsanet.cases.exporting import ExportTerms
from dsanet.io import RunFacts
from dsanet.labels import BV, MAT
from dsanet.prepare import prepare

from .conftest import COLUMNS, ROWS, make_prediction, make_run, some_labels

pytest.importorskip("slicer")

from DSASegmentationLib.correcting.tracing import VesselTrace
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.exporting import exportCase, exportDicom
from DSASegmentationLib.prepared import addPrepared
from DSASegmentationLib.runs import addRun, minipOf, runs
from DSASegmentationLib.segments import (
    addEmptySegments,
    addPrediction,
    isTouched,
    labelsOf,
    noteOf,
    provenanceOf,
    segmentationOf,
    setNote,
    statusOf,
)
from DSASegmentationLib.storage import openScene, saveScene

from .editing import box, paint

RUN = make_run(8, facts=RunFacts(viewing_mode="SUB", times_stated=True, burned_in="NO"))


@pytest.fixture
def browser(host: Any) -> Any:
    made = addRun(host.scene, RUN)
    addPrepared(made, prepare(RUN))
    return made


def test_they_are_empty_untouched_and_nobodys_proposal(browser: Any) -> None:
    segmentation = addEmptySegments(browser)
    assert segmentationOf(browser) is segmentation
    assert list(segmentation.GetSegmentation().GetSegmentIDs()) == ["BV", "MAT"]
    assert not labelsOf(segmentation, browser).any()
    assert (statusOf(segmentation), provenanceOf(segmentation)) == ("not started", {})
    assert not isTouched(segmentation)
    with pytest.raises(SceneError, match="has segments already"):
        addEmptySegments(browser)


def test_without_a_preparation_there_is_nothing_to_draw_on(host: Any) -> None:
    browser = addRun(host.scene, RUN)
    with pytest.raises(SceneError, match="is not prepared"):
        addEmptySegments(browser)
    assert segmentationOf(browser) is None


@pytest.mark.parametrize("name", ["scene.mrb", "scene.mrml"])
def test_saved_empty_they_are_drawn_on_in_the_right_place(
    host: Any, open_host: Any, browser: Any, tmp_path: Any, name: str
) -> None:
    addEmptySegments(browser)
    saveScene(host.scene, tmp_path / name)
    scene = open_host().scene
    openScene(scene, tmp_path / name)
    (opened,) = runs(scene)
    segmentation = segmentationOf(opened)
    assert not labelsOf(segmentation, opened).any()
    mask = box((ROWS, COLUMNS), slice(2, 9), slice(30, 50))
    paint(scene, segmentation, minipOf(opened), "BV", mask)
    trace = VesselTrace(opened)
    for point in ((24, 23), (38, 23)):
        trace.click(point)
    assert trace.paint(segmentation, "MAT", lambda: None) > 50
    labels = labelsOf(segmentation, opened)
    assert np.array_equal(labels == BV, mask)
    assert np.all(labels[25:37, 22:25] == MAT)


def test_a_case_and_dicom_say_that_they_were_drawn_by_hand(
    host: Any, browser: Any, tmp_path: Any
) -> None:
    pydicom = pytest.importorskip("pydicom")
    pytest.importorskip("highdicom")
    segmentation = addEmptySegments(browser)
    mask = box((ROWS, COLUMNS), slice(2, 9), slice(30, 50))
    paint(host.scene, segmentation, minipOf(browser), "BV", mask)
    setNote(segmentation, " Drawn \n by hand. ")
    terms = ExportTerms(home=tmp_path / "home")
    case = read_case(exportCase(browser, segmentation, tmp_path / "set", reader="rb", terms=terms))
    assert (case.facts.changed_pixels, case.facts.proposal) == (None, {})
    assert case.facts.note == noteOf(segmentation) == "Drawn by hand."
    assert np.array_equal(case.labels, mask * np.uint8(BV))
    files = exportDicom(browser, segmentation, tmp_path / "dicom", terms=terms)
    (found,) = (f for f in map(pydicom.dcmread, files) if "SegmentSequence" in f)
    assert found.SegmentSequence[0].SegmentAlgorithmType == "MANUAL"


def test_a_later_prediction_fills_them_only_while_they_are_empty(host: Any, browser: Any) -> None:
    empty = addEmptySegments(browser)
    assert addPrediction(browser, make_prediction(RUN)) is empty
    assert np.array_equal(labelsOf(empty, browser), some_labels())
    mask = box((ROWS, COLUMNS), slice(2, 9), slice(30, 50))
    paint(host.scene, empty, minipOf(browser), "BV", mask)
    assert addPrediction(browser, make_prediction(RUN)) is not empty
