"""From the scene into a data set, and all the way round, bit for bit."""

from pathlib import Path

import numpy as np
import pydicom
import pytest

from dsanet.cases import read_case
from dsanet.cases.burned_in import CLEAN
from dsanet.cases.exporting import ExportTerms
from dsanet.cases.journal import replay, unfinished
from dsanet.cases.labels_file import read_labels
from dsanet.cases.sets import import_cases, pack_cases
from dsanet.cli import main
from dsanet.errors import CaseError, WriteError
from dsanet.io import RunFacts
from dsanet.prepare import prepare
from dsatrain.augment import CropSettings
from dsatrain.data.crops import CaseCrops, training_cases
from dsatrain.phantom.dicom_file import write_xa_dicom

from .conftest import COLUMNS, ROWS, make_prediction, make_run, some_labels

slicer = pytest.importorskip("slicer")

from DSASegmentationLib.errors import SceneError  # noqa: E402
from DSASegmentationLib.exporting import (  # noqa: E402
    exportCase,
    exportDicom,
    needsBurnedInAnswer,
    rememberBurnedIn,
)
from DSASegmentationLib.journaling import observeEdits  # noqa: E402
from DSASegmentationLib.nodes import setFact  # noqa: E402
from DSASegmentationLib.prepared import NO_CHOICES, addPrepared  # noqa: E402
from DSASegmentationLib.runs import addRun, minipOf, runs  # noqa: E402
from DSASegmentationLib.segments import (  # noqa: E402
    addPrediction,
    labelsOf,
    segmentationOf,
    setStatus,
)
from DSASegmentationLib.storage import openScene, saveScene  # noqa: E402

from .editing import box, paint  # noqa: E402

FACTS = RunFacts(
    viewing_mode="SUB",
    times_stated=True,
    burned_in="NO",
    uids={"StudyInstanceUID": "1.2.3", "SeriesInstanceUID": "1.2.4", "SOPInstanceUID": "1.2.5"},
)


def shown(host, **facts):
    run = make_run(facts=RunFacts(**{**vars(FACTS), **facts}))
    prepared = prepare(run)
    browser = addRun(host.scene, run)
    addPrepared(browser, prepared, NO_CHOICES)
    return browser, addPrediction(browser, make_prediction(run, prepared=prepared))


def correct(host, browser, segmentation):
    paint(
        host.scene, segmentation, minipOf(browser), "MAT", box((ROWS, COLUMNS), slice(3), slice(9))
    )
    setStatus(segmentation, "accepted")


def test_scene_case_zip_training_and_command_line_have_the_very_same_labels(
    host, open_host, tmp_path, capsys
):
    home = ExportTerms(home=tmp_path / "home")
    browser, segmentation = shown(host)
    correct(host, browser, segmentation)
    wanted = labelsOf(segmentation, browser)
    saveScene(host.scene, tmp_path / "scene.mrb")
    host = open_host()
    openScene(host.scene, tmp_path / "scene.mrb")
    (browser,) = runs(host.scene)
    segmentation = segmentationOf(browser)
    folder = exportCase(browser, segmentation, tmp_path / "set", reader="rb", terms=home)
    pack_cases(tmp_path / "set", tmp_path / "set.zip")
    import_cases(tmp_path / "set.zip", tmp_path / "other")
    copy = read_case(tmp_path / "other" / folder.name)
    chosen, left_out = training_cases(tmp_path / "other")
    drawn = CaseCrops(chosen, 0, CropSettings(32, 4)).load(0)
    assert left_out == []
    for found in (read_case(folder).labels, copy.labels, drawn.labels):
        assert np.array_equal(found, wanted)
    frames = read_case(folder).frames
    assert np.array_equal(copy.frames, frames)
    assert np.array_equal(drawn.prepared.frames, frames)
    labels = tmp_path / "other" / folder.name / "labels.nrrd"
    for kind, name in (("nrrd", "a.seg.nrrd"), ("nifti", "a.nii.gz"), ("png", "a.png")):
        command = ["export", kind, str(frames_file(tmp_path)), str(labels)]
        assert main([*command, "--output", str(tmp_path / name)]) == 0
        labels = tmp_path / name
        assert np.array_equal(read_labels(labels, wanted.shape).labels, wanted)
    capsys.readouterr()


def frames_file(folder: Path) -> Path:
    """The same run as a file of the command line."""
    write_xa_dicom(make_run(), folder / "run.dcm")
    return folder / "run.dcm"


def test_a_case_from_the_scene_says_what_was_changed_and_takes_the_journal_along(host, tmp_path):
    home = tmp_path / "home"
    browser, segmentation = shown(host)
    journal = observeEdits(browser, segmentation, "rb", home)
    correct(host, browser, segmentation)
    terms = ExportTerms(home=home)
    folder = exportCase(
        browser, segmentation, tmp_path / "set", reader="rb", terms=terms, journal=journal
    )
    facts = read_case(folder).facts
    assert facts.changed_pixels == np.count_nonzero(
        labelsOf(segmentation, browser) != some_labels()
    )
    assert (facts.reader, facts.status, facts.proposal) == ("rb", "accepted", {"model": "dsanet"})
    assert np.array_equal(replay(folder), read_case(folder).labels)
    journal.close()
    assert unfinished(home) == []


