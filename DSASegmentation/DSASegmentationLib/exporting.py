"""From the scene into a data set or an archive: cases, and DICOM."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from dsanet import atomic
from dsanet.cases.burned_in import check_burned_in, needs_burned_in_answer, remember_burned_in
from dsanet.cases.case import patient_key
from dsanet.cases.exporting import Correction, ExportTerms, export_case
from dsanet.cases.patients import identity, user_secret
from dsanet.errors import WriteError
from dsanet.export.dicom_files import dicom_files
from dsanet.export.dicom_source import anonymous_source, identified_source
from dsanet.io.kinds import Kind
from dsanet.io.sources import RunSource
from dsanet.prepare import PreparedRun
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.journaling import EditJournal
from DSASegmentationLib.prepared import preparedOf
from DSASegmentationLib.runs import runOf
from DSASegmentationLib.segments import (
    labelsOf,
    noteOf,
    proposedLabelsOf,
    provenanceOf,
    statusOf,
)


def exportCase(
    browser: Any,
    segmentation: Any,
    dataset: Path,
    *,
    reader: str,
    note: str | None = None,
    terms: ExportTerms | None = None,
    journal: EditJournal | None = None,
) -> Path:
    """Export a run and its segments as a case; see `dsanet.cases.exporting.export_case`.

    Args:
        browser: The run's browser node; the run is prepared.
        segmentation: The vtkMRMLSegmentationNode; its status becomes the case's.
        dataset: The data set's folder.
        reader: Alias of who corrected the segments.
        note: What another reader should look at, one sentence without a name; what was noted in
            the scene if None.
        terms: On what terms; the defaults of `ExportTerms` if None.
        journal: Of the edits, which goes along; then there is nothing left to recover.

    Returns:
        The case's folder.

    Raises:
        SceneError: The run is not prepared, or its pixels are not what was read.
        CaseError: See `export_case`.
        WriteError: See `export_case`.
    """
    chosen = terms or ExportTerms()
    if journal is not None:
        journal.flush(force=True)
    correction = Correction(
        labels=labelsOf(segmentation, browser),
        reader=reader,
        status=statusOf(segmentation),
        note=noteOf(segmentation) if note is None else note,
        prediction=proposedLabelsOf(segmentation, browser),
        provenance=provenanceOf(segmentation),
        journal=journal.folder if journal else None,
    )
    folder = export_case(dataset, runOf(browser), _prepared(browser), correction, chosen)
    if journal is not None:
        with suppress(WriteError):  # the case is there; its edits are offered once more, no worse
            journal.markExported()
    return folder


def exportDicom(
    browser: Any,
    segmentation: Any,
    folder: Path,
    files: Sequence[Path] = (),
    *,
    bits: int = 16,
    terms: ExportTerms | None = None,
) -> list[Path]:
    """Export the MinIP and the segments as DICOM; see `dsanet.export.dicom_files`.

    Args:
        browser: The run's browser node; the run is prepared.
        segmentation: The vtkMRMLSegmentationNode.
        folder: Where to; it is made if missing.
        files: The run's DICOM files in the order of the frames: patient and study are taken from
            them, for the archive that they came from. None of them: nobody is named.
        bits: Of the MinIP, 8 or 16.
        terms: Patient, answer about burned-in text and user's folder for files that name nobody.

    Returns:
        The files written.

    Raises:
        SceneError: The run is not prepared, or its pixels are not what was read.
        DSAError: See `dicom_files`; without identity also `check_burned_in`.
    """
    run, chosen = runOf(browser), terms or ExportTerms()
    if files:
        source = identified_source(RunSource("run", Kind.DICOM, tuple(files)))
    else:
        check_burned_in(run, chosen.home, checked=chosen.burned_in_checked)
        secret = user_secret(chosen.home)
        source = anonymous_source(patient_key(secret, identity(run, chosen.patient)))
    made = dicom_files(
        run,
        _prepared(browser),
        labelsOf(segmentation, browser),
        source,
        prediction=proposedLabelsOf(segmentation, browser),
        provenance=provenanceOf(segmentation),
        bits=bits,
    )
    with atomic.new_folder(folder):
        atomic.write_all({folder / name: data for name, data in made.items()})
    return [folder / name for name in made]


def needsBurnedInAnswer(browser: Any, home: Path | None = None) -> bool:
    """Whether the user has to be asked, once a series, if there is text in a run's pixels."""
    return needs_burned_in_answer(runOf(browser), home)


def rememberBurnedIn(browser: Any, answer: str, home: Path | None = None) -> None:
    """Remember the answer: `dsanet.cases.burned_in.CLEAN` or `TEXT`."""
    remember_burned_in(runOf(browser), answer, home)


def _prepared(browser: Any) -> PreparedRun:
    prepared = preparedOf(browser)
    if prepared is None:
        msg = f"{browser.GetName()} is not prepared; segment or prepare it before it is exported"
        raise SceneError(msg)
    return prepared
