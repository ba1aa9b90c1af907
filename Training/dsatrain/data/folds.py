"""Folds that keep a patient's runs together."""

from collections.abc import Mapping

from dsanet.errors import CaseError

FOLDS = 5
"""As many as DSANet and nnU-Net use."""


def patient_folds(patients: Mapping[str, str], count: int) -> list[list[str]]:
    """Deal cases into folds of about the same size, each patient into one fold.

    The patient with the most cases comes first and goes to the fold with the fewest, so that the
    sizes differ by no more than one patient's cases. The same cases give the same folds.

    Args:
        patients: Patient key by case name.
        count: Number of folds, at least 1.

    Returns:
        Case names, sorted, of each fold.

    Raises:
        CaseError: There are fewer patients than folds.

    >>> patient_folds({"a": "1", "b": "1", "c": "2", "d": "3"}, 2)
    [['a', 'b'], ['c', 'd']]
    """
    cases_of: dict[str, list[str]] = {}
    for case in sorted(patients):
        cases_of.setdefault(patients[case], []).append(case)
    if not 1 <= count <= len(cases_of):
        msg = f"{len(cases_of)} patients cannot be dealt into {count} folds; choose fewer folds"
        raise CaseError(msg)
    folds: list[list[str]] = [[] for _ in range(count)]
    for cases in sorted(cases_of.values(), key=lambda cases: (-len(cases), cases)):
        min(folds, key=len).extend(cases)
    return [sorted(fold) for fold in folds]


def splits(folds: list[list[str]]) -> list[dict[str, list[str]]]:
    """Give the training and validation cases of each fold, as nnU-Net's splits_final.json has them.

    >>> splits([["a"], ["b", "c"]])[0]
    {'train': ['b', 'c'], 'val': ['a']}
    """
    return [
        {
            "train": sorted(case for other in folds if other is not fold for case in other),
            "val": fold,
        }
        for fold in folds
    ]
