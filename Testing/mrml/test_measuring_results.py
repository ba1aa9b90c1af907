"""Results of measuring: calibration, maps, report, removal, save and reopen."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dsanet.errors import MeasureError
from dsanet.measure import RULES, Percent

from . import measurable
from .measurable import TRUNK_COLUMN, cells, move, place, put

pytest.importorskip("slicer")

import slicer

from DSASegmentationLib import runs, segments, storage
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.logic import SegmentationLogic
from DSASegmentationLib.measuring import measureRun, showMeasured
from DSASegmentationLib.measuring.calibration import (
    addCatheterLine,
    calibrate,
    calibrationOf,
    catheterWidth,
    forgetCalibration,
)
from DSASegmentationLib.measuring.lesions import (
    gradedAnew,
    markersOf,
)
from DSASegmentationLib.measuring.maps import hideMap, showMap, withheld
from DSASegmentationLib.measuring.places import rasOf
from DSASegmentationLib.measuring.report import reportFiles, writeReport
from DSASegmentationLib.measuring.tables import LESIONS, VESSELS
from DSASegmentationLib.nodes import imageOf, referenceOf
from DSASegmentationLib.visibility import setActiveRun

pytestmark = pytest.mark.usefixtures("measured_once")


def test_a_catheter_calibrates_by_two_clicks(shown: Any) -> None:
    line = addCatheterLine(shown.run)
    assert catheterWidth(shown.run) is None
    assert calibrate(shown.run, 6.0) is None
    for row, column in ((100, 20), (103, 24)):
        line.AddControlPoint(rasOf(shown.run, (row, column)))
    assert catheterWidth(shown.run) == pytest.approx(5)  # whatever row and column measure
    scale = calibrate(shown.run, 6.0)
    assert scale is not None
    assert scale.mm_per_px == pytest.approx(2 / 5)
    assert scale.error_mm == pytest.approx(2 / 5 * 0.7 / 5)
    assert calibrationOf(shown.run) == scale
    assert not line.GetMeasurement("length").GetEnabled()
    assert not line.GetDisplayNode().GetPropertiesLabelVisibility()
    assert shown.values.scale is None
    assert shown.calibrated().values.scale == scale
    assert measureRun(shown.run).values.scale == scale
    forgetCalibration(shown.run)
    assert shown.calibrated().values.no_scale.startswith("the stated spacing lies in the detector")
    assert line.GetScene() is None


def test_a_line_without_length_calibrates_nothing(shown: Any) -> None:
    line = addCatheterLine(shown.run)
    for _ in range(2):
        line.AddControlPoint(rasOf(shown.run, (100, 20)))
    assert calibrate(shown.run, 6.0) is None


def test_a_flow_map_lies_over_the_run_with_a_legend_in_seconds(host: Any, shown: Any) -> None:
    volume = showMap(shown, "arrival")
    image = imageOf(volume)
    assert image.shape == (measurable.ROWS, measurable.COLUMNS)
    assert image[130, 48] < image[30, 48]  # contrast comes from below
    assert image[70, 5] < volume.GetDisplayNode().GetLowerThreshold() < image[130, 48]
    composite = host.view.GetSliceCompositeNode()
    assert composite.GetForegroundVolumeID() == volume.GetID()
    display = slicer.vtkSlicerColorLogic.GetColorLegendDisplayNode(volume)
    assert display.GetTitleText() == "Arrival, seconds"
    assert volume.GetDisplayNode().GetColorNode().GetNumberOfColors() == 256
    assert not segments.segmentationOf(shown.run).GetDisplayNode().GetVisibility()
    assert showMap(shown, "ttp") is volume
    hideMap(shown.run)
    assert composite.GetForegroundVolumeID() is None
    assert segments.segmentationOf(shown.run).GetDisplayNode().GetVisibility()


def test_a_map_that_would_mislead_is_withheld_with_its_reason(host: Any) -> None:
    browser, _ = put(host.scene, frames=8)  # contrast still rises in the last frame
    measured = measureRun(browser)
    assert "still rises" in withheld(measured, "ttp")
    with pytest.raises(MeasureError, match="still rises"):
        showMap(measured, "ttp")
    assert referenceOf(browser, runs.FLOW_MAP) is None


def test_a_report_is_written_with_the_lesions_as_they_were_moved(
    shown: Any, tmp_path: Path
) -> None:
    (marker,) = markersOf(shown.run).values()
    move(marker, 1, shown.run, 28, TRUNK_COLUMN)
    moved, _ = gradedAnew(shown, marker, 1)
    page = writeReport(moved, tmp_path / "new")
    text = page.read_text(encoding="utf-8")
    value = moved.values.lesions[0].percents["NASCET"].value
    assert f"{value:.0f} (" in text
    assert "Doe" not in text
    assert 'src="http' not in text
    assert {path.name for path in page.parent.iterdir()} <= {
        path.name for path in reportFiles(moved, page.parent)
    }
    lesions = (page.parent / "Run_1_lesions.csv").read_text(encoding="utf-8").splitlines()
    assert len(lesions) == 2


def test_a_report_of_what_was_edited_since_is_refused(shown: Any, tmp_path: Path) -> None:
    segments.setLabels(shown.segmentation, shown.run, shown.labels * 0)
    with pytest.raises(SceneError, match="measure it again"):
        writeReport(shown, tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_measuring_again_replaces_what_was_there(shown: Any) -> None:
    addCatheterLine(shown.run)
    count = shown.run.GetScene().GetNumberOfNodes()
    showMeasured(measureRun(shown.run))
    assert shown.run.GetScene().GetNumberOfNodes() == count


def test_a_removed_run_leaves_nothing(host: Any) -> None:
    setActiveRun(host.scene, None)
    before = [node.GetID() for node in host.scene.GetNodes()]
    browser, _ = put(host.scene)
    measured = measureRun(browser)
    showMeasured(measured)
    addCatheterLine(browser)
    showMap(measured, "arrival")
    runs.removeRun(browser)
    left = [node.GetID() for node in host.scene.GetNodes() if node.GetID() not in before]
    assert left == []


def test_results_survive_save_and_reopen(
    shown: Any, open_host: Callable[[], Any], tmp_path: Path
) -> None:
    (marker,) = markersOf(shown.run).values()
    showMap(shown, "arrival")
    storage.saveScene(shown.run.GetScene(), tmp_path / "scene.mrb")
    later = open_host()
    storage.openScene(later.scene, tmp_path / "scene.mrb")
    (browser,) = runs.runs(later.scene)
    (kept,) = markersOf(browser).values()
    assert place(kept, 0, browser) == pytest.approx(place(marker, 0, shown.run), abs=1e-3)
    assert cells(browser, LESIONS, "path") == ["trunk"]
    assert cells(browser, VESSELS, "name")[0] == "MAT trunk"
    showMeasured(measureRun(browser))
    runs.removeRun(browser)
    assert later.scene.GetNumberOfNodesByClass("vtkMRMLMarkupsNode") == 0
    assert later.scene.GetNumberOfNodesByClass("vtkMRMLTableNode") == 0


def test_a_script_measures_and_shows(host: Any) -> None:
    browser, segmentation = put(host.scene)
    values = SegmentationLogic().measure(browser, segmentation)
    assert len(values.lesions) == 1
    assert len(markersOf(browser)) == 1


def test_a_stenosis_that_cannot_be_measured_is_reported_with_its_reason(
    shown: Any, tmp_path: Path
) -> None:
    reason = "not measurable here: another vessel crosses here"
    percents = {rule: Percent(rule, None, None, None, None, reason) for rule in RULES}
    lesion = replace(
        shown.values.lesions[0], minimum_px=np.nan, minimum_error_px=np.nan, percents=percents
    )
    page = writeReport(shown.withLesion(0, lesion), tmp_path)
    assert reason in page.read_text(encoding="utf-8")
    row = next(tmp_path.glob("*_lesions.csv")).read_text(encoding="utf-8").splitlines()[1]
    assert reason in row
    assert "nan" not in row
