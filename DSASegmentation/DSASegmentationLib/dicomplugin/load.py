"""Loads one run of the DICOM database into the scene, or leaves the scene as it was."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import slicer
import vtk

from dsanet.io import RunSource, read_source
from dsanet.io.kinds import Kind
from dsanet.io.names import run_name
from DSASegmentationLib.loading import addOnce, linkPlanes
from DSASegmentationLib.nodes import referenceOf
from DSASegmentationLib.runs import NATIVE, minipOf, proxyOf, runs
from DSASegmentationLib.sequences import volumesOf
from DSASegmentationLib.visibility import setActiveRun

INSTANCES = "DICOM.instanceUIDs"
"""Attribute by which Slicer finds the DICOM header of an image, as for the corner annotations."""


def loadRun(
    scene: Any,
    files: Sequence[str],
    instanceUIDs: Sequence[str],
    place: Callable[[Any], None],
) -> Any:
    """Read a run and put it into the scene, into the subject hierarchy, and into view.

    Args:
        scene: The scene; the Sequences module's logic observes it.
        files: One file with all frames, or one file a frame, in order.
        instanceUIDs: SOP Instance UID of each file; empty texts where not known.
        place: Puts the volume that shows the run's frames into the subject hierarchy, below its
            study: `DICOMPlugin.addSeriesInSubjectHierarchy`.

    Returns:
        The run's vtkMRMLSequenceBrowserNode; the one that is there where the scene has the run.

    Raises:
        ReadError: The files cannot be read.
        SceneError: The scene cannot hold the run.
        Exception: What `place` raises. In each case the scene is as it was.
    """
    paths = tuple(Path(file) for file in files)
    run = read_source(RunSource(run_name(paths[0]), Kind.DICOM, paths))
    known = runs(scene)
    with ExitStack() as undo:
        browser = addOnce(scene, run, undo)
        if browser not in known:
            _mark(browser, instanceUIDs)
            _place(scene, browser, place)
        undo.pop_all()
    linkPlanes(scene)
    setActiveRun(scene, browser)
    return browser


def placeBeside(browser: Any, node: Any) -> None:
    """Put a node made from a run, such as its segmentation, beside the run in the hierarchy.

    Args:
        browser: A run's browser node.
        node: A node of the same scene.
    """
    scene = browser.GetScene()
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    parent = hierarchy.GetItemParent(hierarchy.GetItemByDataNode(_shown(browser)))
    item = hierarchy.GetItemByDataNode(node)
    if parent and item:
        hierarchy.SetItemParent(item, parent)


def _shown(browser: Any) -> Any:
    return proxyOf(browser, referenceOf(browser, NATIVE))


def _mark(browser: Any, instanceUIDs: Sequence[str]) -> None:
    """Tell each frame, and what shows the frames, which DICOM instance it is.

    The MinIP is made of several frames and is no instance, so it is not marked.
    """
    volumes = volumesOf(referenceOf(browser, NATIVE))
    of_frames = list(instanceUIDs) if len(instanceUIDs) > 1 else [*instanceUIDs] * len(volumes)
    shown = browser.GetSelectedItemNumber()
    for volume, instance in zip(volumes, of_frames, strict=True):
        volume.SetAttribute(INSTANCES, instance or None)
    _shown(browser).SetAttribute(INSTANCES, of_frames[max(shown, 0)] or None)


def _place(scene: Any, browser: Any, place: Callable[[Any], None]) -> None:
    """Put a run and its MinIP into the subject hierarchy, or take what came of it away again."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    before = set(_items(hierarchy))
    try:
        place(_shown(browser))
        placeBeside(browser, minipOf(browser))
    except Exception:
        _forget(hierarchy, set(_items(hierarchy)) - before)
        raise


def _forget(hierarchy: Any, items: set[int]) -> None:
    """Remove items with what is below them; their nodes stay, for the run removes its own."""
    tops = [item for item in items if hierarchy.GetItemParent(item) not in items]
    for item in tops:
        hierarchy.RemoveItem(item, False, True)


def _items(hierarchy: Any) -> list[int]:
    found = vtk.vtkIdList()
    hierarchy.GetItemChildren(hierarchy.GetSceneItemID(), found, True)
    return [found.GetId(nth) for nth in range(found.GetNumberOfIds())]
