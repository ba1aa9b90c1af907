"""Entering, leaving, closing the scene, loading the module again: nothing is left behind."""

from collections.abc import Callable
from typing import Any

import pytest

from DSASegmentationLib import runs, segments
from DSASegmentationLib.visibility import activeRun

from .conftest import addPlane, addRun, predict, settle, slicer
from .test_runtab import rows


def test_an_empty_scene_after_closing_and_the_next_run_works(app: Any, panel: Any) -> None:
    predict(addRun(app))
    tab = panel.tabs["RunTab"]
    app.host.scene.Clear(False)
    settle()
    assert rows(tab) == []
    assert panel.place.active is None
    assert tab.ui.segmentButton.enabled is False
    browser = addRun(app, 8)
    assert panel.place.active is browser
    tab.ui.opacitySlider.value = 50
    assert predict(browser).GetDisplayNode().GetOpacity2DFill() == 0.5
    assert app.messages.errors == []


def test_closing_the_scene_gives_the_views_back_and_ends_jobs(app: Any, panel: Any) -> None:
    addPlane(app, "A")
    addPlane(app, "B")
    panel.place.showPair(True)
    panel.tabs["RunTab"].ui.segmentButton.click()
    app.host.scene.Clear(False)
    settle()
    assert app.annotations.shown is True
    assert not app.layoutManager().sliceWidget("Yellow").sliceController().isHidden()
    assert panel.place.jobs == {}
    assert panel.place.segmenter.busy is False
    assert panel.place._timer.isActive() is False


def test_a_closed_scene_leaves_a_panel_alone_that_nobody_sees(app: Any, makeWidget: Any) -> None:
    widget = makeWidget()
    widget.exit()
    widget.parent.__dict__["isEntered"] = False
    app.host.scene.Clear(False)
    addRun(app)
    assert rows(widget.panel.tabs["RunTab"]) == []
    widget.enter()
    assert len(rows(widget.panel.tabs["RunTab"])) == 1


def test_while_the_module_is_left_nothing_is_observed(app: Any, panel: Any) -> None:
    browser = addRun(app)
    panel.exit()
    assert panel.place._navigation._observed == []
    assert panel.place._watch.Observations == []
    runs.removeRun(browser)
    settle()
    assert len(rows(panel.tabs["RunTab"])) == 1
    panel.enter()
    assert rows(panel.tabs["RunTab"]) == []


def test_after_cleanup_no_observer_and_no_timer_is_left(
    app: Any, makeWidget: Callable[[], Any]
) -> None:
    widget = makeWidget()
    browser = addRun(app)
    predict(browser)
    place = widget.panel.place
    widget.cleanup()
    assert widget.Observations == []
    assert place._watch.Observations == []
    assert widget.panel.tabs["RunTab"]._display.Observations == []
    for timer in (place._timer, place._watch._timer):
        assert timer.isActive() is False
    assert place._navigation._observed == []


def test_the_module_can_be_loaded_again_and_again(app: Any, makeWidget: Callable[[], Any]) -> None:
    browser = addRun(app)
    for _ in range(3):
        widget = makeWidget()
        assert widget.panel.place.active is browser
        widget.cleanup()
    widget = makeWidget()
    told = []
    widget.panel.place.onFrame = lambda: told.append(browser.GetSelectedItemNumber())
    browser.SetSelectedItemNumber(3)
    assert set(told) == {3}


def test_entering_twice_observes_once(
    app: Any, panel: Any, recwarn: pytest.WarningsRecorder
) -> None:
    for _ in range(2):
        panel.exit()
        panel.enter()
    events = [(obj, event) for obj, event, *_ in panel.place._watch.Observations]
    assert len(events) == len(set(events))
    assert [str(warning.message) for warning in recwarn if "observer" in str(warning.message)] == []


def test_the_slider_of_a_closed_scene_writes_into_the_new_one(app: Any, panel: Any) -> None:
    ui, scene = panel.tabs["RunTab"].ui, app.host.scene
    ui.opacitySlider.value = 70
    scene.Clear(False)
    settle()
    ui.opacitySlider.value = 20
    node = scene.GetSingletonNode("DSASegmentation", "vtkMRMLScriptedModuleNode")
    assert node.GetParameter("fillOpacity") == "20"


def test_a_scene_that_is_opened_shows_its_runs(app: Any, panel: Any, tmp_path: Any) -> None:
    from DSASegmentationLib.storage import openScene, saveScene

    segments.setStatus(predict(addRun(app)), "in progress")
    saveScene(app.host.scene, tmp_path / "scene.mrb")
    app.host.scene.Clear(False)
    openScene(app.host.scene, tmp_path / "scene.mrb")
    settle()
    tab = panel.tabs["RunTab"]
    assert len(rows(tab)) == 1
    assert rows(tab)[0].endswith("in progress")
    assert activeRun(app.host.scene) is panel.place.active
    assert panel.place.active is not None
    red = app.layoutManager().sliceWidget("Red").mrmlSliceNode()
    assert red.GetOrientationMarkerType() == slicer.vtkMRMLSliceNode.OrientationMarkerTypeNone
    assert app.messages.errors == []
