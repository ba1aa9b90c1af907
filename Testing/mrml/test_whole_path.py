"""One run all the way: file, model, every tool, a kill, recovery, case, DICOM, files, zip (R5)."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from dsanet.cases import read_case
from dsanet.cases.exporting import ExportTerms
from dsanet.cases.journal import labels_hash, replay, scan, unfinished
from dsanet.cases.labels_file import read_labels
from dsanet.cases.sets import import_cases, pack_cases
from dsanet.cli import main as command_line
from dsatrain.phantom import make_phantom, sample_settings
from dsatrain.phantom.dicom_file import write_xa_dicom

pytest.importorskip("slicer")

from DSASegmentationLib.correcting.accepting import accept
from DSASegmentationLib.correcting.recovering import recoverable
from DSASegmentationLib.exporting import exportCase, exportDicom
from DSASegmentationLib.journaling import restoreEdits
from DSASegmentationLib.segments import setNote

from .editing import box
from .killing import told_until_killed
from .reader_at_work import segmented

PHANTOM = (40, (224, 192), 6)
"""Seed, rows and columns, frames."""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGKILL")


@pytest.fixture(scope="module")
def run_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "run.dcm"
    write_xa_dicom(make_phantom(sample_settings(*PHANTOM)).run, path)
    return path


def test_from_the_file_over_a_kill_to_another_data_set_bit_for_bit(
    run_file: Path, host: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("openvino")
    home = tmp_path / "home"
    told = told_until_killed("Testing.mrml.reader_at_work", str(run_file), str(home))
    assert [cause for cause, _ in told] == [
        *("start", "DSA Vessel Trace", "DSA Reassign", "DSA Smart Erase", "Paint", "Erase"),
        *("edit", "more"),
    ]

    # Slicer is started again; the run is loaded and segmented again.
    editor = segmented(host, run_file)
    assert labels_hash(editor.labels) == told[0][1]
    offer = recoverable(editor.browser, editor.segmentation, home)
    assert offer is not None
    assert (offer.edits, offer.editor, offer.problem) == (6, "ab", "")
    journal = restoreEdits(offer, editor.browser, editor.segmentation, "ab")
    assert labels_hash(editor.labels) == told[-2][1]  # all but the stroke in progress

    # What was left is done, and taken back, and done.
    assert not editor.logic.CanUndo()  # nothing of the session that died
    mask = box(editor.labels.shape, slice(9, 12), slice(0, 30))
    editor.stroke("MAT", mask)
    journal.flush("Paint")
    assert labels_hash(editor.labels) == told[-1][1]
    editor.logic.Undo()
    journal.flush()
    assert labels_hash(editor.labels) == told[-2][1]
    editor.stroke("MAT", mask)
    journal.flush("Paint")
    setNote(editor.segmentation, "Is the uppermost branch a vein?")
    accept(editor.browser)
    wanted = editor.labels
    editor.close()

    terms = ExportTerms(home=home, burned_in_checked=True)
    made = (editor.browser, editor.segmentation)
    folder = exportCase(*made, tmp_path / "set", reader="ab", terms=terms, journal=journal)
    journal.close()
    assert unfinished(home) == []
    check_case(folder, wanted, told)
    pack_cases(tmp_path / "set", tmp_path / "set.zip")
    import_cases(tmp_path / "set.zip", tmp_path / "other")
    copy = tmp_path / "other" / folder.name
    for name in ("frames.nrrd", "field.nrrd", "labels.nrrd", "case.json"):
        assert (copy / name).read_bytes() == (folder / name).read_bytes()
    assert np.array_equal(read_case(copy).labels, wanted)
    check_files(run_file, copy / "labels.nrrd", wanted, tmp_path)
    for files in ((), (run_file,)):
        check_dicom(exportDicom(*made, tmp_path / f"dicom{len(files)}", files, terms=terms), wanted)
    capsys.readouterr()


def check_case(folder: Path, wanted: Any, told: list[tuple[str, str]]) -> None:
    """The case has the labels, and in its journal each step that was told of."""
    case = read_case(folder)
    assert np.array_equal(case.labels, wanted)
    assert case.frames.shape == (PHANTOM[2], *PHANTOM[1])
    facts = case.facts
    assert (facts.status, facts.reader) == ("accepted", "ab")
    assert facts.note == "Is the uppermost branch a vein?"
    assert facts.changed_pixels == np.count_nonzero(replay(folder, 0) != wanted) > 0
    entries = scan(folder / "journal.jsonl").entries
    steps = [(entry.cause, entry.labels_sha256) for entry in entries]
    assert steps[: len(told) - 1] == told[:-1]
    assert [cause for cause, _ in steps[len(told) - 1 :]] == ["Paint", "edit", "Paint"]
    assert np.array_equal(replay(folder), wanted)


def check_files(run: Path, labels: Path, wanted: Any, folder: Path) -> None:
    """Files of the command line, one made of the other, have the very same labels."""
    for kind, name in (("nrrd", "a.seg.nrrd"), ("nifti", "a.nii.gz"), ("png", "a.png")):
        command = ["export", kind, str(run), str(labels), "--output", str(folder / name)]
        assert command_line(command) == 0
        labels = folder / name
        assert np.array_equal(read_labels(labels, wanted.shape).labels, wanted)


def check_dicom(files: list[Path], wanted: Any) -> None:
    """The segments of a DICOM Segmentation, by their names, are the labels."""
    pytest.importorskip("highdicom")
    (found,) = (file for file in map(pydicom.dcmread, files) if "SegmentSequence" in file)
    masks = found.pixel_array.reshape(-1, *wanted.shape)
    names = [segment.SegmentLabel for segment in found.SegmentSequence]
    assert sorted(names) == ["BV", "MAT"]
    for name, mask in zip(names, masks, strict=True):
        assert np.array_equal(mask, wanted == {"BV": 1, "MAT": 2}[name])
