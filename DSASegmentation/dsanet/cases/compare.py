"""Two readers of one run: how far they agree, and where they do not."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dsanet.cases.case import LABEL_KINDS, Case
from dsanet.cases.folder import list_cases, read_case
from dsanet.errors import CaseError

SAME, ONLY_FIRST, ONLY_SECOND, OTHER_CLASS = range(4)
"""Values of `Comparison.difference`."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """How two label images of one run differ.

    Attributes:
        dice: By class name, 0 to 1: 2 |A and B| / (|A| + |B|) (Dice 1945); None where neither has
            a pixel of the class.
        changed: How many pixels differ.
        difference: uint8 (H, W): `SAME`; `ONLY_FIRST`, a vessel for the first reader alone;
            `ONLY_SECOND`; `OTHER_CLASS`, a vessel for both but of another class.
    """

    dice: dict[str, float | None]
    changed: int
    difference: NDArray[np.uint8]


def compare(first: Case, second: Case) -> Comparison:
    """Compare two readers' labels of one run.

    Args:
        first: A case.
        second: Another of the same run.

    Raises:
        CaseError: They are of other runs, or have other kinds of labels.
    """
    for what in ("pixel_sha256", "label_kind"):
        found, other = getattr(first.facts, what), getattr(second.facts, what)
        if found != other:
            msg = f"the cases have the {what} {found[:12]} and {other[:12]}; compare equal runs"
            raise CaseError(msg)
    a, b = first.labels, second.labels
    difference = np.full(a.shape, OTHER_CLASS, np.uint8)
    difference[a == b] = SAME
    difference[(a > 0) & (b == 0)] = ONLY_FIRST
    difference[(a == 0) & (b > 0)] = ONLY_SECOND
    classes = {name: value for name, value in LABEL_KINDS[first.facts.label_kind].items() if value}
    return Comparison(
        dice={name: _dice(a == value, b == value) for name, value in classes.items()},
        changed=int(np.count_nonzero(difference)),
        difference=difference,
    )


def compare_sets(first: Path, second: Path) -> dict[str, Comparison]:
    """Compare two readers' data sets, run by run.

    Args:
        first: A data set's folder.
        second: Another one, with cases of the same runs, whatever they are called there.

    Returns:
        For each run that both have, by the case's name in the first, the least alike first: by
        pixels that differ.

    Raises:
        CaseError: They have no run in common, or a case of such a run is broken.
    """
    there = _by_pixels(second)
    pairs = {one: there[run] for run, one in _by_pixels(first).items() if run in there}
    if not pairs:
        msg = f"{first} and {second} have no run in common; choose the data set of another reader"
        raise CaseError(msg)
    found = {one.name: compare(read_case(one), read_case(other)) for one, other in pairs.items()}
    return dict(sorted(found.items(), key=lambda pair: -pair[1].changed))


def _by_pixels(dataset: Path) -> dict[str, Path]:
    """The folders of a data set's cases by their runs; broken cases are left out."""
    records = ((entry.folder, entry.record) for entry in list_cases(dataset))
    return {record.facts.pixel_sha256: folder for folder, record in records if record}


def _dice(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float | None:
    both = int(np.count_nonzero(a)) + int(np.count_nonzero(b))
    return 2 * int(np.count_nonzero(a & b)) / both if both else None
