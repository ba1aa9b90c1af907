"""export_case(): a corrected run becomes a case of a data set, with nothing that names anyone."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.cases.burned_in import check_burned_in
from dsanet.cases.case import CaseFacts, case_name, patient_key
from dsanet.cases.convert import make_case
from dsanet.cases.folder import CASE_FILE, list_cases, read_case, write_case
from dsanet.cases.holding import held_dataset
from dsanet.cases.journal import JOURNAL_FILE, scan
from dsanet.cases.patients import dataset_salt, identity
from dsanet.errors import CaseError
from dsanet.io import DSARun
from dsanet.prepare import PreparedRun


@dataclass(frozen=True, eq=False)
class Correction:
    """What a reader made of a run.

    Attributes:
        labels: uint8 (H, W), values of `dsanet.labels`.
        reader: Alias of who corrected them, as `CaseFacts.reader`; accepted labels need one.
        status: Of `dsanet.cases.STATUSES`.
        note: What another reader should look at, one sentence without a name.
        prediction: uint8 (H, W), the labels that a model proposed; None if they began empty.
        provenance: Of that prediction; a case keeps `PROPOSAL_KEYS` of it.
        journal: Folder of the journal of the edits, which goes along; None if there is none.
    """

    labels: NDArray[np.uint8]
    reader: str = ""
    status: str = "in progress"
    note: str = ""
    prediction: NDArray[np.uint8] | None = None
    provenance: Mapping[str, Any] | None = None
    journal: Path | None = None


@dataclass(frozen=True)
class ExportTerms:
    """On what terms a case is exported.

    Attributes:
        patient: The patient's number, see `dsanet.cases.patients.identity`; it becomes a key.
        source: As `CaseFacts.source`: where the data set's runs come from, in a word.
        split: `train` or `test`.
        burned_in_checked: The caller vouches that somebody has looked for text in the pixels.
        replace: Write over a case of another reader.
        home: The user's folder, `dsanet.packages.home.default_home()` if None.
    """

    patient: str = ""
    source: str = "own"
    split: str = "train"
    burned_in_checked: bool = False
    replace: bool = False
    home: Path | None = None


OWN_TERMS = ExportTerms()


def export_case(
    dataset: Path,
    run: DSARun,
    prepared: PreparedRun,
    correction: Correction,
    terms: ExportTerms = OWN_TERMS,
) -> Path:
    """Write a corrected run into a data set: all of it, or nothing.

    What goes into it is an allow-list, see `CaseFacts`; no DICOM, no UID, no file name. A case of
    the same run and reader is written over, its older labels stay in the journal.

    Args:
        dataset: The data set's folder, which is made if missing.
        run: As read.
        prepared: The same run, prepared, as the reader saw it.
        correction: The labels, and what is known about them.
        terms: On what terms.

    Returns:
        The case's folder; its name says nothing about the file that the run came from.

    Raises:
        CaseError: The pixels may hold text and nobody has looked; the labels are accepted by
            nobody or do not fit the run; another reader's case is there. Nothing was written.
        WriteError: It could not be written; what was there before is unchanged.
    """
    check_burned_in(run, terms.home, checked=terms.burned_in_checked)
    if correction.status == "accepted" and not correction.reader:
        msg = "accepted labels need the alias of who accepted them"
        raise CaseError(msg)
    with held_dataset(dataset):
        salt = dataset_salt(dataset, terms.home)
        facts = CaseFacts(
            source=terms.source,
            patient_key=patient_key(salt, identity(run, terms.patient)),
            pixel_sha256=run.pixel_hash,
            status=correction.status,
            split=terms.split,
            reader=correction.reader,
            note=correction.note,
            changed_pixels=_changed(correction),
        )
        case = make_case(run, prepared, correction.labels, facts, correction.provenance)
        folder = _folder(dataset, facts)
        if (folder / CASE_FILE).exists() and not terms.replace:
            _refuse_other_reader(folder, correction.reader)
        write_case(folder, case, _journal(correction, run))
    return folder


def _folder(dataset: Path, facts: CaseFacts) -> Path:
    """The case's folder; somebody may have renamed it, and one run is no two cases."""
    named = dataset / case_name(facts)
    if not (named / CASE_FILE).exists():
        for entry in list_cases(dataset):
            found = entry.record and entry.record.facts
            if found and (found.source, found.pixel_sha256) == (facts.source, facts.pixel_sha256):
                return entry.folder
    return named


def _changed(correction: Correction) -> int | None:
    if correction.prediction is None:
        return None
    if correction.prediction.shape != correction.labels.shape:
        found, expected = correction.prediction.shape, correction.labels.shape
        msg = f"the prediction has {found} rows and columns, the labels {expected}"
        raise CaseError(msg)
    return int(np.count_nonzero(correction.prediction != correction.labels))


def _refuse_other_reader(folder: Path, reader: str) -> None:
    """Refuse to write over a case of someone else, or one that is damaged."""
    other = read_case(folder).facts.reader
    if other != reader:
        who = f"by {other}" if other else "by nobody who is named"
        msg = f"{folder.name} is there already, {who}; export into another data set, or replace it"
        raise CaseError(msg)


def _journal(correction: Correction, run: DSARun) -> dict[str, bytes]:
    """The sound part of the journal's file, by its name in the case.

    Raises:
        CaseError: It is the journal of another run.
    """
    if correction.journal is None:
        return {}
    path = correction.journal / JOURNAL_FILE
    found = scan(path)
    if found.pixel_sha256 != run.pixel_hash:
        msg = f"{path} is the journal of another run"
        raise CaseError(msg)
    return {JOURNAL_FILE: path.read_bytes()[: found.size]}
