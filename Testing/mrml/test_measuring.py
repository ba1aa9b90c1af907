"""Measuring in the scene: numbers, tables, markups that a hand moves, what is refused."""

import math
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dsanet.measure import Percent

from . import measurable
from .measurable import LESION_ROW, OBLONG, TRUNK_COLUMN, cells, move, place, put

pytest.importorskip("slicer")


from DSASegmentationLib import runs, segments
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.measuring import measureRun, showMeasured, staleness
from DSASegmentationLib.measuring.cursor import CURSOR, cursorOf, putCursor
from DSASegmentationLib.measuring.lesions import (
    graded,
    gradedAnew,
    markersOf,
    movedPoint,
    putMarker,
)
from DSASegmentationLib.measuring.maps import withheld
from DSASegmentationLib.measuring.places import alongOf, placeOf, rasOf
from DSASegmentationLib.measuring.tables import CURVES, LESIONS, VESSELS
from DSASegmentationLib.nodes import referenceOf
from DSASegmentationLib.prepared import setArterialWindow
from DSASegmentationLib.visibility import setActiveRun

pytestmark = pytest.mark.usefixtures("measured_once")


def test_a_place_is_where_its_pixel_is_seen(host: Any) -> None:
    browser, segmentation = put(host.scene, spacing=OBLONG)
    assert rasOf(browser, (10, 4)) == [-1.0, -5.0, 0.0]
    assert placeOf(browser, [-1.0, -5.0, 0.0]) == (10, 4)
    bounds = [0.0] * 6
    segmentation.GetRASBounds(bounds)
    assert bounds[0] <= rasOf(browser, (60, TRUNK_COLUMN))[0] <= bounds[1]
    assert bounds[2] <= rasOf(browser, (139, TRUNK_COLUMN))[1] <= bounds[3]


def test_a_lesion_gets_markups_at_its_narrowest_place_and_its_references(shown: Any) -> None:
    (lesion,) = shown.values.lesions
    (marker,) = markersOf(shown.run).values()
    assert place(marker, 0, shown.run) == pytest.approx((LESION_ROW, TRUNK_COLUMN), abs=1.5)
    distal, proximal = place(marker, 1, shown.run), place(marker, 2, shown.run)
    assert distal[0] < LESION_ROW - 5  # contrast flows upwards in the picture
    assert proximal[0] > LESION_ROW + 5
    assert marker.GetNthControlPointLabel(0) == f"1 NASCET {lesion.percents['NASCET'].value:.0f} %"
    assert lesion.percents["NASCET"].value == pytest.approx(60, abs=6)
    assert cells(shown.run, LESIONS, "nascet_percent") == [
        pytest.approx(lesion.percents["NASCET"].value, abs=1e-3)
    ]


def test_tables_tell_lesions_vessels_and_curves_without_millimetres(shown: Any) -> None:
    assert cells(shown.run, VESSELS, "name")[0] == "MAT trunk"
    assert cells(shown.run, LESIONS, "path") == ["trunk"]
    names = [
        referenceOf(shown.run, LESIONS).GetTable().GetColumnName(nth)
        for nth in range(referenceOf(shown.run, LESIONS).GetTable().GetNumberOfColumns())
    ]
    assert not [name for name in names if name.endswith("_mm")]  # a spacing on the detector
    assert cells(shown.run, CURVES, "time_s") == pytest.approx(np.arange(10) * 0.25)
    assert max(cells(shown.run, CURVES, "MAT")) > 20


def test_moving_a_reference_grades_against_it_at_once(shown: Any) -> None:
    (marker,) = markersOf(shown.run).values()
    before = shown.values.lesions[0]
    assert movedPoint(marker, shown) is None
    move(marker, 1, shown.run, 28, TRUNK_COLUMN + 3)  # beside the vessel: its nearest place counts
    assert movedPoint(marker, shown) == 1
    begin = time.thread_time()
    after, lesion = gradedAnew(shown, marker, 1)
    seconds = time.thread_time() - begin
    expected = alongOf(after.values.trunk, (28, TRUNK_COLUMN))
    assert lesion.percents["NASCET"].reference_at_px == pytest.approx(expected)
    assert lesion.percents["NASCET"] != before.percents["NASCET"]
    assert lesion.percents["WASID"] == before.percents["WASID"]
    assert lesion.minimum_px == before.minimum_px
    assert seconds < 0.05
    putMarker(marker, after, lesion)
    assert place(marker, 1, shown.run)[1] == pytest.approx(TRUNK_COLUMN, abs=1)
    assert movedPoint(marker, after) is None


def test_a_moved_reference_stays_when_the_lesion_moves(shown: Any) -> None:
    (marker,) = markersOf(shown.run).values()
    move(marker, 2, shown.run, 125, TRUNK_COLUMN)
    after, lesion = gradedAnew(shown, marker, 2)
    kept = lesion.percents["WASID"].reference_at_px
    move(marker, 0, shown.run, LESION_ROW + 4, TRUNK_COLUMN)
    _, again = gradedAnew(after, marker, 0)
    assert again.row == pytest.approx(LESION_ROW + 4, abs=1)
    assert again.minimum_px > lesion.minimum_px
    assert again.percents["WASID"].reference_at_px == pytest.approx(kept)


