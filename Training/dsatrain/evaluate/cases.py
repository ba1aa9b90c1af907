"""Cases of a data set in the form in which they are scored."""

from collections.abc import Iterator
from pathlib import Path

from dsanet.cases import CaseEntry, list_cases, prepared_run, read_case
from dsanet.cases.case import BV_AND_MAT
from dsanet.errors import CaseError
from dsatrain.data.choosing import divided, not_of
from dsatrain.evaluate.labelled import CLASS_NAMES, LabelledRun, frames_name


def judged_cases(
    dataset: Path, split: str = "test"
) -> tuple[list[CaseEntry], list[tuple[str, str]]]:
    """Say which cases of a data set can judge a model, and why others cannot.

    Args:
        dataset: The data set's folder.
        split: `train` or `test`.

    Returns:
        The cases that can, and name and reason of the others.

    Raises:
        CaseError: There is no such folder, or no case that can judge.
    """
    chosen, others = divided(list_cases(dataset), lambda entry: not_of(entry, split))
    named = [(entry.name, reason) for entry, reason in others]
    if not chosen:
        found = "; ".join(f"{name}: {reason}" for name, reason in named[:3]) or "it has no case"
        msg = f"no case of {dataset} can judge a model ({found})"
        raise CaseError(msg)
    return chosen, named


def labelled_cases(entries: list[CaseEntry]) -> Iterator[LabelledRun]:
    """Read cases, one after the other.

    Labels that tell vessels from background only judge the whole vessel.

    Raises:
        CaseError: One is damaged.
    """
    for entry in entries:
        case = read_case(entry.folder)
        groups = {"source": case.facts.source, "frames": frames_name(len(case.frames))}
        classes = CLASS_NAMES if case.facts.label_kind == BV_AND_MAT else ("whole",)
        yield LabelledRun(entry.name, prepared_run(case), case.labels, None, groups, classes)
