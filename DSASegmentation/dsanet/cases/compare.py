"""Two readers of one run: how far they agree, and where they do not."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsanet.cases.case import LABEL_KINDS, Case
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


def _dice(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float | None:
    both = int(np.count_nonzero(a)) + int(np.count_nonzero(b))
    return 2 * int(np.count_nonzero(a & b)) / both if both else None
