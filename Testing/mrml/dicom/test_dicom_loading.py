"""What the DICOM plugin puts into the scene, and that a failure leaves it as it was."""

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from dsanet.cli import main
from dsanet.io import Limits, survey

slicer = pytest.importorskip("slicer")
vtk = pytest.importorskip("vtk")

from DSASegmentationLib import runs  # noqa: E402
from DSASegmentationLib.dicomplugin.load import INSTANCES, placeBeside  # noqa: E402
from DSASegmentationLib.loading import partnerOf  # noqa: E402
from DSASegmentationLib.visibility import activeRun, volumeShown  # noqa: E402

from .conftest import PIXELS, offers, write_frames  # noqa: E402
from .doubles import Database, importPlugin, load, loadables, openApplication  # noqa: E402


def elements(matrix: Any) -> list[list[float]]:
    return [[matrix.GetElement(row, column) for column in range(4)] for row in range(4)]


def children(scene: Any) -> list[tuple[str, str]]:
    """Every item of the subject hierarchy with its parent's name."""
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    found = vtk.vtkIdList()
    tree.GetItemChildren(tree.GetSceneItemID(), found, True)
    items = [found.GetId(nth) for nth in range(found.GetNumberOfIds())]
    return [(tree.GetItemName(item), tree.GetItemName(tree.GetItemParent(item))) for item in items]


def test_a_loaded_run_is_shown_and_lies_below_its_study(application: Any, write: Any) -> None:
    path = write("a.dcm")
    app = application()
    (offer,) = offers(app)
    new = load(app.plugin, [offer])
    (browser,) = runs.runs(app.scene)
    assert browser.GetID() in new
    assert not app.errors
    run = runs.runOf(browser)
    assert np.array_equal(run.pixels, PIXELS)
    assert run.times.tolist() == [0, 0.25, 0.5, 0.75, 1.0]
    assert activeRun(app.scene) is browser
    assert app.toolbar == app.shown == [browser]
    shown = volumeShown(browser)
    assert shown.GetAttribute(INSTANCES) == pydicom.dcmread(path).SOPInstanceUID
    assert (shown.GetName(), "study") in children(app.scene)
    assert runs.minipOf(browser).GetAttribute(INSTANCES) is None


def test_runs_of_one_series_lie_below_one_study(application: Any, write: Any) -> None:
    for number in (1, 2):
        write(f"{number}.dcm", InstanceNumber=number)
    app = application()
    load(app.plugin, offers(app))
    names = [volumeShown(browser).GetName() for browser in runs.runs(app.scene)]
    found = children(app.scene)
    assert [name for name, parent in found if parent == "study"] == names
    assert len(found) == 4  # with one patient and one study


def test_what_is_made_from_a_run_goes_beside_it(application: Any, write: Any) -> None:
    write("a.dcm")
    app = application()
    load(app.plugin, offers(app))
    (browser,) = runs.runs(app.scene)
    node = app.scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "made")
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(app.scene)
    tree.CreateItem(tree.GetSceneItemID(), node)
    placeBeside(browser, node)
    assert ("made", "study") in children(app.scene)


def test_each_frame_of_a_series_knows_its_instance(application: Any, write: Any) -> None:
    write_frames(write)
    app = application()
    load(app.plugin, offers(app))
    (browser,) = runs.runs(app.scene)
    assert np.array_equal(runs.runOf(browser).pixels, PIXELS[::-1])
    shown = []
    for nth in range(len(PIXELS)):
        browser.SetSelectedItemNumber(nth)
        shown.append(volumeShown(browser).GetAttribute(INSTANCES))
    files = [pydicom.dcmread(f).SOPInstanceUID for f in sorted(app.database.files, reverse=True)]
    assert shown == files


def test_a_run_is_in_the_scene_once(application: Any, write: Any) -> None:
    write("a.dcm")
    app = application()
    load(app.plugin, offers(app))
    before = app.scene.GetNumberOfNodes(), children(app.scene)
    load(app.plugin, offers(app))
    assert (app.scene.GetNumberOfNodes(), children(app.scene)) == before
    assert len(app.shown) == 2


def test_the_planes_of_a_biplane_run_are_linked(application: Any, write: Any) -> None:
    for plane, shift in (("A", 0), ("B", 1)):
        kind = ["ORIGINAL", "PRIMARY", f"BIPLANE {plane}"]
        write(f"{plane}.dcm", PIXELS + np.uint16(shift), ImageType=kind)
    app = application()
    load(app.plugin, offers(app))
    first, second = runs.runs(app.scene)
    assert partnerOf(first) is second
    assert partnerOf(second) is first


