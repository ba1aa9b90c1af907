"""Training and scoring on a data set: which cases are learned from, which judge."""

import json
from dataclasses import replace

import numpy as np
import pytest

from dsanet.cases import list_cases, read_case, write_case
from dsanet.errors import CaseError
from dsatrain import cli
from dsatrain.data.phantoms import phantom_case
from dsatrain.phantom import make_phantom, sample_settings
from dsatrain.train import TrainConfig, cases_of, reached


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Six accepted cases of five patients; the last is a test case."""
    folder = tmp_path_factory.mktemp("dataset")
    for number in range(6):
        case = phantom_case(make_phantom(sample_settings(40 + number, size=(64, 56))))
        facts = replace(
            case.facts,
            patient_key=f"{min(number, 4):016x}",
            status="accepted",
            split="test" if number == 5 else "train",
        )
        write_case(folder / f"case-{number}", replace(case, facts=facts))
    return folder


def test_the_fold_that_judges_is_not_learned_from(dataset):
    for fold in range(5):
        data = cases_of(dataset, fold)
        validated = {run.name for run in data.validation_runs(9)}
        crops = data.make_crops(TrainConfig(crop_px=32), 0)
        trained = {entry.name for entry in crops.cases}
        assert len(validated) == 1
        assert not validated & trained
        assert validated | trained == {f"case-{number}" for number in range(5)}


def test_the_words_change_with_the_labels(dataset, tmp_path):
    copied = tmp_path / "copied"
    for entry in list_cases(dataset):
        write_case(copied / entry.name, read_case(entry.folder))
    before = cases_of(copied, 0).words
    assert before == cases_of(dataset, 0).words
    case = read_case(copied / "case-1")
    write_case(
        copied / "case-1", replace(case, labels=np.where(case.labels == 2, 0, 2).astype(np.uint8))
    )
    assert cases_of(copied, 0).words != before


def test_too_few_patients_are_refused(dataset, tmp_path):
    write_case(tmp_path / "one", read_case(dataset / "case-0"))
    with pytest.raises(CaseError, match="1 patients cannot be dealt into 5 folds"):
        cases_of(tmp_path, 0)


def test_train_and_evaluate_on_a_data_set(dataset, tmp_path, tiny_package, capsys):
    options = ["--width", "2", "--steps", "2", "--crop-px", "32", "--validation-runs", "1"]
    command = ["train", "--data", str(dataset), "--output", str(tmp_path), "--device", "cpu"]
    assert cli.main([*command, *options]) == 0
    assert reached(tmp_path).config.data.startswith("4 cases, sha256 ")
    capsys.readouterr()
    judged = ["evaluate", str(tiny_package.folder), "--data", str(dataset), "--device", "cpu"]
    assert cli.main([*judged, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["cases"], list(facts["groups"])) == (1, ["source", "frames"])
    assert facts["window_within_one_frame"] is None


def test_labels_of_vessels_only_judge_the_whole(dataset, tmp_path, tiny_package, capsys):
    case = read_case(dataset / "case-5")
    facts = replace(case.facts, label_kind="vessel")
    write_case(
        tmp_path / "vessel", replace(case, labels=(case.labels > 0) * np.uint8(1), facts=facts)
    )
    judged = ["evaluate", str(tiny_package.folder), "--data", str(tmp_path), "--device", "cpu"]
    assert cli.main([*judged, "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert (scores["whole"]["cases"], scores["BV"]["cases"], scores["runs_without_mat"]) == (
        1,
        0,
        0,
    )
    assert scores["calibration_error"] is None


def test_a_data_set_that_cannot_judge_says_why(dataset, tmp_path, capsys):
    write_case(tmp_path / "one", read_case(dataset / "case-0"))
    assert cli.main(["evaluate", "--data", str(tmp_path)]) == 2
    assert "it is a train case" in capsys.readouterr().err
