"""DIAS in its published layout: arteries only, so never taken for BV or MAT."""

import numpy as np
import pytest

from dsanet.cases import read_case
from dsanet.errors import CaseError
from dsatrain.data.crops import training_cases
from dsatrain.data.dias import find_runs
from dsatrain.data.importing import import_runs


def bring(source, dataset):
    return list(import_runs(find_runs(source), dataset))


def test_sequences_become_cases_of_the_whole_vessel(dias, tmp_path, make):
    outcomes = bring(dias, tmp_path / "set")
    assert [outcome.result for outcome in outcomes] == ["imported"] * 3
    assert [outcome.name for outcome in outcomes] == ["training s0", "validation s30", "test s40"]
    cases = [read_case(tmp_path / "set" / outcome.case) for outcome in outcomes]
    assert np.array_equal(cases[0].labels, make.labels() > 0)
    assert np.array_equal(cases[1].frames, make.frames(30, dtype=np.uint8, count=11))
    facts = [case.facts for case in cases]
    assert {fact.label_kind for fact in facts} == {"vessel"}
    assert [fact.split for fact in facts] == ["train", "train", "test"]
    assert len({fact.patient_key for fact in facts}) == 3
    assert not facts[0].times_stated


def test_they_are_left_out_of_the_training_of_classes(dias, tmp_path):
    bring(dias, tmp_path / "set")
    chosen, others = training_cases(tmp_path / "set")
    assert chosen == []
    assert sorted(reason for _, reason in others) == [
        "it is a test case",
        *["its labels are of the kind vessel, which cannot teach BV and MAT"] * 2,
    ]


def no_label(root, _):
    (root / "training/labels/label_s0.png").unlink()


def missing_frame(root, _):
    (root / "training/images/image_s0_i2.png").unlink()


def no_frames(root, _):
    for path in (root / "training/images").iterdir():
        path.unlink()


def other_size(root, make):
    make.png(root / "training/images/image_s0_i2.png", np.zeros((40, 55), np.uint8))


def coloured(root, make):
    red = np.zeros((40, 56, 3), np.uint8)
    red[..., 0] = (make.labels() > 0) * 255
    make.png(root / "training/labels/label_s0.png", red)


def grey_edges(root, make):
    make.png(root / "training/labels/label_s0.png", (make.labels() > 0).astype(np.uint8) * 254)


def turned(root, make):
    labels = (make.labels() > 0).astype(np.uint8) * 255
    make.png(root / "training/labels/label_s0.png", labels[:, ::-1].copy())


WRONG = [
    (no_label, "training s0 has no labels, expected labels/label_s0.png"),
    (missing_frame, "training s0 has the frames 0, 1, 3, .* expected 0, 1, 2 and so on"),
    (no_frames, "training s0 has the frames none, expected 0, 1, 2"),
    (other_size, "Cannot read training s0: image_s0_i2.png is 40 x 55 pixels"),
    (coloured, "Cannot read label_s0.png: it is a colour picture"),
    (grey_edges, r"label_s0.png holds the values \[254\], expected only \[0, 255\]"),
    (turned, "labels do not fit as stored .* use --orientation mirrored"),
]


@pytest.mark.parametrize(("damage", "message"), WRONG)
def test_one_wrong_run_is_refused_with_its_reason(dias, tmp_path, make, damage, message):
    damage(dias, make)
    outcomes = bring(dias, tmp_path / "set")
    assert [outcome.result for outcome in outcomes] == ["refused", "imported", "imported"]
    with pytest.raises(CaseError, match=message):
        raise CaseError(outcomes[0].detail)


def test_a_folder_of_another_kind_is_refused(tmp_path):
    with pytest.raises(CaseError, match="holds no training/images/image_s0_i0.png"):
        find_runs(tmp_path)
