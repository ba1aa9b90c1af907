"""What a hand moves: the place in plot and view, the points of a stenosis, the catheter's line."""

from typing import Any

import numpy as np
import pytest
import slicer
from PySide6 import QtCore
from PySide6.QtTest import QTest

from DSASegmentationLib.measuring.cursor import cursorNodeOf, cursorOf
from DSASegmentationLib.measuring.lesions import markersOf
from DSASegmentationLib.measuring.places import placeOf, rasOf
from DSASegmentationLib.measuring.tables import LESIONS
from DSASegmentationLib.nodes import referenceOf

from ...mrml.measurable import LESION_ROW, TRUNK_COLUMN
from ..conftest import settle
from .conftest import choose, drag, drop, measure, shownPlace, table


def test_the_plot_moves_the_marker_and_the_marker_the_plot(tab: Any, run: Any) -> None:
    measured = measure(tab)
    trunk, node = measured.values.trunk, cursorNodeOf(run)
    tab._plot.resize(400, 168)
    for column in (30 + 90, 30 + 179):  # 358 pixels of axis
        QTest.mousePress(tab._plot, QtCore.Qt.LeftButton, pos=QtCore.QPoint(column, 60))
        expected = (column - 30) / 358 * trunk.along[-1]
        assert shownPlace(tab) == pytest.approx(expected, abs=1)
        assert cursorOf(run, trunk) == pytest.approx(expected, abs=1)
    row, column = placeOf(run, node.GetNthControlPointPosition(0))
    assert column == pytest.approx(TRUNK_COLUMN, abs=1)
    drag(node, 0, run, row + 20, column + 9)
    nearest = np.argmin(np.abs(trunk.points[:, 0] - (row + 20)))
    assert shownPlace(tab) == pytest.approx(trunk.along[nearest], abs=1.5)
    assert placeOf(run, node.GetNthControlPointPosition(0))[1] == pytest.approx(column + 9)
    drop(node)
    assert placeOf(run, node.GetNthControlPointPosition(0))[1] == pytest.approx(TRUNK_COLUMN, abs=1)


def test_arrow_keys_move_the_place_a_pixel(tab: Any, run: Any) -> None:
    measure(tab)
    before = shownPlace(tab)
    QTest.keyClick(tab._plot, QtCore.Qt.Key_Right)
    assert shownPlace(tab) == pytest.approx(before + 1)


def test_dragging_a_reference_changes_that_number_at_once(tab: Any, run: Any) -> None:
    measure(tab)
    (marker,) = markersOf(run).values()
    before = table(tab)[0]
    found = tab._active.values.lesions[0].percents["NASCET"]
    drag(marker, 1, run, 30, TRUNK_COLUMN + 4)
    after = table(tab)[0]
    assert after[3:] == before[3:]
    stored = referenceOf(run, LESIONS).GetTable().GetValueByName(0, "nascet_percent").ToDouble()
    moved = tab._active.values.lesions[0].percents["NASCET"]
    assert moved.reference_at_px != found.reference_at_px
    assert moved.value != found.value
    assert stored == pytest.approx(moved.value, abs=1e-3)
    assert placeOf(run, marker.GetNthControlPointPosition(1))[1] == TRUNK_COLUMN + 4  # held
    drop(marker)
    place = placeOf(run, marker.GetNthControlPointPosition(1))
    assert place == pytest.approx((30, TRUNK_COLUMN), abs=1)
    assert table(tab)[0] == after


def test_what_was_moved_in_another_module_counts_on_return(tab: Any, panel: Any, run: Any) -> None:
    measure(tab)
    (marker,) = markersOf(run).values()
    before = table(tab)
    panel.setParameters(None)
    panel.exit()
    drag(marker, 0, run, LESION_ROW + 5, TRUNK_COLUMN)
    assert table(tab) == before
    panel.enter()
    settle()
    assert table(tab) != before
    assert tab._active.values.lesions[0].row == pytest.approx(LESION_ROW + 5, abs=1)


def test_grading_at_the_marker_adds_a_stenosis(tab: Any, run: Any) -> None:
    measure(tab)
    choose(tab.ui.pathBox, "branch 1")
    tab._plot.onPlace(20.0)
    tab.ui.gradeButton.click()
    settle()
    assert [row[0] for row in table(tab)] == ["1 trunk", "2 branch 1"]
    assert sorted(markersOf(run)) == [0, 1]
    tab.ui.lesionTable.setCurrentCell(0, 0)
    assert tab.ui.pathBox.currentText == "trunk"


def test_two_clicks_and_a_size_give_millimetres(app: Any, tab: Any, run: Any) -> None:
    measure(tab)
    ui, logic = tab.ui, app.applicationLogic()
    ui.lineButton.click()
    settle()
    line = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLMarkupsLineNode")
    interaction = logic.GetInteractionNode()
    assert interaction.GetCurrentInteractionMode() == interaction.Place
    assert logic.GetSelectionNode().GetActivePlaceNodeID() == line.GetID()
    ui.frenchBox.value = 6.0
    assert "mm" not in table(tab)[0][1]
    for column in (10, 20):
        line.AddControlPoint(rasOf(run, (30, column)))
    assert "A pixel is 0.200 ± 0.014 mm: catheter of 6 F, 10.0 px." in ui.noteLabel.text
    assert table(tab)[0][1].endswith(" mm")
    assert " mm" in tab._plot.caption()
    names = referenceOf(run, LESIONS).GetTable()
    assert names.GetColumnByName("minimum_mm") is not None
    line.SetNthControlPointPosition(1, rasOf(run, (30, 30)))
    assert "A pixel is 0.100" in ui.noteLabel.text
    ui.forgetButton.click()
    settle()
    assert "Lengths are in pixels" in ui.noteLabel.text
    assert table(tab)[0][1].endswith(" px")
    assert "mm" not in tab._plot.caption()
    assert line.GetScene() is None


def test_the_label_in_the_view_follows_the_calibration(tab: Any, run: Any) -> None:
    measure(tab)
    tab.ui.lineButton.click()
    tab.ui.frenchBox.value = 6.0
    line = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLMarkupsLineNode")
    settle()
    for column in (10, 20):
        line.AddControlPoint(rasOf(run, (30, column)))
    assert cursorNodeOf(run).GetNthControlPointLabel(0).endswith(" mm")
    tab.ui.forgetButton.click()
    assert cursorNodeOf(run).GetNthControlPointLabel(0).endswith(" px")


def test_a_deleted_marker_does_no_harm(app: Any, tab: Any, run: Any) -> None:
    measure(tab)
    app.host.scene.RemoveNode(cursorNodeOf(run))
    (marker,) = markersOf(run).values()
    app.host.scene.RemoveNode(marker)
    settle()
    assert len(table(tab)) == 1
    assert tab._plot.caption() == ""
    tab._plot.onPlace(10.0)
    assert cursorNodeOf(run) is not None
    assert app.messages.errors == []
