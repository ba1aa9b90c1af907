"""The Advanced section: how a run looks, and how it is subtracted."""

from typing import Any

import numpy as np
import pytest

from dsanet.errors import PrepareError
from dsanet.io import RunFacts
from dsanet.prepare import PrepareChoices
from DSASegmentationLib import runs, segments
from DSASegmentationLib.gui.preparing import framesFromText, textFromFrames
from DSASegmentationLib.nodes import factOf, referenceOf
from DSASegmentationLib.prepared import arterialWindowOf, choicesOf
from DSASegmentationLib.sequences import framesOf

from ..mrml.conftest import make_run
from .conftest import addRun, predict, settle

GREY, INVERTED = "vtkMRMLColorTableNodeGrey", "vtkMRMLColorTableNodeInvertedGrey"


@pytest.fixture
def ui(panel: Any) -> Any:
    return panel.tabs["RunTab"].ui


def colours(browser: Any) -> list[str]:
    """Of the images in the order of `visibility.IMAGES`."""
    shown = [browser.GetProxyNode(referenceOf(browser, r)) for r in (runs.NATIVE, runs.SUBTRACTED)]
    return [node.GetDisplayNode().GetColorNodeID() for node in (*shown, runs.minipOf(browser))]


def native(app: Any) -> Any:
    """A run that came unsubtracted, with two frames before contrast."""
    pixels = make_run(8).pixels.astype(np.int32) * 20
    facts = RunFacts(viewing_mode="NAT", times_stated=True, bits_stored=12)
    return addRun(app, 8, pixels=pixels.astype(np.uint16), facts=facts)


def test_opacity_and_outline_hold_for_all_runs_and_are_kept_in_the_scene(app: Any, ui: Any) -> None:
    browsers = [addRun(app), addRun(app, 8)]
    nodes = [predict(browser) for browser in browsers]
    ui.opacitySlider.value = 80
    ui.outlineBox.checked = True
    for node in nodes:
        display = node.GetDisplayNode()
        assert display.GetOpacity2DFill() == 0.8
        assert not display.GetVisibility2DFill()
        assert display.GetVisibility2DOutline()
    node = app.host.scene.GetSingletonNode("DSASegmentation", "vtkMRMLScriptedModuleNode")
    assert (node.GetParameter("fillOpacity"), node.GetParameter("outlineOnly")) == ("80", "True")


def test_a_new_segmentation_has_the_look_that_was_chosen(app: Any, ui: Any) -> None:
    ui.opacitySlider.value = 60
    display = predict(addRun(app)).GetDisplayNode()
    assert display.GetOpacity2DFill() == 0.6


def test_the_uncertainty_can_be_laid_over_once_there_is_one(app: Any, ui: Any) -> None:
    browser = addRun(app)
    assert ui.uncertaintyBox.enabled is False
    predict(browser)
    ui.uncertaintyBox.click()
    red = app.layoutManager().sliceWidget("Red").mrmlSliceCompositeNode()
    overlay = referenceOf(browser, runs.UNCERTAINTY)
    assert red.GetForegroundVolumeID() == overlay.GetID()
    ui.uncertaintyBox.click()
    assert red.GetForegroundVolumeID() is None


def test_inverting_exchanges_black_and_white_in_all_images(app: Any, ui: Any) -> None:
    browser = addRun(app)
    ui.invertBox.click()
    assert colours(browser) == [INVERTED] * 3
    ui.applyButton.click()
    settle()
    assert colours(browser) == [INVERTED] * 3
    ui.invertBox.click()
    assert colours(browser) == [GREY] * 3


def test_what_is_stored_in_negative_is_inverted_from_there(app: Any, ui: Any) -> None:
    facts = RunFacts(viewing_mode="SUB", times_stated=True, photometric="MONOCHROME1")
    browser = addRun(app, facts=facts, pixels=255 - make_run(6).pixels)
    assert colours(browser) == [INVERTED, GREY, GREY]
    ui.invertBox.click()
    assert colours(browser) == [GREY, INVERTED, INVERTED]


