"""Folds: no patient in two, about the same size, the same every time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsanet.errors import CaseError
from dsatrain.data.folds import patient_folds, splits


@given(st.dictionaries(st.text("abc", min_size=1), st.sampled_from("0123456789"), min_size=1))
def test_every_case_is_in_one_fold_and_every_patient_too(patients):
    count = len(set(patients.values()))
    for folds_wanted in {1, (count + 1) // 2, count}:
        folds = patient_folds(patients, folds_wanted)
        assert len(folds) == folds_wanted
        assert sorted(case for fold in folds for case in fold) == sorted(patients)
        for fold in folds:
            others = {patients[case] for other in folds if other is not fold for case in other}
            assert fold
            assert not others & {patients[case] for case in fold}
        sizes = [len(fold) for fold in folds]
        largest = max(list(patients.values()).count(patient) for patient in patients.values())
        assert max(sizes) - min(sizes) <= largest


def test_the_order_of_the_cases_does_not_matter():
    patients = {f"case{number}": str(number % 7) for number in range(30)}
    turned = dict(reversed(patients.items()))
    assert patient_folds(patients, 5) == patient_folds(turned, 5)


def test_more_folds_than_patients_are_refused():
    with pytest.raises(CaseError, match="2 patients cannot be dealt into 3 folds"):
        patient_folds({"a": "1", "b": "2", "c": "2"}, 3)


def test_splits_validate_each_case_once():
    made = splits([["a", "b"], ["c"], ["d"]])
    assert made[0] == {"train": ["c", "d"], "val": ["a", "b"]}
    assert sorted(case for split in made for case in split["val"]) == ["a", "b", "c", "d"]
