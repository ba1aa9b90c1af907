"""The same run answered by child and parent, and how their scores differ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsanet.engine import Engine
from dsanet.labels import CLASSES
from dsatrain.evaluate import CaseScore, score_case
from dsatrain.gate.cases import GateCase

CLASS_PAIR = tuple(entry.name for entry in CLASSES)


@dataclass(frozen=True, eq=False)
class Pair:
    """Child and parent on one run.

    Attributes:
        case: The run.
        child: Scores of the child's answer.
        parent: Scores of the parent's.
        child_labels: uint8 (H, W), the child's answer.
        parent_labels: The parent's.
    """

    case: GateCase
    child: CaseScore
    parent: CaseScore
    child_labels: NDArray[np.uint8]
    parent_labels: NDArray[np.uint8]

    def difference(self, of: str, score: str = "dice") -> float:
        """Child minus parent; nan where the truth lacks the class.

        Args:
            of: `BV`, `MAT` or `whole`.
            score: Of `dsatrain.metrics.MASK_SCORES`.
        """
        if of not in self.child.in_truth:
            return float("nan")
        return self.child.scores[of][score] - self.parent.scores[of][score]

    @property
    def gain(self) -> float:
        """Difference of the Dice averaged over BV and MAT, those that the truth holds; or nan."""
        found = [value for of in CLASS_PAIR if np.isfinite(value := self.difference(of))]
        return float(np.mean(found)) if found else float("nan")

    @property
    def patient(self) -> str:
        """Key of the patient."""
        return self.case.patient_key


def answer_both(child: Engine, parent: Engine, cases: Sequence[GateCase]) -> Iterator[Pair]:
    """Segment each run with both models.

    Raises:
        EngineError: A model cannot be run, or answers with values that are no numbers.
    """
    for case in cases:
        prepared = case.prepared
        answers = [engine.segment_prepared(prepared, {}) for engine in (child, parent)]
        scores = [score_case(case.run, answer, window_was_given=True) for answer in answers]
        yield Pair(case, scores[0], scores[1], answers[0].labels, answers[1].labels)