def test_a_reference_dragged_past_the_lesion_stays_on_its_side(shown: Any) -> None:
    path = shown.values.trunk
    at = shown.values.lesions[0].at_px
    lesion = graded(path, at, {"NASCET": 0.0, "WASID": float(path.along[-1])})
    for rule, side in (("NASCET", at), ("WASID", at)):
        assert lesion.percents[rule].value is None
        assert lesion.percents[rule].reference_at_px == pytest.approx(side)
        assert lesion.percents[rule].reason.startswith("no diameter counts")


def test_a_reference_that_is_not_seen_waits_at_the_end_of_the_vessel(shown: Any) -> None:
    (marker,) = markersOf(shown.run).values()
    trunk = shown.values.trunk
    before = shown.values.lesions[0]
    none = Percent("NASCET", None, None, None, None, "not seen")
    lesion = replace(before, percents={**before.percents, "NASCET": none})
    after = shown.withLesion(0, lesion)
    putMarker(marker, after, lesion)
    assert place(marker, 1, shown.run) == pytest.approx(tuple(trunk.points[-1]), abs=0.1)
    assert movedPoint(marker, after) is None


def test_where_no_diameter_counts_there_is_no_percentage(shown: Any) -> None:
    path = shown.values.trunk
    counts = path.counts.copy()
    counts[:12] = False
    diameters = np.where(counts, path.diameter_px, np.nan)
    lesion = graded(replace(path, counts=counts, diameter_px=diameters), 1.0, {})
    assert math.isnan(lesion.minimum_px)
    assert {one.value for one in lesion.percents.values()} == {None}


def test_the_cursor_lies_on_the_vessel_and_tells_its_diameter(shown: Any) -> None:
    trunk = shown.values.trunk
    node = putCursor(shown.run, trunk, 20.0)
    assert cursorOf(shown.run, trunk) == pytest.approx(20, abs=1)
    assert node.GetNthControlPointLabel(0).startswith("1")
    assert node.GetNthControlPointLabel(0).endswith(" px")
    move(node, 0, shown.run, 120, TRUNK_COLUMN + 20)
    expected = alongOf(trunk, (120, TRUNK_COLUMN))
    assert cursorOf(shown.run, trunk) == pytest.approx(expected, abs=1)


def test_markups_are_seen_with_their_run_alone(host: Any, shown: Any) -> None:
    (marker,) = markersOf(shown.run).values()
    assert marker.GetDisplayNode().GetVisibility()
    other, _ = put(host.scene)
    setActiveRun(host.scene, other)
    assert not marker.GetDisplayNode().GetVisibility()


def test_without_times_there_is_no_flow_but_diameters(host: Any) -> None:
    browser, _ = put(host.scene, timed=False)
    measured = measureRun(browser)
    showMeasured(measured)
    assert len(measured.values.lesions) == 1
    assert "no frame times" in withheld(measured, "arrival")
    assert referenceOf(browser, CURVES).GetTable().GetNumberOfRows() == 0


@pytest.mark.parametrize("frames", [1, 3])
def test_few_frames_give_diameters_and_a_reason(host: Any, frames: int) -> None:
    browser, _ = put(host.scene, frames=frames)
    measured = measureRun(browser)
    showMeasured(measured)
    assert "at least 4 frames" in withheld(measured, "arrival")


def test_without_a_trunk_nothing_is_graded_and_it_is_said(host: Any) -> None:
    _, _, labels = measurable.draw()
    browser, _ = put(host.scene, labels=np.where(labels == 2, 0, labels).astype(np.uint8))
    measured = measureRun(browser)
    showMeasured(measured)
    assert markersOf(browser) == {}
    assert referenceOf(browser, CURSOR) is None
    assert any("no main artery trunk" in text for text in measured.values.warnings)


def test_what_cannot_be_measured_is_refused_with_a_sentence(host: Any) -> None:
    run, _, _ = measurable.draw()
    browser = runs.addRun(host.scene, run)
    with pytest.raises(SceneError, match="has no segments to measure; segment it first"):
        measureRun(browser)
    with pytest.raises(SceneError, match="nothing is no run"):
        measureRun(None)
    ready, segmentation = put(host.scene)
    with pytest.raises(SceneError, match="is not prepared"):
        measureRun(browser, segmentation)
    assert ready.GetScene() is host.scene


def test_edits_after_measuring_are_noticed(shown: Any) -> None:
    assert staleness(shown) == ""
    setArterialWindow(shown.run, (3, 8))
    assert staleness(shown) == "the arterial phase was moved"
    setArterialWindow(shown.run, shown.window)
    labels = shown.labels.copy()
    labels[60:70, 5:10] = 1
    segments.setLabels(shown.segmentation, shown.run, labels)
    assert staleness(shown) == "the segments were edited"
    shown.run.GetScene().RemoveNode(shown.segmentation)
    assert staleness(shown) == "the segments were removed"
