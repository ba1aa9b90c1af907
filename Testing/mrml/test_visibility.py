"""Only what belongs to the active run is seen."""

from typing import Any

import pytest

from dsanet.prepare import prepare

from .conftest import make_prediction, make_run

slicer = pytest.importorskip("slicer")

from DSASegmentationLib import nodes, runs, segments  # noqa: E402
from DSASegmentationLib import visibility as seen  # noqa: E402
from DSASegmentationLib.errors import SceneError  # noqa: E402
from DSASegmentationLib.prepared import addPrepared  # noqa: E402
from DSASegmentationLib.uncertainty import addUncertainty  # noqa: E402


def add_view(scene: Any, name: str) -> Any:
    """The two nodes of a slice view, as Slicer's layout makes them."""
    for kind in ("vtkMRMLSliceNode", "vtkMRMLSliceCompositeNode"):
        node = scene.CreateNodeByClass(kind)
        node.UnRegister(None)
        node.SetLayoutName(name)
        node.SetSingletonTag(name)
        node = scene.AddNode(node)
    return node


def add_segmented(scene: Any, frames: int = 4) -> tuple[Any, Any]:
    run = make_run(frames)
    browser = runs.addRun(scene, run)
    prediction = make_prediction(run)
    addPrepared(browser, prediction.prepared)
    addUncertainty(browser, prediction.probabilities)
    return browser, segments.addPrediction(browser, prediction)


def is_seen(segmentation: Any, view: str) -> bool:
    slice_node = segmentation.GetScene().GetNodeByID(f"vtkMRMLSliceNode{view}")
    return bool(segmentation.GetDisplayNode().GetVisibility(slice_node.GetID()))


def image(browser: Any, role: str) -> Any:
    return browser.GetProxyNode(nodes.referenceOf(browser, role))


def test_the_active_run_alone_is_seen(host: Any) -> None:
    red, green = (add_view(host.scene, name) for name in ("Red", "Green"))
    (one, first), (two, second) = add_segmented(host.scene), add_segmented(host.scene, 6)
    for browser, shown, hidden in (
        (one, first, second),
        (two, second, first),
        (one, first, second),
    ):
        seen.setActiveRun(host.scene, browser)
        assert seen.activeRun(host.scene) is browser
        for view in (red, green):
            expected = image(browser, runs.SUBTRACTED).GetID()
            assert view.GetBackgroundVolumeID() == expected
            assert view.GetForegroundVolumeID() is None
        for name in ("Red", "Green"):
            assert is_seen(shown, name)
            assert not is_seen(hidden, name)


def test_no_run_is_seen_when_none_is_active(host: Any) -> None:
    red = add_view(host.scene, "Red")
    _, segmentation = add_segmented(host.scene)
    seen.setActiveRun(host.scene, None)
    assert seen.activeRun(host.scene) is None
    assert red.GetBackgroundVolumeID() is None
    assert not is_seen(segmentation, "Red")


def test_a_biplane_pair_is_seen_side_by_side(host: Any) -> None:
    views = {name: add_view(host.scene, name) for name in ("Red", "Green", "Yellow")}
    (frontal, first), (lateral, second) = add_segmented(host.scene), add_segmented(host.scene, 6)
    seen.showSideBySide(host.scene, {"Red": frontal, "Green": lateral})
    assert seen.activeRun(host.scene) is frontal
    for name, browser in (("Red", frontal), ("Green", lateral)):
        shown = image(browser, runs.SUBTRACTED).GetID()
        assert views[name].GetBackgroundVolumeID() == shown
    assert views["Yellow"].GetBackgroundVolumeID() is None
    assert [is_seen(first, name) for name in views] == [True, False, False]
    assert [is_seen(second, name) for name in views] == [False, True, False]
    seen.setActiveRun(host.scene, lateral)
    assert [is_seen(first, name) for name in views] == [False] * 3
    assert [is_seen(second, name) for name in views] == [True] * 3


