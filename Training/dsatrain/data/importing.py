"""Importing: runs found in a source become cases of a data set, each whole or not at all.

An import that was stopped is taken up by running it again: cases are named after their pixels, so
what is there already is found there.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dsanet.cases import Case, case_name, list_cases, prepared_run, read_case, write_case
from dsanet.cases.folder import CASE_FILE
from dsanet.cases.holding import held_dataset
from dsanet.cases.patients import dataset_salt
from dsanet.errors import CaseError, DSAError
from dsatrain.data.audit import audit
from dsatrain.data.orientations import AS_STORED
from dsatrain.data.sources import SourceRun, Terms

IMPORTED, TO_CHECK, PRESENT, REFUSED = "imported", "to check", "present", "refused"


@dataclass(frozen=True)
class Outcome:
    """What became of one run.

    Attributes:
        name: Its name in the source; it goes into no file.
        result: `imported`, `to check` (imported, not to be trained on before a reader accepts it),
            `present` (imported before) or `refused`.
        case: The case's name, empty where there is none.
        detail: Why, one sentence.
    """

    name: str
    result: str
    case: str
    detail: str

    def __str__(self) -> str:
        """One line for the report."""
        arrow = f" -> {self.case}" if self.case else ""
        detail = f": {' '.join(self.detail.split())}" if self.detail else ""
        return f"{self.result}: {self.name}{arrow}{detail}"


def import_runs(
    runs: Iterable[SourceRun],
    dataset: Path,
    *,
    orientation: str = AS_STORED,
    patient: re.Pattern[str] | None = None,
) -> Iterator[Outcome]:
    """Import runs one after the other; one that is refused does not stop the others.

    Args:
        runs: From an importer's `find_runs`.
        dataset: The data set's folder, new or existing.
        orientation: How all labels are to be turned, of `ORIENTATIONS`.
        patient: As `Terms.patient`.

    Yields:
        What became of each run, in their order.

    Raises:
        WriteError: The data set cannot be written, or another program does; what was imported is
            complete.
        CaseError: What patient keys are made with is damaged, see `dataset_salt`.
    """
    with held_dataset(dataset):
        terms = Terms(dataset_salt(dataset, importing=True), orientation, patient)
        known = {
            entry.record.facts.pixel_sha256: entry.name
            for entry in list_cases(dataset)
            if entry.record is not None
        }
        seen: dict[str, str] = {}
        for run in runs:
            try:
                case = run.load(terms)
            except DSAError as error:
                yield Outcome(run.name, REFUSED, "", str(error))
                continue
            pixels = case.facts.pixel_sha256
            if pixels in seen:
                reason = f"it has the same pixels as {seen[pixels]}; keep one of them"
                yield Outcome(run.name, REFUSED, "", reason)
                continue
            seen[pixels] = run.name
            there = _present(dataset, known.get(pixels), case, run.name)
            yield there or _write(dataset, case, run.name)


def _present(dataset: Path, name: str | None, case: Case, run_name: str) -> Outcome | None:
    """The outcome for a run whose case is there."""
    if name is None:
        return None
    try:
        old = read_case(dataset / name)
    except CaseError as error:
        return _broken(run_name, str(error))
    same = (old.labels == case.labels).all() and old.facts.label_kind == case.facts.label_kind
    detail = "with these labels" if same else "with other labels, which stay as they are"
    return Outcome(run_name, PRESENT, name, detail)


def _broken(run_name: str, problem: str) -> Outcome:
    """A damaged case is not written over: its labels may be a reader's work."""
    reason = f"{problem}; repair that case, or remove it and import again"
    return Outcome(run_name, REFUSED, "", reason)


def _write(dataset: Path, case: Case, run_name: str) -> Outcome:
    """Audit a case and write it, unless its labels certainly lie another way."""
    name, result, detail = case_name(case.facts), IMPORTED, "no labelled pixel"
    if case.labels.any():
        alignment = audit(prepared_run(case), case.labels)
        detail = str(alignment)
        if alignment.verdict == "wrong":
            advice = f"{detail}; if that holds for all, use --orientation {alignment.best}"
            return Outcome(run_name, REFUSED, "", advice)
        if alignment.verdict == "unclear":
            result = TO_CHECK
            facts = replace(case.facts, status="in progress", note=f"Check the labels: {detail}.")
            case = replace(case, facts=facts)
    if (dataset / name / CASE_FILE).exists():
        return _broken(run_name, f"case {dataset / name} is there and broken")
    write_case(dataset / name, case)
    return Outcome(run_name, result, name, detail)