def test_a_run_that_cannot_be_read_gives_one_message_and_leaves_the_scene(
    application: Any, write: Any
) -> None:
    path = write("a.dcm")
    app = application()
    (offer,) = offers(app)
    path.write_bytes(path.read_bytes()[:-100])
    before = app.scene.GetNumberOfNodes(), children(app.scene)
    assert load(app.plugin, [offer]) == ["Could not load: 3: XA Carotid L [1] as a DSA run"]
    assert (app.scene.GetNumberOfNodes(), children(app.scene)) == before
    (message,) = app.errors
    assert message.startswith("Cannot read a.dcm: ")


def test_a_failure_half_way_leaves_the_scene(
    application: Any, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("a.dcm")
    app = application()
    (offer,) = offers(app)
    place = app.plugin.addSeriesInSubjectHierarchy

    def fail(loadable: Any, node: Any) -> None:
        place(loadable, node)
        raise RuntimeError

    monkeypatch.setattr(app.plugin, "addSeriesInSubjectHierarchy", fail)
    before = app.scene.GetNumberOfNodes(), children(app.scene)
    with pytest.raises(RuntimeError):
        app.plugin.load(offer)
    assert (app.scene.GetNumberOfNodes(), children(app.scene)) == before


def test_without_a_window_no_toolbar_is_asked_for(application: Any, write: Any) -> None:
    write("a.dcm")
    app = application()
    app.window = None
    load(app.plugin, offers(app))
    assert not app.toolbar
    assert len(runs.runs(app.scene)) == 1


def test_a_file_that_is_gone_is_told(application: Any, write: Any) -> None:
    path = write("a.dcm")
    app = application()
    (offer,) = offers(app)
    path.unlink()
    load(app.plugin, [offer])
    assert app.errors == [
        "Cannot read a.dcm: No such file or directory; check the file and copy or export it again."
    ]
    assert not runs.runs(app.scene)


@pytest.mark.parametrize("spacing", [["0.4", "0.2"], None])
def test_the_run_lies_as_the_segmentation_of_the_command_line(
    application: Any, write: Any, tmp_path: Path, spacing: Any
) -> None:
    magnified = {"EstimatedRadiographicMagnificationFactor": "1.25" if spacing else None}
    path = write("a.dcm", ImagerPixelSpacing=spacing, **magnified)
    app = application()
    load(app.plugin, offers(app))
    output = tmp_path / "out"
    words = ["segment", path, "--output", output, "--quiet"]
    assert main([str(word) for word in words]) == 0
    node = app.scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    storage = app.scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetFileName(str(output / "a.seg.nrrd"))
    assert storage.ReadData(node)
    written, shown = vtk.vtkMatrix4x4(), vtk.vtkMatrix4x4()
    image = node.GetSegmentation().GetSegment("MAT").GetRepresentation("Binary labelmap")
    image.GetImageToWorldMatrix(written)
    (browser,) = runs.runs(app.scene)
    volumeShown(browser).GetIJKToRASMatrix(shown)
    assert elements(shown) == elements(written)
    expected = (0.2 / 1.25, 0.4 / 1.25, 1.0) if spacing else (1.0, 1.0, 1.0)
    assert volumeShown(browser).GetSpacing() == pytest.approx(expected)
    assert image.GetDimensions() == volumeShown(browser).GetImageData().GetDimensions()


def test_real_files_are_offered_and_loaded(
    host: Any, real_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = real_data / "dicom"
    files = [file for _, source in survey(folder, Limits()).runs for file in source.files]
    database = Database(files)
    seen = openApplication(monkeypatch, host, database)
    plugin = importPlugin().DICOMDSAPluginClass()
    found = loadables(plugin, database.series())
    ours = {tuple(Path(file) for file in offer.files) for offer in found}
    assert ours == {source.files for _, source in survey(folder, Limits()).runs}
    cine = next(offer for offer in found if offer.files[0].endswith("0002.DCM"))
    assert (cine.confidence, cine.tooltip) == (0.75, "96 frames of 512 x 512 pixels as a DSA run")
    assert plugin.load(cine)
    assert not seen.errors
