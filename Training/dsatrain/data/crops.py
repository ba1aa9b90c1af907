"""CaseCrops: training samples from a data set, as `dsatrain.crops.PhantomCrops` gives them."""

from pathlib import Path

import numpy as np

from dsanet.cases import CaseEntry, list_cases, prepared_run, read_case
from dsanet.cases.case import BV_AND_MAT
from dsanet.errors import CaseError
from dsatrain.augment import CropSettings
from dsatrain.crops import Drawn, PooledCrops
from dsatrain.data.choosing import divided, not_of


def training_cases(dataset: Path) -> tuple[list[CaseEntry], list[tuple[str, str]]]:
    """Say which cases of a data set can be trained on, and why others cannot.

    Args:
        dataset: The data set's folder.

    Returns:
        The cases that can, and name and reason of the others; both in the order of the names.

    Raises:
        CaseError: There is no such folder.
    """
    chosen, others = divided(list_cases(dataset), _reason_against)
    return chosen, [(entry.name, reason) for entry, reason in others]


def _reason_against(entry: CaseEntry) -> str:
    reason = not_of(entry, "train")
    if reason or entry.record is None:
        return reason
    if entry.record.facts.is_unedited_prediction:
        return "its labels are a model's prediction that nobody changed"
    kind = entry.record.facts.label_kind
    if kind != BV_AND_MAT:
        return f"its labels are of the kind {kind}, which cannot teach BV and MAT"
    return ""


class CaseCrops(PooledCrops):
    """Crops from the cases of a data set, for ever, in a new random order each round.

    A data set need not fit into memory: each case is read about once a round.
    """

    def __init__(
        self, cases: list[CaseEntry], seed: int, settings: CropSettings, lane: int = 0
    ) -> None:
        """Describe a source of crops.

        Args:
            cases: From `training_cases`, or some of them.
            seed: The training's.
            settings: How crops are drawn of a run.
            lane: Sources of different lanes give different crops.

        Raises:
            CaseError: There is no case.
        """
        if not cases:
            msg = "no case can be trained on: accept some, or import a data set"
            raise CaseError(msg)
        super().__init__(seed, settings, lane)
        self.cases = sorted(cases, key=lambda entry: entry.name)

    def number_at(self, place: int) -> int:
        """Which case is at a place of the endless order."""
        turn, rank = divmod(place, len(self.cases))
        order = np.random.default_rng((self.seed, self.lane, turn, 1)).permutation(len(self.cases))
        return int(order[rank])

    def load(self, number: int) -> Drawn:
        """Read a case.

        Raises:
            CaseError: It is damaged.
        """
        case = read_case(self.cases[number].folder)
        return Drawn(prepared_run(case), case.labels, self.cases[number].name)
