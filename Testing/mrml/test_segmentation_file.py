"""The .seg.nrrd that dsanet writes, as 3D Slicer's own classes read it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dsanet.export import segmentation_nrrd, terminology
from dsanet.io import Spacing
from dsanet.labels import CLASSES

slicer = pytest.importorskip("slicer")
vtk_to_numpy = pytest.importorskip("vtk.util.numpy_support").vtk_to_numpy

SPACING = Spacing(row_mm=0.5, column_mm=0.25, meaning="detector", source="(0018,1164)")


def some_labels() -> np.ndarray:
    labels = np.zeros((5, 8), np.uint8)
    labels[0, 1:4] = 1
    labels[1:3, 3] = 1
    labels[4, 6:] = 2
    return labels


def load(scene: Any, folder: Path, labels: np.ndarray, spacing: Spacing | None = SPACING) -> Any:
    path = folder / "run.seg.nrrd"
    path.write_bytes(segmentation_nrrd(labels, spacing, {"DSASegmentation_Notice": "Research."}))
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "run")
    storage = scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetFileName(str(path))
    assert storage.ReadData(node)
    return node


def export(scene: Any, node: Any) -> tuple[np.ndarray, Any]:
    """Export all segments in the reference geometry, as a user does; values are 1, 2, ..."""
    volume = scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "out")
    extent = slicer.vtkSegmentation.EXTENT_REFERENCE_GEOMETRY
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    assert logic.ExportAllSegmentsToLabelmapNode(node, volume, extent)
    image = volume.GetImageData()
    array = vtk_to_numpy(image.GetPointData().GetScalars())
    return array.reshape(image.GetDimensions()[::-1]), volume


def test_segments_have_names_colors_values_and_terminology(scene: Any, tmp_path: Path) -> None:
    segmentation = load(scene, tmp_path, some_labels()).GetSegmentation()
    assert segmentation.GetNumberOfSegments() == 2
    assert segmentation.GetNumberOfLayers() == 1
    for nth, entry in enumerate(CLASSES):
        segment = segmentation.GetNthSegment(nth)
        assert segment.GetName() == segmentation.GetNthSegmentID(nth) == entry.name
        assert segment.GetLabelValue() == entry.value
        assert [round(255 * channel) for channel in segment.GetColor()] == list(entry.color)
        assert segment.GetTerminology() == terminology(entry)


def test_exported_labels_are_the_labels_written(scene: Any, tmp_path: Path) -> None:
    array, _ = export(scene, load(scene, tmp_path, some_labels()))
    assert np.array_equal(array, some_labels()[None])


def test_geometry_is_that_of_the_run_as_slicer_loads_it(scene: Any, tmp_path: Path) -> None:
    _, volume = export(scene, load(scene, tmp_path, some_labels()))
    assert volume.GetSpacing() == (0.25, 0.5, 1.0)
    assert volume.GetOrigin() == (0, 0, 0)
    directions = np.zeros((3, 3))
    volume.GetIJKToRASDirections(directions)
    assert np.array_equal(directions, np.diag([-1, -1, 1]))


@pytest.mark.parametrize("value", [0, 1, 2])
def test_missing_classes_are_empty_segments(scene: Any, tmp_path: Path, value: int) -> None:
    labels = np.zeros((5, 8), np.uint8)
    labels[2, 3] = value
    node = load(scene, tmp_path, labels, None)
    names = [node.GetSegmentation().GetNthSegment(nth).GetName() for nth in range(2)]
    assert names == ["BV", "MAT"]
    array, volume = export(scene, node)
    assert np.array_equal(array, labels[None])
    assert volume.GetSpacing() == (1.0, 1.0, 1.0)


def test_what_slicer_saves_again_is_the_same(scene: Any, tmp_path: Path) -> None:
    node = load(scene, tmp_path, some_labels())
    storage = scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetFileName(str(tmp_path / "again.seg.nrrd"))
    assert storage.WriteData(node)
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "again")
    assert storage.ReadData(node)
    array, _ = export(scene, node)
    assert np.array_equal(array, some_labels()[None])