def test_a_full_disk_right_after_the_case_only_offers_the_edits_again(host, tmp_path, monkeypatch):
    home = tmp_path / "home"
    browser, segmentation = shown(host)
    journal = observeEdits(browser, segmentation, "rb", home)
    correct(host, browser, segmentation)
    journal.flush()

    def full(*_given, **_named):
        msg = "no space left"
        raise WriteError(msg)

    terms = ExportTerms(home=home)
    with monkeypatch.context() as patch:
        patch.setattr("DSASegmentationLib.journaling.append", full)
        folder = exportCase(
            browser, segmentation, tmp_path / "set", reader="rb", terms=terms, journal=journal
        )
    assert np.array_equal(read_case(folder).labels, labelsOf(segmentation, browser))
    journal.close()
    assert len(unfinished(home)) == 1


def test_a_prediction_that_nobody_changed_is_not_trained_on(host, tmp_path):
    browser, segmentation = shown(host)
    setStatus(segmentation, "accepted")
    terms = ExportTerms(home=tmp_path / "home")
    exportCase(browser, segmentation, tmp_path / "set", reader="rb", terms=terms)
    chosen, left_out = training_cases(tmp_path / "set")
    assert chosen == []
    assert "a model's prediction that nobody changed" in left_out[0][1]
    setFact(segmentation, "Proposal", None)
    exportCase(browser, segmentation, tmp_path / "set", reader="rb", terms=terms)
    assert len(training_cases(tmp_path / "set")[0]) == 1


def test_the_question_about_text_is_asked_once_a_series(host, tmp_path):
    home = tmp_path / "home"
    browser, segmentation = shown(host, burned_in=None)
    terms = ExportTerms(home=home)
    assert needsBurnedInAnswer(browser, home)
    for export in (
        lambda: exportCase(browser, segmentation, tmp_path / "set", reader="rb", terms=terms),
        lambda: exportDicom(browser, segmentation, tmp_path / "out", terms=terms),
    ):
        with pytest.raises(CaseError, match="look for text"):
            export()
    assert [path.name for path in tmp_path.iterdir()] in ([], ["home"])
    rememberBurnedIn(browser, CLEAN, home)
    assert not needsBurnedInAnswer(browser, home)
    assert exportCase(browser, segmentation, tmp_path / "set", reader="rb", terms=terms).is_dir()


def test_dicom_from_the_scene_holds_the_labels(host, tmp_path):
    pytest.importorskip("highdicom")
    browser, segmentation = shown(host)
    terms = ExportTerms(home=tmp_path / "home")
    anonymous = exportDicom(browser, segmentation, tmp_path / "out", terms=terms)
    seg = pydicom.dcmread(anonymous[1])
    bv, mat = seg.pixel_array
    assert np.array_equal(bv, some_labels() == 1)
    assert np.array_equal(mat, some_labels() == 2)
    assert seg.SegmentSequence[0].SegmentAlgorithmType == "AUTOMATIC"
    files = [frames_file(tmp_path)]
    minip = pydicom.dcmread(exportDicom(browser, segmentation, tmp_path / "pacs", files)[0])
    assert minip.PatientID == "PHANTOM"


@pytest.mark.parametrize("overlap", [False, True])
def test_what_slicer_saves_is_read_as_it_was_shown(host, tmp_path, overlap):
    """Slicer keeps only the part around the segments, and segments that overlap in layers."""
    browser, segmentation = shown(host)
    whole = box((ROWS, COLUMNS), slice(None), slice(None))
    for name in ("BV", "MAT"):
        paint(host.scene, segmentation, minipOf(browser), name, whole, erase=True)
    for name, place in (("BV", slice(9, 15)), ("MAT", slice(12, 30))):
        mask = box((ROWS, COLUMNS), place, slice(20, 31))
        paint(host.scene, segmentation, minipOf(browser), name, mask, overlap=overlap)
    segmentation.GetSegmentation().GetNthSegment(0).SetName("renamed")
    storage = host.scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetCropToMinimumExtent(True)
    storage.SetFileName(str(tmp_path / "a.seg.nrrd"))
    assert storage.WriteData(segmentation)
    found = read_labels(tmp_path / "a.seg.nrrd", (ROWS, COLUMNS)).labels
    assert np.array_equal(found, labelsOf(segmentation, browser))
    assert (found[9:12, 20:31] == 1).all()
    assert np.count_nonzero(found) == 21 * 11


def test_names_of_nodes_and_runs_go_nowhere(host, tmp_path):
    pytest.importorskip("highdicom")
    browser, segmentation = shown(host)
    terms = ExportTerms(home=tmp_path / "home")
    for node in (browser, segmentation, minipOf(browser)):
        node.SetName("Doe^Jane 1970")
        node.SetDescription("Doe^Jane 1970")
    for nth in range(2):
        segmentation.GetSegmentation().GetNthSegment(nth).SetName("Doe^Jane 1970")
    journal = observeEdits(browser, segmentation, "rb", tmp_path / "home")
    correct(host, browser, segmentation)
    journal.flush("Doe^Jane 1970")
    exportCase(browser, segmentation, tmp_path / "set", reader="rb", terms=terms, journal=journal)
    exportDicom(browser, segmentation, tmp_path / "out", terms=terms)
    journal.close()
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 8
    assert not [path for path in written if b"Doe" in path.read_bytes() or "Doe" in path.name]


def test_a_run_that_was_not_prepared_is_told(host, tmp_path):
    run = make_run(facts=FACTS)
    browser = addRun(host.scene, run)
    segmentation = addPrediction(browser, make_prediction(run))
    with pytest.raises(SceneError, match="is not prepared"):
        exportCase(browser, segmentation, tmp_path / "set", reader="rb")
    assert not (tmp_path / "set").exists()
