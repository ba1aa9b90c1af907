"""Scoring predictions of real runs, and what is written about them."""

import csv
import dataclasses
import json

import numpy as np
import pytest
from PIL import Image

from dsanet.engine import Engine
from dsatrain.cli import main
from dsatrain.evaluate import dice_scores, evaluate, labelled_phantom
from dsatrain.evaluate.labelled import view_name
from dsatrain.phantom import make_phantom, sample_settings


@pytest.fixture(scope="module")
def labelled():
    return labelled_phantom(make_phantom(sample_settings(31, size=(96, 80))))


def test_dice_of_each_class_and_of_both_as_one():
    truth = np.array([[1, 1, 2, 0]], np.uint8)
    answer = np.array([[1, 2, 2, 0]], np.uint8)
    scores = dice_scores(answer, truth)
    assert scores["BV"] == 2 * 1 / (1 + 2)
    assert scores["MAT"] == 2 * 1 / (2 + 1)
    assert scores["whole"] == 1


def test_a_perfect_answer_scores_one_in_everything_that_it_holds(labelled, tiny_package):
    class Perfect(Engine):
        def segment(self, run, arterial_window=None, **others):
            answer = super().segment(run, arterial_window, **others)
            return dataclasses.replace(answer, labels=labelled.labels, no_mat=False)

    engine = Engine.load(tiny_package, "cpu")
    ((_, _, score),) = evaluate(Perfect(engine.package, engine.backend), [labelled])
    for name in score.in_truth:
        values = dict(score.scores[name])
        assert values.pop("hd95_px") == 0
        assert set(values.values()) == {1.0}, name


def test_a_window_that_was_given_is_not_scored(labelled, tiny_package):
    engine = Engine.load(tiny_package, "cpu")
    found = [
        next(evaluate(engine, [labelled], true_window=given))[2].window_error
        for given in (False, True)
    ]
    assert found[0] is not None
    assert found[1] is None


def test_views_are_named_by_their_primary_angle():
    assert [view_name(angle) for angle in (0, -29, 31, -91, 62, 119)] == [
        "AP",
        "AP",
        "oblique",
        "lateral",
        "lateral",
        "lateral",
    ]


def test_evaluate_writes_table_cases_and_pictures(tmp_path, tiny_package, capsys):
    folder = tmp_path / "scores"
    arguments = [str(tiny_package.folder), "--device", "cpu", "--count", "2"]
    assert main(["evaluate", *arguments, "--output", str(folder), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["cases"] == 2
    assert facts["model_sha256"] == tiny_package.weights_sha256
    assert json.loads((folder / "scores.json").read_text()) == facts
    rows = list(csv.DictReader((folder / "cases.csv").open()))
    assert [row["case"] for row in rows] == ["phantom-900000", "phantom-900001"]
    values = [float(row["whole dice"]) for row in rows]
    assert facts["whole"]["dice"]["mean"] == pytest.approx(np.mean(values), abs=1e-3)
    pictures = sorted(folder.glob("*.png"))
    assert len(pictures) == 2
    with Image.open(pictures[0]) as picture:
        assert picture.width > picture.height * 1.2
