"""The files of a case as 3D Slicer's own classes load them."""

import numpy as np
import pytest

from dsanet.cases import write_case
from dsanet.io import Spacing

slicer = pytest.importorskip("slicer")
vtk_to_numpy = pytest.importorskip("vtk.util.numpy_support").vtk_to_numpy


def load(path):
    scene = slicer.vtkMRMLScene()
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    storage = scene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
    storage.SetFileName(str(path))
    assert storage.ReadData(node)
    image = node.GetImageData()
    array = vtk_to_numpy(image.GetPointData().GetScalars())
    return array.reshape(image.GetDimensions()[::-1]).copy(), node.GetSpacing()


def test_frames_and_labels_have_their_rows_and_columns(make_case_of, make_facts, tmp_path):
    spacing = Spacing(0.3, 0.2, "detector", "ImagerPixelSpacing")
    case = make_case_of(facts=make_facts(spacing=spacing))
    write_case(tmp_path / "a", case)
    frames, distances = load(tmp_path / "a" / "frames.nrrd")
    assert np.array_equal(frames, case.frames)
    assert distances == pytest.approx((0.2, 0.3, 1.0))
    labels, _ = load(tmp_path / "a" / "labels.nrrd")
    assert np.array_equal(labels, case.labels[None])
