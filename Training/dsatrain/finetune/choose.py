"""Which cases of a data set a fine-tuning learns from, and why others teach nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dsanet import labels
from dsanet.cases import Case, CaseEntry, prepared_run, read_case
from dsanet.engine import Engine
from dsanet.errors import CaseError
from dsanet.packages import ModelPackage
from dsatrain.data.audit import audit
from dsatrain.data.crops import training_cases
from dsatrain.finetune.learned import as_learned, learned_by

UNEDITED_SHARE = 0.002
"""Labels that differ from a proposal in fewer of the vessels' pixels have not been corrected: the
same model on another backend or in another precision differs by as much."""


@dataclass(frozen=True)
class Chosen:
    """The cases of a data set, sorted.

    Attributes:
        new: Those whose labels the parent has not learned.
        older: Those that it has: they are replayed.
        excluded: Name and reason of the others.
        trunkless: Names of the new and older ones whose labels have no MAT.
    """

    new: tuple[CaseEntry, ...]
    older: tuple[CaseEntry, ...]
    excluded: tuple[tuple[str, str], ...]
    trunkless: frozenset[str] = frozenset()


def choose(
    dataset: Path,
    parent: ModelPackage,
    device: str = "auto",
    on_case: Callable[[int, int], None] = lambda _done, _count: None,
) -> Chosen:
    """Sort the cases of a data set; each is read and checked whole.

    Left out are cases that are no accepted training cases of BV and MAT, damaged ones, those
    without a labelled vessel, those whose labels fit only when turned, and those whose labels are
    a model's own answer: what nobody corrected teaches a model its own errors.

    Args:
        dataset: The data set's folder.
        parent: The model to fine-tune.
        device: Where the parent answers again what it once proposed.
        on_case: Told how many of how many cases have been looked at.

    Raises:
        CaseError: There is no such folder.
        EngineError: The parent cannot be run.
    """
    entries, others = training_cases(dataset)
    known = {(of.pixel_sha256, of.labels_sha256) for of in learned_by(parent)}
    judge = _Judge(parent, device)
    sorted_in: dict[bool, list[CaseEntry]] = {False: [], True: []}
    excluded, trunkless = list(others), set()
    for done, entry in enumerate(entries, 1):
        case, reason = judge.looked_at(entry)
        if case is None:
            excluded.append((entry.name, reason))
        else:
            of = as_learned(entry)
            sorted_in[(of.pixel_sha256, of.labels_sha256) in known].append(entry)
            trunkless |= set() if np.any(case.labels == labels.MAT) else {entry.name}
        on_case(done, len(entries))
    new, older = (tuple(sorted_in[is_known]) for is_known in (False, True))
    return Chosen(new, older, tuple(sorted(excluded)), frozenset(trunkless))


class _Judge:
    """Finds what is wrong with a case; the engine is opened when the first case needs it."""

    def __init__(self, parent: ModelPackage, device: str) -> None:
        self._parent, self._device = parent, device
        self._engine: Engine | None = None

    def looked_at(self, entry: CaseEntry) -> tuple[Case | None, str]:
        """A case that teaches something, or None and why it does not."""
        try:
            case = read_case(entry.folder)
        except CaseError as error:
            return None, str(error)
        reason = self._reason_against(case)
        return (None, reason) if reason else (case, "")

    def _reason_against(self, case: Case) -> str:
        if not case.labels.any():
            return "it is accepted without a single labelled pixel"
        fit = audit(prepared_run(case), case.labels)
        if fit.verdict == "wrong":
            return str(fit)
        if self._is_unedited(case):
            return "its labels are a model's prediction that nobody changed"
        return ""

    def _is_unedited(self, case: Case) -> bool:
        if case.facts.changed_pixels is not None:
            return False  # they were counted, and `training_cases` has looked at them
        if case.facts.proposal.get("model_sha256") != self._parent.weights_sha256:
            return False
        self._engine = self._engine or Engine.load(self._parent, self._device)
        proposed = self._engine.segment_prepared(prepared_run(case), {}).labels
        return changed_share(proposed, case.labels) < UNEDITED_SHARE


def changed_share(proposed: NDArray[np.uint8], labels: NDArray[np.uint8]) -> float:
    """Share of the pixels labelled in either that differ, 0 where none is labelled.

    >>> changed_share(np.array([0, 1, 2, 2], np.uint8), np.array([0, 1, 1, 2], np.uint8))
    0.3333333333333333
    """
    labelled = np.count_nonzero((proposed > 0) | (labels > 0))
    return float(np.count_nonzero(proposed != labels) / labelled) if labelled else 0.0
