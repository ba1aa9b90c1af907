"""Verdicts: better is accepted, worse never, and what cannot be judged is refused."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from dsanet.cases import write_case
from dsanet.errors import EngineError
from dsanet.packages import read_gate
from dsatrain.gate import report_json, report_table, write_report
from dsatrain.gate.report import changed_pixels


def failed(report):
    return {finding.rule for finding in report.findings if not finding.passed}


def test_a_child_that_finds_more_everywhere_is_accepted(gate, answers):
    report = gate.fill().judge(answers.lossy(0.1), answers.lossy(0.3))
    assert report.verdict == "accept"
    assert failed(report) == set()
    better = report.findings[0]
    assert (better.rule, better.cases) == ("better", 8)
    assert 0 < better.low <= better.mean <= better.high
    assert report.data["patients"] == 8
    assert len(report.phantom_pairs) == 3


@pytest.mark.parametrize("of", ["worse", "equal"])
def test_a_child_that_is_no_better_is_rejected(gate, answers, of):
    share = {"worse": 0.3, "equal": 0.1}[of]
    report = gate.fill().judge(answers.lossy(share), answers.lossy(0.1))
    assert report.verdict == "reject"
    assert report.reasons[0].startswith("better: ")


def test_the_same_network_is_never_better(gate, answers):
    gate.child = replace(gate.child, weights_sha256=gate.parent.weights_sha256)
    report = gate.fill().judge(answers.lossy(0.0), answers.lossy(0.5))
    assert (report.verdict, report.findings) == ("same", ())
    plain = gate.child
    read_otherwise = (
        {"temperatures": [1.0, 1.0, 2.0]},
        {"trunk_in_overview": 0.5},
        {"vessel_threshold": 0.5},
        {"second_look": 0.5},
        {"look_px": 512},
    )
    for said in read_otherwise:
        gate.child = replace(plain, manifest={**plain.manifest, **said})
        assert gate.judge(answers.lossy(0.1), answers.lossy(0.1)).verdict == "reject"


@pytest.mark.parametrize(("count", "patients"), [(5, None), (8, 2)])
def test_too_few_runs_or_patients_accept_nothing(gate, answers, tools, count, patients):
    def change(case):
        if patients is None:
            return case
        key = f"{int(case.facts.patient_key, 16) % patients:016x}"
        return replace(case, facts=replace(case.facts, patient_key=key))

    report = gate.fill(count, change).judge(answers.lossy(0.1), answers.lossy(0.3))
    assert report.verdict == "too few"
    assert "too few" in report.reasons[0]
    assert failed(report) == set()


def test_a_loss_in_one_group_is_rejected_whatever_the_mean(gate, answers):
    def child(truth):
        return answers.lossy(0.0 if (truth == 2).any() else 0.35)(truth)

    report = gate.fill(12).judge(child, answers.lossy(0.3))
    assert report.findings[0].passed
    assert report.verdict == "reject"
    assert "trunk without MAT" in failed(report)


def test_mat_painted_where_there_is_none_is_rejected(gate, answers):
    def child(truth):
        answer = answers.lossy(0.0)(truth)
        if not (truth == 2).any():
            answer[0, :2] = 2
        return answer

    report = gate.fill().judge(child, answers.lossy(0.3))
    assert report.verdict == "reject"
    assert failed(report) == {"MAT where there is none", "phantoms: MAT where there is none"}


def test_broken_centrelines_are_rejected(gate, answers):
    def child(truth):
        """Gaps across the branches, where the parent misses their rims."""
        answer = truth.copy()
        answer[::6][answer[::6] == 1] = 0
        answer[:, ::6][answer[:, ::6] == 1] = 0
        return answer

    def parent(truth):
        answer = truth.copy()
        rim = (truth == 1) & ~np.roll(truth == 1, 1, axis=1)
        answer[rim] = 0
        answer[answer == 2] = np.where(np.arange((answer == 2).sum()) % 2, 2, 0)
        return answer

    report = gate.fill().judge(child, parent)
    assert "BV clDice" in failed(report)
    assert report.verdict == "reject"


def test_what_is_forgotten_on_phantoms_is_rejected(gate, answers):
    known = {phantom.run.labels.tobytes() for phantom in gate.phantoms}

    def child(truth):
        return answers.lossy(0.4 if truth.tobytes() in known else 0.0)(truth)

    gate.phantoms = [
        replace(p, run=replace(p.run, labels=np.ascontiguousarray(p.run.labels[::-1])))
        for p in gate.phantoms
    ]
    for phantom in gate.phantoms:
        gate.models.know(phantom)
    known = {phantom.run.labels.tobytes() for phantom in gate.phantoms}
    report = gate.fill().judge(child, answers.lossy(0.3))
    assert report.findings[0].passed
    assert report.verdict == "reject"
    assert "phantoms: all" in failed(report)


SABOTAGED_CHILDREN = {
    "swapped": lambda answers: answers.swapped,
    "empty": lambda _: np.zeros_like,
    "shuffled": lambda _: lambda truth: np.random.default_rng(1).permutation(truth),
    "everything": lambda _: np.ones_like,
}


@pytest.mark.parametrize("kind", SABOTAGED_CHILDREN)
def test_a_child_of_sabotaged_labels_is_rejected(gate, answers, kind):
    report = gate.fill().judge(SABOTAGED_CHILDREN[kind](answers), answers.lossy(0.4))
    assert report.verdict == "reject"


def test_swapped_labels_in_training_and_gate_fall_on_the_phantoms(gate, answers):
    """The frozen set itself is swapped, so that the swapping child looks perfect on it."""

    def change(case):
        return replace(case, labels=answers.swapped(case.labels))

    report = gate.fill(change=change, truth=lambda labels: labels).judge(
        answers.swapped, answers.lossy(0.0)
    )
    assert report.findings[0].passed
    assert report.verdict == "reject"
    assert {"phantoms: all", "phantoms: BV Dice"} <= failed(report)


def shuffled(case):
    rng = np.random.default_rng(int(case.facts.patient_key, 16))
    return replace(case, labels=rng.permuted(case.labels.ravel()).reshape(case.labels.shape))


UNFIT = {
    "empty": (lambda case: replace(case, labels=np.zeros_like(case.labels)), "single labelled"),
    "shuffled": (shuffled, "do not lie on the vessels"),
    "turned": (
        lambda case: replace(case, labels=np.ascontiguousarray(case.labels[::-1, ::-1])),
        "fit",
    ),
}


@pytest.mark.parametrize("kind", UNFIT)
def test_a_frozen_set_of_sabotaged_labels_is_refused(gate, answers, kind):
    change, words = UNFIT[kind]
    report = gate.fill(change=change).judge(answers.lossy(0.0), answers.lossy(0.3))
    assert report.verdict == "refused"
    assert words in report.reasons[0]


@pytest.mark.parametrize("shared", ["patient", "run"])
def test_one_patient_in_training_and_gate_is_refused(gate, answers, shared):
    learned = {
        "case": "elsewhere",
        "patient_key": f"{3:016x}" if shared == "patient" else "f" * 16,
        "pixel_sha256": f"{3:064x}" if shared == "run" else "f" * 64,
        "labels_sha256": "0" * 64,
    }
    gate.child = replace(gate.child, manifest={**gate.child.manifest, "learned": [learned]})
    report = gate.fill().judge(answers.lossy(0.0), answers.lossy(0.3))
    assert report.verdict == "refused"
    assert report.reasons == (f"the {shared} of case-3 was learned from {REASON[shared]}",)


REASON = {"patient": "in elsewhere", "run": "as elsewhere"}


def test_a_model_that_answers_no_numbers_is_refused(gate, answers):
    def broken(_truth):
        msg = "torch on cpu answered with values that are no numbers"
        raise EngineError(msg)

    report = gate.fill().judge(broken, answers.lossy(0.3))
    assert (report.verdict, report.reasons[0]) == (
        "refused",
        "torch on cpu answered with values that are no numbers",
    )


def test_a_damaged_gate_case_is_refused_and_never_left_out(gate, answers):
    gate.fill()
    path = gate.folder / "case-2" / "labels.nrrd"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    report = gate.judge(answers.lossy(0.1), answers.lossy(0.3))
    assert report.verdict == "refused"
    assert "labels.nrrd is damaged" in report.reasons[0]


def test_a_data_set_without_judges_is_refused(gate, answers, tools):
    write_case(gate.folder / "case", tools.make_case(split="train"))
    report = gate.judge(answers.lossy(0.1), answers.lossy(0.3))
    assert report.verdict == "refused"
    assert "it is a train case" in report.reasons[0]


def test_the_report_says_all_and_can_be_read_for_an_activation(gate, answers, tmp_path):
    report = gate.fill().judge(answers.lossy(0.1), answers.lossy(0.3))
    path = write_report(report, tmp_path / "out" / "gate")
    said = json.loads(path.read_text())
    assert said["verdict"] == "accept"
    assert said["child"]["weights_sha256"] == "a" * 64
    assert [run["name"] for run in said["runs"]] == [f"case-{n}" for n in range(8)]
    dice = said["runs"][1]
    assert dice["child"]["BV"]["dice"] > dice["parent"]["BV"]["dice"]
    record = read_gate(path)
    assert (record.verdict, record.cases, record.patients) == ("accept", 8, 8)
    assert record.child == gate.child.fingerprint
    assert record.parent == gate.parent.fingerprint
    table = (path.parent / "gate.md").read_text()
    assert table == report_table(report)
    assert "**accept**: child in place of parent" in table
    shown = sorted(path.parent.glob("change_*.png"))
    assert len(shown) == 6
    most = max(report.pairs, key=changed_pixels)
    assert shown[0].stem.endswith(most.case.run.name)


def test_a_report_is_the_same_twice_but_for_its_time(gate, answers):
    gate.fill()
    texts = [report_json(gate.judge(answers.lossy(0.1), answers.lossy(0.3))) for _ in range(2)]
    first, second = ({**json.loads(text), "time": ""} for text in texts)
    assert first == second


def test_old_pictures_go_with_the_old_report(gate, answers, tmp_path):
    write_report(gate.fill().judge(answers.lossy(0.1), answers.lossy(0.3)), tmp_path / "out")
    (tmp_path / "out" / "mine.png").touch()
    write_report(gate.judge(answers.lossy(0.3), answers.lossy(0.3)), tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "gate.json",
        "gate.md",
        "mine.png",
    }


def test_a_frozen_set_that_vanishes_meanwhile_is_refused(gate, answers):
    gate.fill()

    def vanish(stage, done, _count):
        if (stage, done) == ("reading cases", 2):
            shutil.rmtree(gate.folder)

    report = gate.judge(answers.lossy(0.1), answers.lossy(0.3), vanish)
    assert report.verdict == "refused"
    assert "case-2" in report.reasons[0]
