"""Cases as the plan knew them: what a child's manifest says that it learned is what it learned."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from dsanet.cases import CaseEntry
from dsanet.cases.folder import read_record
from dsanet.errors import CaseError
from dsatrain.crops import Drawn
from dsatrain.data.crops import CaseCrops
from dsatrain.train import TrainConfig


class FrozenCases(CaseCrops):
    """Crops from cases that must not change while they are learned from."""

    def load(self, number: int) -> Drawn:
        """Read a case.

        Raises:
            CaseError: It is damaged, gone, or another one than when the plan was made.
        """
        drawn = super().load(number)
        entry = self.cases[number]
        if entry.record is None or read_record(entry.folder).files != entry.record.files:
            msg = f"case {entry.name} has changed since the plan was made; fine-tune again"
            raise CaseError(msg)
        return drawn


def case_crops(cases: Sequence[CaseEntry], config: TrainConfig, lane: int) -> FrozenCases:
    """The crops of cases, in the order of one lane of a training."""
    return FrozenCases(list(cases), config.seed, config.crops, lane)


@contextmanager
def in_a_sentence() -> Iterator[None]:
    """Tell what a loader said of a case without the loader's own traceback.

    Raises:
        CaseError: As the block did; of a loader's, which torch gives as text, the last line.
    """
    try:
        yield
    except CaseError as error:
        last = str(error).strip().splitlines()[-1]
        raise CaseError(last.rpartition(f"{CaseError.__name__}: ")[2]) from error
