"""The frozen local set that a gate judges on, and why it cannot be used."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dsanet.cases import CaseEntry, prepared_run, read_case
from dsanet.cases.case import BV_AND_MAT, Case
from dsanet.errors import CaseError
from dsanet.io import DSARun
from dsanet.labels import MAT
from dsanet.packages import ModelPackage
from dsanet.prepare import PreparedRun, prepare
from dsatrain.data.audit import FITS, audit
from dsatrain.evaluate import LabelledRun
from dsatrain.evaluate.cases import judged_cases
from dsatrain.evaluate.labelled import frames_name
from dsatrain.finetune.learned import as_learned, learned_by

SIDES = ((512, "up to 512 px"), (1024, "513 to 1024 px"))


@dataclass(frozen=True, eq=False)
class GateCase:
    """One run that a gate judges on.

    Attributes:
        run: With its truth and what it is grouped by.
        patient_key: Of its patient.
        fit: How well its labels lie on dark structures, 0 to 1; 0.5 is chance.
    """

    run: LabelledRun
    patient_key: str
    fit: float

    @property
    def prepared(self) -> PreparedRun:
        """The run as both models see it."""
        source = self.run.source
        return prepare(source) if isinstance(source, DSARun) else source


def gate_cases(dataset: Path, split: str) -> list[CaseEntry]:
    """Find the accepted cases of a data set that judge, BV and MAT told apart.

    Raises:
        CaseError: There is no such folder, or no case that can judge.
    """
    entries, _ = judged_cases(dataset, split)
    kept = [e for e in entries if e.record and e.record.facts.label_kind == BV_AND_MAT]
    if not kept:
        msg = f"no case of {dataset} tells BV from MAT, so none can judge a model"
        raise CaseError(msg)
    return kept


def leaks(entries: Sequence[CaseEntry], child: ModelPackage) -> list[str]:
    """Say which gate cases the child, or an ancestor, has learned from.

    Args:
        entries: The gate's cases.
        child: The model to be judged.

    Returns:
        One sentence for each case whose patient or run was learned from.
    """
    learned = learned_by(child)
    patients = {of.patient_key: of.case for of in learned}
    runs = {of.pixel_sha256: of.case for of in learned}
    found = []
    for entry in entries:
        case = as_learned(entry)
        if case.pixel_sha256 in runs:
            found.append(f"the run of {entry.name} was learned from as {runs[case.pixel_sha256]}")
        elif case.patient_key in patients:
            twin = patients[case.patient_key]
            found.append(f"the patient of {entry.name} was learned from in {twin}")
    return found


def read_gate_case(entry: CaseEntry) -> GateCase:
    """Read a case and check that its labels can judge.

    Raises:
        CaseError: It is damaged, or nothing is labelled, or the labels fit only when turned.
    """
    case = read_case(entry.folder)
    prepared = prepared_run(case)
    if not case.labels.any():
        msg = f"case {entry.name} is accepted without a single labelled pixel; correct it"
        raise CaseError(msg)
    fit = audit(prepared, case.labels)
    if fit.verdict == "wrong":
        msg = f"case {entry.name}: {fit}"
        raise CaseError(msg)
    run = LabelledRun(entry.name, prepared, case.labels, None, groups_of(case))
    return GateCase(run, case.facts.patient_key, fit.stated)


def misfits(cases: Sequence[GateCase]) -> list[str]:
    """Name the cases whose labels lie no better on the picture's vessels than by chance."""
    return [case.run.name for case in cases if case.fit < FITS]


def groups_of(case: Case) -> dict[str, str]:
    """What a case's score may depend on; in none of the groups may a child be worse."""
    stored = case.facts.subtraction.startswith("as stored")
    return {
        "source": case.facts.source,
        "equipment": case.facts.equipment or "not stated",
        "subtraction": "as stored" if stored else "of native frames",
        "size": side_name(max(case.labels.shape)),
        "frames": frames_name(len(case.frames)),
        "trunk": "with MAT" if (case.labels == MAT).any() else "without MAT",
    }


def side_name(side: int) -> str:
    """Name the longer side of a picture.

    >>> side_name(512), side_name(1432)
    ('up to 512 px', 'over 1024 px')
    """
    return next((name for bound, name in SIDES if side <= bound), f"over {SIDES[-1][0]} px")
