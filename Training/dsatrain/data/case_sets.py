"""Other data sets of cases, to be joined with one's own.

Patient keys are taken over. They were made with the other data set's salt, so a patient whose runs
are in both counts as two.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from dsanet.cases import Case, CaseEntry, list_cases, read_case
from dsanet.errors import CaseError
from dsatrain.data.orientations import ORIENTATIONS
from dsatrain.data.sources import SourceRun, Terms, refused


def find_runs(source: Path) -> list[SourceRun]:
    """Find the cases of a data set; broken ones are refused by name.

    Args:
        source: The data set's folder.

    Raises:
        CaseError: There is no case.
    """
    entries = list_cases(source)
    if not entries:
        msg = f"{source} holds no cases; choose the folder that holds the cases' folders"
        raise CaseError(msg)
    return [_run(entry) for entry in entries]


def _run(entry: CaseEntry) -> SourceRun:
    if entry.problem:
        return refused(entry.name, entry.problem)

    def load(terms: Terms) -> Case:
        case = read_case(entry.folder)
        turned = np.ascontiguousarray(ORIENTATIONS[terms.orientation](case.labels))
        return replace(case, labels=turned)

    return SourceRun(entry.name, load)