def test_the_choices_reach_the_preparation_and_come_back(app: Any, ui: Any) -> None:
    browser = native(app)
    ui.subtractBox.setCurrentIndex(1)
    ui.vesselsBox.setCurrentIndex(1)
    ui.maskEdit.text = "1"
    ui.shiftBox.checked = True
    ui.shiftRowsBox.value, ui.shiftColumnsBox.value = 0.25, -1.5
    ui.applyButton.click()
    settle()
    assert app.messages.errors == []
    assert choicesOf(browser) == PrepareChoices(
        subtract="always", invert=False, mask_frames=(0,), pixel_shift=(0.25, -1.5)
    )
    assert "0.25" in factOf(browser, "Prepared")["subtraction"]
    addRun(app, 4)
    ui_list = ui.listFrame.layout().itemAt(0).widget()
    ui_list.setCurrentRow(1)
    assert (ui.subtractBox.currentIndex, ui.maskEdit.text) == (0, "")
    assert ui.shiftBox.checked is False
    ui_list.setCurrentRow(0)
    assert (ui.subtractBox.currentIndex, ui.maskEdit.text) == (1, "1")
    assert (ui.shiftRowsBox.value, ui.shiftColumnsBox.value) == (0.25, -1.5)


def test_never_subtracting_leaves_the_frames_as_stored(app: Any, ui: Any) -> None:
    browser = native(app)
    ui.subtractBox.setCurrentIndex(2)
    ui.applyButton.click()
    settle()
    frames = framesOf(referenceOf(browser, runs.SUBTRACTED))
    np.testing.assert_array_equal(frames, runs.runOf(browser).pixels.astype(np.float32))


def test_preparing_again_keeps_the_phase_and_all_automatic_finds_it_anew(
    app: Any, panel: Any, ui: Any
) -> None:
    browser = addRun(app)
    found = arterialWindowOf(browser)
    panel.tabs["RunTab"]._plot.onWindow((4, 5))
    ui.applyButton.click()
    settle()
    assert arterialWindowOf(browser) == (4, 5)
    ui.automaticButton.click()
    settle()
    assert arterialWindowOf(browser) == found
    assert choicesOf(browser) == PrepareChoices()


@pytest.mark.parametrize("text", ["0", "a", "3-1", "1,,2", "1-999999999"])
def test_frames_that_cannot_be_read_are_refused_and_nothing_changes(
    app: Any, ui: Any, text: str
) -> None:
    browser = addRun(app)
    ui.maskEdit.text = text
    ui.applyButton.click()
    settle()
    assert len(app.messages.errors) == 1
    assert repr(text) in app.messages.errors[0]
    assert choicesOf(browser).mask_frames is None
    assert ui.maskEdit.text == text


def test_frames_beyond_the_run_are_refused(app: Any, ui: Any) -> None:
    native(app)
    ui.maskEdit.text = "9"
    ui.applyButton.click()
    settle()
    assert "do not fit the run" in app.messages.errors[0]


@pytest.mark.parametrize(
    ("text", "frames"), [("", None), (" 2 ", (1,)), ("5, 1-3", (0, 1, 2, 4)), ("1-2,2", (0, 1))]
)
def test_frames_are_written_from_1(text: str, frames: tuple[int, ...] | None) -> None:
    assert framesFromText(text) == frames
    assert framesFromText(textFromFrames(frames)) == frames


def test_an_unreadable_list_names_what_was_written() -> None:
    with pytest.raises(PrepareError, match="'one'"):
        framesFromText("one")


def test_the_segments_stay_when_the_run_is_prepared_again(app: Any, ui: Any) -> None:
    browser = addRun(app)
    segmentation = predict(browser)
    labels = segments.labelsOf(segmentation, browser)
    ui.applyButton.click()
    settle()
    assert segments.segmentationOf(browser) is segmentation
    np.testing.assert_array_equal(segments.labelsOf(segmentation, browser), labels)