def test_the_image_can_be_chosen_and_each_run_keeps_its_own(host: Any) -> None:
    red = add_view(host.scene, "Red")
    (one, segmentation), (two, _) = add_segmented(host.scene), add_segmented(host.scene)
    seen.setActiveRun(host.scene, one)
    for role in (runs.NATIVE, runs.SUBTRACTED, runs.NATIVE):
        seen.showImage(one, role)
        assert red.GetBackgroundVolumeID() == image(one, role).GetID()
        assert is_seen(segmentation, "Red")
    seen.showImage(two, runs.MINIP)
    assert red.GetBackgroundVolumeID() == image(one, runs.NATIVE).GetID()
    seen.setActiveRun(host.scene, two)
    assert red.GetBackgroundVolumeID() == runs.minipOf(two).GetID()
    seen.setActiveRun(host.scene, one)
    assert red.GetBackgroundVolumeID() == image(one, runs.NATIVE).GetID()


def test_segments_stay_while_frames_change(host: Any) -> None:
    add_view(host.scene, "Red")
    browser, segmentation = add_segmented(host.scene, 6)
    seen.setActiveRun(host.scene, browser)
    labels = segments.labelsOf(segmentation, browser)
    for frame in range(6):
        browser.SetSelectedItemNumber(frame)
        assert is_seen(segmentation, "Red")
        assert (segments.labelsOf(segmentation, browser) == labels).all()


def test_an_image_that_is_not_there_is_refused(host: Any) -> None:
    browser = runs.addRun(host.scene, make_run())
    assert seen.imageShown(browser) == runs.NATIVE
    with pytest.raises(SceneError, match="no image 'Subtracted', only Native, MinIP"):
        seen.showImage(browser, runs.SUBTRACTED)
    addPrepared(browser, prepare(make_run()))
    assert seen.imageShown(browser) == runs.SUBTRACTED


def test_a_removed_image_gives_way_to_another(host: Any) -> None:
    red = add_view(host.scene, "Red")
    browser, _ = add_segmented(host.scene)
    seen.setActiveRun(host.scene, browser)
    seen.showImage(browser, runs.MINIP)
    host.scene.RemoveNode(runs.minipOf(browser))
    seen.refresh(host.scene)
    assert red.GetBackgroundVolumeID() == image(browser, runs.SUBTRACTED).GetID()


def test_the_uncertainty_is_laid_over_and_taken_away(host: Any) -> None:
    red = add_view(host.scene, "Red")
    browser, _ = add_segmented(host.scene)
    seen.setActiveRun(host.scene, browser)
    seen.showUncertainty(browser, True)
    overlay = nodes.referenceOf(browser, runs.UNCERTAINTY)
    assert red.GetForegroundVolumeID() == overlay.GetID()
    assert red.GetForegroundOpacity() == seen.OVERLAY_OPACITY
    seen.showUncertainty(browser, False)
    assert red.GetForegroundVolumeID() is None


def test_of_two_segmentations_the_newer_is_seen(host: Any) -> None:
    add_view(host.scene, "Red")
    browser, first = add_segmented(host.scene)
    segments.setStatus(first, "accepted")
    second = segments.addPrediction(browser, make_prediction(make_run()))
    seen.setActiveRun(host.scene, browser)
    assert is_seen(second, "Red")
    assert not is_seen(first, "Red")


def test_the_active_run_is_none_after_it_was_removed(host: Any) -> None:
    red = add_view(host.scene, "Red")
    browser, _ = add_segmented(host.scene)
    seen.setActiveRun(host.scene, browser)
    runs.removeRun(browser)
    assert seen.activeRun(host.scene) is None
    seen.refresh(host.scene)
    assert red.GetBackgroundVolumeID() is None


def test_the_parameter_node_is_the_one_that_slicer_looks_for(host: Any) -> None:
    node = seen.parameterNode(host.scene)
    assert seen.parameterNode(host.scene) is node
    assert node.GetSingletonTag() == node.GetAttribute("ModuleName") == "DSASegmentation"
    assert host.scene.GetSingletonNode("DSASegmentation", "vtkMRMLScriptedModuleNode") is node
