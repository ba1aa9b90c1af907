"""judge(): the verdict on a child."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from dsanet.cases import CaseEntry
from dsanet.engine import Engine
from dsanet.errors import CaseError, EngineError
from dsanet.packages import ModelPackage
from dsanet.packages.gate_record import (
    ACCEPT,
    FEWEST_CASES,
    FEWEST_PATIENTS,
    REFUSED,
    REJECT,
    SAME,
    TOO_FEW,
)
from dsanet.packages.manifest import HOW_USED
from dsatrain.gate.cases import GateCase, gate_cases, leaks, misfits, read_gate_case
from dsatrain.gate.pairs import Pair, answer_both
from dsatrain.gate.phantoms import COUNT, digest_of, regression_phantoms
from dsatrain.gate.rules import (
    Finding,
    Margins,
    centrelines_held,
    is_better,
    no_class_worse,
    no_group_worse,
    no_more_hallucination,
    nothing_forgotten,
)
from dsatrain.telling import OnProgress
from dsatrain.train.data import digest_of as digest_of_cases

READING, CASES, MAKING, PHANTOMS = "reading cases", "cases", "making phantoms", "phantoms"
"""The stages that progress is told of."""


@dataclass(frozen=True, eq=False)
class GateReport:
    """What a gate found.

    Attributes:
        verdict: `accept`, `reject`, `too few`, `same` or `refused`.
        reasons: Why, sentences.
        child: The model that was judged.
        parent: The one that it was compared with.
        data: The frozen set: `split`, `sha256`, numbers of `cases` and `patients`.
        findings: What each rule found; empty where nothing was answered.
        pairs: Both models on each run of the frozen set.
        phantom_pairs: The same on the frozen phantoms.
        facts: Margins, phantoms, backend.
    """

    verdict: str
    reasons: tuple[str, ...]
    child: ModelPackage
    parent: ModelPackage
    data: dict[str, Any]
    findings: tuple[Finding, ...] = ()
    pairs: tuple[Pair, ...] = ()
    phantom_pairs: tuple[Pair, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


def judge(
    child: ModelPackage,
    parent: ModelPackage,
    dataset: Path,
    *,
    split: str = "test",
    device: str = "auto",
    phantoms: Sequence[GateCase] | None = None,
    on_progress: OnProgress = lambda _what, _done, _count: None,
) -> GateReport:
    """Judge whether a child may take its parent's place.

    Refused is what cannot be judged: a frozen set with a damaged, empty or wrongly turned case, one
    whose labels do not lie on the vessels, a patient or run that the child has learned from, a
    model that answers with no numbers. Then come `same`, for the same network as the parent's;
    `too few`, for fewer than six runs or three patients, whatever they say; and `accept` where
    every rule of `dsatrain.gate.rules` is passed, else `reject`.

    Args:
        child: The model to judge.
        parent: The model whose place it is to take.
        dataset: The data set whose accepted cases judge; they are never trained on.
        split: Which of its cases, `train` or `test`.
        device: `auto`, `cuda`, `mps`, `openvino` or `cpu`.
        phantoms: Instead of the frozen ones, for tests.
        on_progress: Told the four stages.
    """
    data: dict[str, Any] = {"split": split, "sha256": "", "cases": 0, "patients": 0}
    try:
        entries = gate_cases(dataset, split)
        data["sha256"] = digest_of_cases(entries)
        if learned := leaks(entries, child):
            return GateReport(REFUSED, tuple(learned), child, parent, data)
        cases = _read(entries, on_progress)
        data |= {"cases": len(cases), "patients": len({case.patient_key for case in cases})}
        if 2 * len(off := misfits(cases)) >= len(cases):
            reason = f"the labels of {', '.join(off[:3])} do not lie on the vessels"
            return GateReport(REFUSED, (reason,), child, parent, data)
        if is_same(child, parent):
            reason = f"{child.name} is the same network as {parent.name}"
            return GateReport(SAME, (reason,), child, parent, data)
        engines = Engine.load(child, device), Engine.load(parent, device)
        pairs = _answered(CASES, engines, cases, on_progress)
        made = partial(on_progress, MAKING)
        frozen = regression_phantoms(COUNT, made) if phantoms is None else phantoms
        phantom_pairs = _answered(PHANTOMS, engines, frozen, on_progress)
    except (CaseError, EngineError) as error:
        return GateReport(REFUSED, (str(error),), child, parent, data)
    margins = Margins()
    findings = _findings(pairs, phantom_pairs, margins)
    verdict, reasons = _verdict(data, findings)
    facts = {
        "margins": vars(margins),
        "phantoms": {"count": len(frozen), "sha256": digest_of(frozen)},
        "backend": engines[0].device_choice,
    }
    return GateReport(verdict, reasons, child, parent, data, findings, pairs, phantom_pairs, facts)


def is_same(child: ModelPackage, parent: ModelPackage) -> bool:
    """Whether two packages give the same answers: the same weights, used in the same way."""
    return _used(child) == _used(parent)


def _used(package: ModelPackage) -> tuple[object, ...]:
    """The weights, and all that a manifest says of how they are used."""
    said = (package.manifest.get(name) for name in HOW_USED)
    return package.weights_sha256, package.temperatures, *said


def _read(entries: Sequence[CaseEntry], on_progress: OnProgress) -> list[GateCase]:
    cases = []
    for entry in entries:
        cases.append(read_gate_case(entry))
        on_progress(READING, len(cases), len(entries))
    return cases


def _answered(
    what: str,
    engines: tuple[Engine, Engine],
    cases: Sequence[GateCase],
    on_progress: OnProgress,
) -> tuple[Pair, ...]:
    pairs: list[Pair] = []
    on_progress(what, 0, len(cases))
    for pair in answer_both(*engines, cases):
        pairs.append(pair)
        on_progress(what, len(pairs), len(cases))
    return tuple(pairs)


def _findings(
    pairs: Sequence[Pair], phantom_pairs: Sequence[Pair], margins: Margins
) -> tuple[Finding, ...]:
    return (
        is_better(pairs),
        *no_class_worse(pairs, margins.group, margins.few),
        *no_group_worse(pairs, margins.group, margins.few),
        no_more_hallucination(pairs),
        centrelines_held(pairs),
        *nothing_forgotten(phantom_pairs, margins),
    )


def _verdict(data: dict[str, Any], findings: Sequence[Finding]) -> tuple[str, tuple[str, ...]]:
    failed = tuple(f"{entry.rule}: {entry.words}" for entry in findings if not entry.passed)
    if data["cases"] < FEWEST_CASES or data["patients"] < FEWEST_PATIENTS:
        few = (
            f"{data['cases']} runs of {data['patients']} patients are too few, expected at least"
            f" {FEWEST_CASES} of {FEWEST_PATIENTS}"
        )
        return TOO_FEW, (few, *failed)
    if failed:
        return REJECT, failed
    return ACCEPT, (f"all {len(findings)} rules are passed; {findings[0].words}",)
