"""CaseCrops: training samples from a data set, as `dsatrain.samples.PhantomCrops` gives them."""

from collections import OrderedDict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dsanet.cases import CaseEntry, list_cases, prepared_run, read_case
from dsanet.cases.case import BV_AND_MAT
from dsanet.errors import CaseError
from dsanet.prepare import PreparedRun, with_window
from dsatrain.samples import Sample, augment, jitter_window, make_sample

POOL = 24
"""Cases that crops are drawn from at any moment: a data set need not fit into memory."""

CROPS_PER_CASE = 4


def training_cases(dataset: Path) -> tuple[list[CaseEntry], list[tuple[str, str]]]:
    """Say which cases of a data set can be trained on, and why others cannot.

    Args:
        dataset: The data set's folder.

    Returns:
        The cases that can, and name and reason of the others; both in the order of the names.

    Raises:
        CaseError: There is no such folder.
    """
    chosen, others = [], []
    for entry in list_cases(dataset):
        reason = _reason_against(entry)
        if reason:
            others.append((entry.name, reason))
        else:
            chosen.append(entry)
    return chosen, others


def _reason_against(entry: CaseEntry) -> str:
    if entry.record is None:
        return entry.problem
    facts = entry.record.facts
    if facts.status != "accepted":
        return f"its status is {facts.status}, not accepted"
    if facts.split != "train":
        return "it is a test case"
    if facts.label_kind != BV_AND_MAT:
        return f"its labels are of the kind {facts.label_kind}, which cannot teach BV and MAT"
    return ""


class CaseCrops:
    """Crops from the cases of a data set, for ever.

    Item i depends on the cases, seed, lane and i alone. Cases come in a new random order each
    round; item i is drawn from case i // CROPS_PER_CASE of that order and the POOL - 1 before it,
    so that each is read about once a round and a batch mixes cases.
    """

    def __init__(
        self, cases: list[CaseEntry], seed: int, crop_px: int, max_frames: int, lane: int = 0
    ) -> None:
        """Describe a source of crops.

        Args:
            cases: From `training_cases`, or some of them.
            seed: The training's.
            crop_px: Side of a crop.
            max_frames: Most frames of a crop.
            lane: Sources of different lanes give different crops.

        Raises:
            CaseError: There is no case.
        """
        if not cases:
            msg = "no case can be trained on: accept some, or import a data set"
            raise CaseError(msg)
        self.cases = sorted(cases, key=lambda entry: entry.name)
        self.seed = seed
        self.crop_px = crop_px
        self.max_frames = max_frames
        self.lane = lane
        self._cache: OrderedDict[int, tuple[PreparedRun, NDArray[np.uint8]]] = OrderedDict()

    def item(self, index: int) -> Sample:
        """The crop at an index.

        Raises:
            CaseError: The case that it is drawn from is damaged.
        """
        rng = np.random.default_rng((self.seed, self.lane, index))
        newest = index // CROPS_PER_CASE
        place = int(rng.integers(max(0, newest - POOL + 1), newest + 1))
        if index % CROPS_PER_CASE == 0:
            place = newest
        number = self._number(place)
        prepared, labels = self._case(number)
        window = jitter_window(prepared.arterial_window, len(prepared.frames), rng)
        sample = make_sample(with_window(prepared, window), labels, self.cases[number].name)
        return augment(sample, self.crop_px, self.max_frames, rng)

    def _number(self, place: int) -> int:
        """Which case is at a place of the endless order."""
        turn, rank = divmod(place, len(self.cases))
        order = np.random.default_rng((self.seed, self.lane, turn, 1)).permutation(len(self.cases))
        return int(order[rank])

    def _case(self, number: int) -> tuple[PreparedRun, NDArray[np.uint8]]:
        if number not in self._cache:
            case = read_case(self.cases[number].folder)
            self._cache[number] = prepared_run(case), case.labels
            while len(self._cache) > POOL + 1:
                self._cache.popitem(last=False)
        return self._cache[number]
