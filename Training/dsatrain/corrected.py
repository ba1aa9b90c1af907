"""Cases as a reader leaves them: a model's answer, put right by the simulated annotator."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from dsanet.cases import list_cases, prepared_run, read_case, write_case
from dsanet.cases.case import PROPOSAL_KEYS, Case
from dsanet.engine import Engine
from dsatrain.annotator import BUDGET, GOAL, annotate
from dsatrain.evaluate import dice_scores

READER = "simulated"


@dataclass(frozen=True)
class Corrected:
    """One correction.

    Attributes:
        name: The case's.
        clicks: How many it took.
        before: BV Dice of the model's answer against the truth.
        after: Of the corrected labels.
    """

    name: str
    clicks: int
    before: float
    after: float


def correct_cases(
    source: Path,
    names: Sequence[str],
    target: Path,
    engine: Engine,
    *,
    goal: float = GOAL,
    budget: int = BUDGET,
    on_case: Callable[[Corrected], None] = lambda _corrected: None,
) -> None:
    """Have cases segmented and corrected; those that are in the target already stay.

    The annotator has brush and rubber; its labels are near the truth, not equal to it.

    Args:
        source: A data set of exact labels.
        names: Which of its cases.
        target: The data set of the corrected ones, accepted training cases.
        engine: The model whose answers are corrected.
        goal: See `dsatrain.annotator.annotate`.
        budget: Clicks at most in each case.
        on_case: Told each correction.

    Raises:
        DSAError: A case cannot be read or written, or the model not be run.
    """
    there = {entry.name for entry in list_cases(target)} if target.is_dir() else set()
    for name in names:
        if name not in there:
            case, done = _corrected(name, read_case(source / name), engine, goal, budget)
            write_case(target / name, case)
            on_case(done)


def _corrected(
    name: str, case: Case, engine: Engine, goal: float, budget: int
) -> tuple[Case, Corrected]:
    answer = engine.segment_prepared(prepared_run(case), {"case": name})
    session = annotate(answer.labels, case.labels, goal=goal, budget=budget)
    provenance = answer.provenance
    facts = replace(
        case.facts,
        split="train",
        reader=READER,
        proposal={key: str(provenance[key]) for key in PROPOSAL_KEYS if key in provenance},
        changed_pixels=int(np.count_nonzero(session.labels != answer.labels)),
    )
    done = Corrected(
        name,
        session.clicks,
        dice_scores(answer.labels, case.labels)["BV"],
        dice_scores(session.labels, case.labels)["BV"],
    )
    return replace(case, labels=session.labels, facts=facts), done
