"""What is seen: the active run's picture and segments, and nothing of any other run.

All runs lie at the same place, so a run that is not hidden would shine through another one. Every
slice view shows one run: the active one, or in a biplane pair its own. Which image of a run is
shown, native, subtracted or the MinIP, is kept on the run.
"""

from collections.abc import Mapping
from typing import Any

from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.nodes import factOf, isOfRun, referenceOf, setFact, setReference
from DSASegmentationLib.runs import (
    FLOW_MAP,
    MINIP,
    NATIVE,
    OWNER,
    SUBTRACTED,
    UNCERTAINTY,
    isRun,
    nodesOf,
    runs,
    segmentationsOf,
)
from DSASegmentationLib.segments import segmentationOf

MODULE = "DSASegmentation"
IMAGES = (NATIVE, SUBTRACTED, MINIP)
OVERLAY_OPACITY = 0.6
MAP_OPACITY = 1.0
"""Of a flow map, whose colours are read against a legend."""


def parameterNode(scene: Any) -> Any:
    """Give the module's parameter node, made if missing: the one that Slicer gives its logic."""
    kind = "vtkMRMLScriptedModuleNode"
    node = scene.GetSingletonNode(MODULE, kind)
    if node is None:
        node = scene.CreateNodeByClass(kind)
        node.UnRegister(None)
        node.SetSingletonTag(MODULE)
        node.SetName(MODULE)
        node.SetAttribute("ModuleName", MODULE)
        node = scene.AddNode(node)
    return node


def activeRun(scene: Any) -> Any:
    """Give the run that the user works on, or None."""
    node = referenceOf(parameterNode(scene), "ActiveRun")
    return node if isRun(node) else None


def setActiveRun(scene: Any, browser: Any) -> None:
    """Show one run in all slice views and hide all others.

    Args:
        scene: The scene.
        browser: A run's browser node; None hides all runs.
    """
    setReference(parameterNode(scene), "ActiveRun", browser)
    for view in _views(scene):
        setReference(view, "Run", browser)
    refresh(scene)


def showSideBySide(scene: Any, placed: Mapping[str, Any]) -> None:
    """Show several runs at once, such as the planes of a biplane pair, each in its own views.

    Args:
        scene: The scene.
        placed: A run's browser node by the layout name of a slice view, such as `Red`. The first
            run becomes the active one; other views show none.
    """
    setReference(parameterNode(scene), "ActiveRun", next(iter(placed.values())))
    for view in _views(scene):
        setReference(view, "Run", placed.get(view.GetLayoutName()))
    refresh(scene)


def imageShown(browser: Any) -> str:
    """Give which image of a run is shown, of `IMAGES`: subtracted frames as soon as there are."""
    chosen = factOf(browser, "Image")
    if chosen in IMAGES and referenceOf(browser, chosen) is not None:
        return str(chosen)
    return SUBTRACTED if referenceOf(browser, SUBTRACTED) is not None else NATIVE


def showImage(browser: Any, image: str) -> None:
    """Choose which image of a run is shown, wherever it is shown.

    Args:
        browser: A run's browser node.
        image: Of `IMAGES`.

    Raises:
        SceneError: The run has no such image yet.
    """
    if image not in IMAGES or referenceOf(browser, image) is None:
        has = [name for name in IMAGES if referenceOf(browser, name) is not None]
        msg = f"{browser.GetName()} has no image {image!r}, only {', '.join(has)}; prepare it first"
        raise SceneError(msg)
    setFact(browser, "Image", image)
    refresh(browser.GetScene())


def showUncertainty(browser: Any, shown: bool) -> None:
    """Lay the uncertainty map over a run, or take it away."""
    setFact(browser, "ShowUncertainty", shown or None)
    refresh(browser.GetScene())


def showFlowMap(browser: Any, shown: bool) -> None:
    """Lay the run's flow map over it in place of its segments, or take it away."""
    setFact(browser, "ShowFlowMap", shown or None)
    refresh(browser.GetScene())


def flowMapShown(browser: Any) -> Any:
    """Give the volume of the flow map that lies over a run, or None."""
    return referenceOf(browser, FLOW_MAP) if factOf(browser, "ShowFlowMap") else None


def refresh(scene: Any) -> None:
    """Bring views and segments in line with what is to be seen, as after adding a prediction."""
    placed: dict[str, list[str]] = {}
    views = list(_views(scene))
    for view in views:
        browser = referenceOf(view, "Run")
        if isRun(browser):
            placed.setdefault(browser.GetID(), []).append(f"vtkMRMLSliceNode{view.GetLayoutName()}")
        _show(view, browser if isRun(browser) else None)
    for browser in runs(scene):
        slices = placed.get(browser.GetID(), [])
        for node in segmentationsOf(browser):
            chosen = node is segmentationOf(browser) and flowMapShown(browser) is None
            _place(node, slices if chosen else [], len(views))
    for node in nodesOf(scene, "vtkMRMLSegmentationNode"):
        if isOfRun(node) and not isRun(referenceOf(node, "Run")):  # somebody deleted the run
            _place(node, [], len(views))
    for node in nodesOf(scene, "vtkMRMLMarkupsNode"):
        owner = referenceOf(node, OWNER)
        if owner is not None:
            _place(node, placed.get(owner.GetID(), []), len(views))


def volumeShown(browser: Any) -> Any:
    """Give the volume node that stands for a run in a slice view."""
    image = imageShown(browser)
    node = referenceOf(browser, image)
    return node if image == MINIP else browser.GetProxyNode(node)


def _views(scene: Any) -> list[Any]:
    kind = "vtkMRMLSliceCompositeNode"
    return [
        scene.GetNthNodeByClass(nth, kind) for nth in range(scene.GetNumberOfNodesByClass(kind))
    ]


def _show(view: Any, browser: Any) -> None:
    """Set the layers of one slice view; None takes runs out of it and leaves other volumes."""
    if browser is None:
        _empty(view)
        return
    volume = volumeShown(browser)
    overlay, opacity = _overlay(browser)
    view.SetBackgroundVolumeID(volume.GetID() if volume else None)
    view.SetForegroundVolumeID(overlay.GetID() if overlay else None)
    view.SetForegroundOpacity(opacity if overlay else 0)


def _empty(view: Any) -> None:
    scene = view.GetScene()
    if isOfRun(scene.GetNodeByID(view.GetBackgroundVolumeID() or "")):
        view.SetBackgroundVolumeID(None)
    if isOfRun(scene.GetNodeByID(view.GetForegroundVolumeID() or "")):
        view.SetForegroundVolumeID(None)
        view.SetForegroundOpacity(0)


def _overlay(browser: Any) -> tuple[Any, float]:
    """What lies over a run's picture, if anything, and how opaque."""
    flow = flowMapShown(browser)
    if flow is not None:
        return flow, MAP_OPACITY
    shown = factOf(browser, "ShowUncertainty")
    return (referenceOf(browser, UNCERTAINTY) if shown else None), OVERLAY_OPACITY


def _place(node: Any, slices: list[str], views: int) -> None:
    """Show a segmentation or markups in some slice views alone; in none of them they are hidden."""
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetVisibility(bool(slices))
    display.RemoveAllViewNodeIDs()
    for slice_id in slices if len(slices) < views else []:
        display.AddViewNodeID(slice_id)
