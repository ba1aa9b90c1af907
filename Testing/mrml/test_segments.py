"""Predictions become segments and come back as labels, whatever was done to them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dsanet.cases import STATUSES
from dsanet.export import NOTICE, segmentation_nrrd, terminology
from dsanet.io import Spacing
from dsanet.labels import CLASSES
from dsanet.prepare import prepare

from .conftest import COLUMNS, ROWS, SPACING, make_prediction, make_run, some_labels

slicer = pytest.importorskip("slicer")
vtk = pytest.importorskip("vtk")

from DSASegmentationLib import nodes, runs, segments  # noqa: E402
from DSASegmentationLib.errors import SceneError  # noqa: E402
from DSASegmentationLib.prepared import addPrepared  # noqa: E402

from .editing import box, paint  # noqa: E402

SHAPE = (ROWS, COLUMNS)
GEOMETRY = "Reference image geometry"


def segmented(host: Any, labels: np.ndarray | None = None, **changes: Any) -> tuple[Any, Any]:
    run = make_run(**changes)
    browser = runs.addRun(host.scene, run)
    prepared = prepare(run)
    addPrepared(browser, prepared)
    return browser, segments.addPrediction(browser, make_prediction(run, labels, prepared))


def world(image: Any) -> np.ndarray:
    matrix = vtk.vtkMatrix4x4()
    image.GetImageToWorldMatrix(matrix)
    return elements(matrix)


def elements(matrix: Any) -> np.ndarray:
    return np.array([[matrix.GetElement(row, col) for col in range(4)] for row in range(4)])


def numbers(geometry: str) -> list[float]:
    return [float(part) for part in geometry.strip(";").split(";")]


def test_segments_have_names_colors_values_and_terminology(host: Any) -> None:
    _, node = segmented(host)
    segmentation = node.GetSegmentation()
    assert list(segmentation.GetSegmentIDs()) == [entry.name for entry in CLASSES]
    assert segmentation.GetNumberOfLayers() == 1
    assert segmentation.GetSourceRepresentationName() == segments.BINARY
    for nth, entry in enumerate(CLASSES):
        segment = segmentation.GetNthSegment(nth)
        assert (segment.GetName(), segment.GetLabelValue()) == (entry.name, entry.value)
        assert [round(255 * channel) for channel in segment.GetColor()] == list(entry.color)
        assert segment.GetTerminology() == terminology(entry)
    assert segments.statusOf(node) == "not started"


@pytest.mark.parametrize(
    "labels",
    [
        some_labels(),
        np.zeros(SHAPE, np.uint8),
        np.full(SHAPE, 2, np.uint8),
        np.ones(SHAPE, np.uint8),
        np.random.default_rng(0).integers(0, 3, SHAPE).astype(np.uint8),
    ],
    ids=["drawn", "none", "all MAT", "all BV", "noise"],
)
def test_labels_come_back_exactly(host: Any, labels: np.ndarray) -> None:
    browser, node = segmented(host, labels)
    found = segments.labelsOf(node, browser)
    assert found.dtype == np.uint8
    assert np.array_equal(found, labels)


@pytest.mark.parametrize("spacing", [SPACING, None])
def test_segments_lie_as_in_the_file_of_the_command_line(
    host: Any, tmp_path: Path, spacing: Spacing | None
) -> None:
    browser, node = segmented(host, spacing=spacing)
    path = tmp_path / "run.seg.nrrd"
    path.write_bytes(segmentation_nrrd(some_labels(), spacing, {}))
    written = host.scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    storage = host.scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetFileName(str(path))
    assert storage.ReadData(written)
    ours, theirs = node.GetSegmentation(), written.GetSegmentation()
    assert numbers(ours.GetConversionParameter(GEOMETRY)) == numbers(
        theirs.GetConversionParameter(GEOMETRY)
    )
    images = [each.GetSegment("MAT").GetRepresentation(segments.BINARY) for each in (ours, theirs)]
    assert np.array_equal(world(images[0]), world(images[1]))
    assert np.array_equal(nodes.arrayOf(images[0]), nodes.arrayOf(images[1]))
    assert np.array_equal(segments.labelsOf(written, browser), some_labels())
    matrix = vtk.vtkMatrix4x4()
    runs.minipOf(browser).GetIJKToRASMatrix(matrix)
    assert np.array_equal(elements(matrix), world(images[0]))


def test_the_reference_geometry_is_the_minip(host: Any) -> None:
    browser, node = segmented(host)
    role = slicer.vtkMRMLSegmentationNode.GetReferenceImageGeometryReferenceRole()
    assert node.GetNodeReference(role) is runs.minipOf(browser)


def test_a_removed_minip_is_made_again(host: Any) -> None:
    run = make_run()
    browser = runs.addRun(host.scene, run)
    nodes.removeNode(host.scene, runs.minipOf(browser))
    prediction = make_prediction(run)
    segments.addPrediction(browser, prediction)
    assert np.array_equal(nodes.imageOf(runs.minipOf(browser)), prediction.prepared.minip)


def test_provenance_warnings_and_notice_are_kept(host: Any) -> None:
    run = make_run()
    browser = runs.addRun(host.scene, run)
    prediction = make_prediction(run, np.zeros(SHAPE, np.uint8))
    node = segments.addPrediction(browser, prediction)
    assert segments.provenanceOf(node) == prediction.provenance
    assert segments.warningsOf(node) == prediction.warnings
    assert nodes.factOf(node, "NoMAT") is True
    assert nodes.factOf(node, "Notice") == NOTICE
    assert nodes.showsMillimetres(node)


def test_painting_takes_pixels_from_the_other_class(host: Any) -> None:
    browser, node = segmented(host)
    mask = box(SHAPE, slice(0, 2), slice(0, 10))
    paint(host.scene, node, runs.minipOf(browser), "MAT", mask)
    expected = some_labels()
    expected[mask] = 2
    assert np.array_equal(segments.labelsOf(node, browser), expected)
    paint(host.scene, node, runs.minipOf(browser), "MAT", mask, erase=True)
    expected[mask] = 0
    assert np.array_equal(segments.labelsOf(node, browser), expected)


def test_where_segments_cross_mat_wins(host: Any) -> None:
    browser, node = segmented(host)
    mask = box(SHAPE, slice(15, 30), slice(10, 30))
    paint(host.scene, node, runs.minipOf(browser), "BV", mask, overlap=True)
    assert node.GetSegmentation().GetNumberOfLayers() == 2
    expected = some_labels()
    expected[mask & (expected == 0)] = 1
    assert np.array_equal(segments.labelsOf(node, browser), expected)


def test_renamed_segments_keep_their_class_and_removed_ones_are_empty(host: Any) -> None:
    browser, node = segmented(host)
    node.GetSegmentation().GetSegment("MAT").SetName("carotid")
    assert np.array_equal(segments.labelsOf(node, browser), some_labels())
    node.GetSegmentation().AddEmptySegment("mine", "mine")
    node.RemoveSegment("MAT")
    expected = np.where(some_labels() == 1, 1, 0)
    assert np.array_equal(segments.labelsOf(node, browser), expected)


def test_segments_without_any_pixel_are_empty(host: Any) -> None:
    browser, node = segmented(host)
    node.RemoveSegment("BV")
    node.GetSegmentation().AddEmptySegment("BV", "BV")
    whole = np.ones(SHAPE, bool)
    paint(host.scene, node, runs.minipOf(browser), "MAT", whole, erase=True)
    assert not segments.labelsOf(node, browser).any()


def test_segments_of_a_part_of_the_picture_keep_their_place(host: Any) -> None:
    browser, node = segmented(host, np.zeros(SHAPE, np.uint8))
    image = nodes.orientedImage(np.ones((3, 4), np.uint8), SPACING)
    image.SetExtent(10, 13, 5, 7, 0, 0)
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    assert logic.SetBinaryLabelmapToSegment(image, node, "BV")
    assert np.array_equal(
        segments.labelsOf(node, browser) == 1, box(SHAPE, slice(5, 8), slice(10, 14))
    )


def test_what_nobody_touched_is_replaced_in_place(host: Any) -> None:
    run = make_run()
    browser = runs.addRun(host.scene, run)
    first = segments.addPrediction(browser, make_prediction(run))
    count = host.scene.GetNumberOfNodes()
    labels = some_labels()[:, ::-1].copy()
    assert segments.addPrediction(browser, make_prediction(run, labels)) is first
    assert host.scene.GetNumberOfNodes() == count
    assert np.array_equal(segments.labelsOf(first, browser), labels)
    assert not segments.isTouched(first)


@pytest.mark.parametrize("status", STATUSES[1:])
def test_segments_past_not_started_are_never_overwritten(host: Any, status: str) -> None:
    run = make_run()
    browser = runs.addRun(host.scene, run)
    first = segments.addPrediction(browser, make_prediction(run))
    segments.setStatus(first, status)
    assert segments.statusOf(first) == status
    empty = np.zeros(SHAPE, np.uint8)
    second = segments.addPrediction(browser, make_prediction(run, empty))
    assert second is not first
    assert np.array_equal(segments.labelsOf(first, browser), some_labels())
    assert segments.statusOf(first) == status
    assert not segments.labelsOf(second, browser).any()
    assert runs.segmentationsOf(browser) == [first, second]
    assert segments.segmentationOf(browser) is second
    assert segments.addPrediction(browser, make_prediction(run)) is second


def edit_quietly(node: Any) -> None:
    """Change pixels the way a script does, which sets no status."""
    image = node.GetSegmentation().GetSegment("BV").GetRepresentation(segments.BINARY)
    nodes.arrayOf(image)[0, 30, 2] = 1


TOUCHES = {
    "edited by a script": edit_quietly,
    "one segment's status": lambda node: slicer.vtkSlicerSegmentationsModuleLogic.SetSegmentStatus(
        node.GetSegmentation().GetSegment("MAT"), 1
    ),
    "removed": lambda node: node.RemoveSegment("BV"),
    "added": lambda node: node.GetSegmentation().AddEmptySegment("mine", "mine"),
}


@pytest.mark.parametrize("touch", TOUCHES.values(), ids=TOUCHES)
def test_every_touch_keeps_a_segmentation(host: Any, touch: Any) -> None:
    run = make_run()
    browser = runs.addRun(host.scene, run)
    first = segments.addPrediction(browser, make_prediction(run))
    assert not segments.isTouched(first)
    touch(first)
    kept = segments.labelsOf(first, browser)
    assert segments.isTouched(first)
    assert segments.addPrediction(browser, make_prediction(run)) is not first
    assert np.array_equal(segments.labelsOf(first, browser), kept)


def test_painting_keeps_a_segmentation(host: Any) -> None:
    browser, node = segmented(host)
    mask = box(SHAPE, slice(30, 32), slice(0, 5))
    paint(host.scene, node, runs.minipOf(browser), "BV", mask)
    assert segments.statusOf(node) == "in progress"
    assert segments.addPrediction(browser, make_prediction(make_run())) is not node


def test_the_prediction_of_another_run_is_refused(host: Any) -> None:
    browser = runs.addRun(host.scene, make_run())
    other = make_run(pixels=make_run().pixels + np.uint16(1))
    count = host.scene.GetNumberOfNodes()
    with pytest.raises(SceneError, match="other pixels than those of Run 1"):
        segments.addPrediction(browser, make_prediction(other))
    small = make_run(pixels=make_run().pixels[:, :30].copy())
    with pytest.raises(SceneError, match=r"\(30, 56\)"):
        segments.addPrediction(browser, make_prediction(small))
    assert host.scene.GetNumberOfNodes() == count
