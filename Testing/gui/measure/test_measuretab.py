"""The Measure tab: measuring, maps, report, comparison, and what is said."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dsanet.measure import Lesion, Percent
from DSASegmentationLib import runs, segments
from DSASegmentationLib.visibility import flowMapShown

from ...mrml import measurable
from ..conftest import addRun, predict, qt, settle
from .conftest import addDrawn, choose, measure, table


def test_what_to_do_first_is_said(app: Any, tab: Any) -> None:
    assert tab.ui.noteLabel.text == "Load a DSA run first."
    assert tab.ui.measureButton.enabled is False
    browser = addRun(app)
    assert tab.ui.noteLabel.text == "Segment the run, then measure it."
    assert tab.ui.measureButton.enabled is False
    predict(browser)
    assert tab.ui.noteLabel.text == "Not measured yet."
    assert tab.ui.measureButton.enabled is True
    for button in (tab.ui.gradeButton, tab.ui.reportButton, tab.ui.mapBox, tab.ui.pathBox):
        assert button.enabled is False


def test_one_press_measures_and_shows_all(app: Any, tab: Any, run: Any) -> None:
    measured = measure(tab)
    (row,) = table(tab)
    nascet = measured.values.lesions[0].percents["NASCET"]
    assert row[0] == "1 trunk"
    assert row[1].endswith(" px")
    assert row[2] == f"{nascet.value:.0f} ({nascet.interval[0]:.0f}–{nascet.interval[1]:.0f})"
    assert [tab.ui.pathBox.itemText(n) for n in range(tab.ui.pathBox.count)] == [
        "trunk",
        "branch 1",
    ]
    assert "Lengths are in pixels: the input states no spacing." in tab.ui.noteLabel.text
    assert "mm" not in tab._plot.caption()
    assert app.messages.errors == []
    assert app.cursors == []
    image = tab._plot.grab().toImage()
    assert image.width() > 0


def test_a_map_is_shown_and_taken_away(tab: Any, run: Any) -> None:
    measure(tab)
    choose(tab.ui.mapBox, "arrival")
    assert flowMapShown(run) is not None
    choose(tab.ui.mapBox, "")
    assert flowMapShown(run) is None


def test_a_withheld_map_is_not_shown_and_says_why(app: Any, tab: Any) -> None:
    browser = addDrawn(app, tab, frames=8)
    measure(tab)
    assert "(withheld)" in tab.ui.mapBox.itemText(tab.ui.mapBox.findData("ttp"))
    choose(tab.ui.mapBox, "ttp")
    assert flowMapShown(browser) is None
    assert "• Time to peak is not shown: " in tab.ui.noteLabel.text
    assert app.messages.errors == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"frames": 1}, "at least 4 frames"),
        ({"timed": False}, "states no frame times"),
        ({"labels": np.zeros((measurable.ROWS, measurable.COLUMNS), np.uint8)}, "no labelled"),
        (
            {"labels": np.where(measurable.draw()[2] == 2, 0, measurable.draw()[2])},
            "no main artery trunk",
        ),
    ],
)
def test_what_is_missing_is_said_without_an_error(
    app: Any, tab: Any, options: dict[str, Any], words: str
) -> None:
    addDrawn(app, tab, **options)
    measure(tab)
    assert words in tab.ui.noteLabel.text
    assert app.messages.errors == []
    for plot in (tab._plot, tab._curves):
        assert not plot.grab().isNull()


def test_an_edit_after_measuring_is_said(tab: Any, run: Any) -> None:
    measured = measure(tab)
    labels = measured.labels.copy()
    labels[100:110, 5:10] = 1
    segments.setLabels(measured.segmentation, run, labels)
    settle()
    assert "the segments were edited. Measure again." in tab.ui.noteLabel.text
    measure(tab)
    assert "Measure again" not in tab.ui.noteLabel.text


def test_the_report_goes_into_the_chosen_folder(
    app: Any, tab: Any, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure(tab)
    monkeypatch.setattr(
        qt.QFileDialog, "getExistingDirectory", staticmethod(lambda *_: str(tmp_path))
    )
    tab.ui.reportButton.click()
    page = tmp_path / "Run_1_report.html"
    assert "Stenoses" in page.read_text(encoding="utf-8")
    assert str(page) in tab.ui.noteLabel.text
    assert app.messages.questions == []
    app.messages.answer = False
    page.write_text("mine")
    tab.ui.reportButton.click()
    assert "Run_1_report.html" in app.messages.questions[0]
    assert page.read_text() == "mine"


def test_a_report_that_cannot_be_written_is_said(
    app: Any, tab: Any, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure(tab)
    taken = tmp_path / "file"
    taken.write_text("")
    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", staticmethod(lambda *_: str(taken)))
    tab.ui.reportButton.click()
    assert len(app.messages.errors) == 1


def test_no_folder_chosen_writes_nothing(
    app: Any, tab: Any, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure(tab)
    before = tab.ui.noteLabel.text
    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", staticmethod(lambda *_: ""))
    tab.ui.reportButton.click()
    assert tab.ui.noteLabel.text == before


def test_two_measured_runs_are_compared(app: Any, tab: Any, run: Any) -> None:
    measure(tab)
    assert tab.ui.compareBox.enabled is False
    addDrawn(app, tab, percent=0.0)
    measure(tab)
    assert tab.ui.compareTable.rowCount == 0
    choose(tab.ui.compareBox, run.GetID())
    compared = tab.ui.compareTable
    last = [compared.item(compared.rowCount - 1, column).text() for column in range(4)]
    assert last[0] == "worst stenosis percent"
    assert last[1] == "–"
    assert float(last[2]) == pytest.approx(60, abs=6)


def test_every_run_shows_its_own_measurements(app: Any, tab: Any, run: Any) -> None:
    measure(tab)
    other = addDrawn(app, tab)
    assert table(tab) == []
    assert tab.ui.noteLabel.text == "Not measured yet."
    tab.place.activate(run)
    assert len(table(tab)) == 1
    tab.place.activate(other)
    assert table(tab) == []


def test_a_script_that_measured_is_noticed(tab: Any, run: Any) -> None:
    from DSASegmentationLib.logic import SegmentationLogic

    SegmentationLogic().measure(run)
    settle()
    assert "of an earlier measurement. Measure again" in tab.ui.noteLabel.text
    assert tab.ui.reportButton.enabled is False


def test_a_removed_run_takes_its_measurements_along(app: Any, tab: Any, run: Any) -> None:
    measure(tab)
    choose(tab.ui.mapBox, "arrival")
    tab.place.remove(run)
    settle()
    assert len(tab._runs) == 0
    assert table(tab) == []
    assert app.host.scene.GetNumberOfNodesByClass("vtkMRMLMarkupsNode") == 0
    assert app.host.scene.GetNumberOfNodesByClass("vtkMRMLTableNode") == 0
    assert app.host.scene.GetNumberOfNodesByClass("vtkMRMLColorLegendDisplayNode") == 0
    assert not tab._watch.Observations
    assert app.messages.errors == []


def test_a_closed_scene_leaves_nothing(app: Any, tab: Any, run: Any) -> None:
    measure(tab)
    app.host.scene.Clear(False)
    settle()
    assert len(tab._runs) == 0
    assert not tab._watch.Observations
    assert tab.ui.noteLabel.text == "Load a DSA run first."
    assert app.messages.errors == []


def test_seven_controls_are_in_view(tab: Any) -> None:
    ui = tab.ui
    inView = (
        *(ui.measureButton, ui.pathBox, ui.gradeButton, tab._plot),
        *(ui.lesionTable, ui.mapBox, ui.reportButton),
    )
    assert len(inView) == 7
    assert ui.advancedButton.collapsed


def test_a_percentage_that_is_withheld_shows_no_number() -> None:
    from DSASegmentationLib.gui.lesiontable import NONE, percentText, smallestText

    none = Percent("NASCET", None, None, None, None, "not seen")
    assert percentText(none) == NONE
    lesion = Lesion("trunk", 1.0, 1.0, 1.0, float("nan"), 1.0, 0.0, 2.0, False, {})
    assert smallestText(lesion, None) == NONE


def test_the_run_is_still_a_run(run: Any, tab: Any) -> None:
    measure(tab)
    assert runs.runOf(run).pixel_hash == measurable.draw()[0].pixel_hash
