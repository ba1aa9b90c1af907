"""The loop from end to end, with a tiny network and whatever its gate says."""

import json
from dataclasses import replace

import pytest

from dsanet.cases import read_case
from dsanet.packages import Registry, read_gate
from dsatrain import crops, loop_demo
from dsatrain.finetune import run
from dsatrain.gate import judge
from dsatrain.phantom import sample_settings

SMALL = loop_demo.Size(
    learn=2, judge=6, show=1, phantoms=1, side=192, steps=2, crop_px=32, clicks=3
)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """No conversion to IR, and frozen phantoms as small as the rest."""
    write = run.write_package
    monkeypatch.setattr(run, "write_package", lambda *given: write(*given, with_ir=False))
    monkeypatch.setattr("dsatrain.gate.phantoms.SIZES", ((48, 56),))
    small = {"size": (56, 48), "frame_count": 3}
    monkeypatch.setattr(crops, "sample_settings", lambda seed, **_: sample_settings(seed, **small))


def decide(monkeypatch, verdict):
    """Let the gate come to a verdict; that its report is bound to both models stays real."""

    def decided(*given, **choices):
        report = judge(*given, **choices)
        findings = tuple(replace(finding, passed=True) for finding in report.findings)
        return replace(report, verdict=verdict, findings=findings, reasons=("given",))

    monkeypatch.setattr(loop_demo, "judge", decided)


def test_the_loop_goes_round_and_says_plainly_when_the_gate_refuses(
    tmp_path, tiny_package, monkeypatch
):
    told = []
    decide(monkeypatch, "reject")
    outcome = loop_demo.run_loop(tmp_path, SMALL, told.append, tiny_package, "cpu")
    report = read_gate(tmp_path / "gate" / "gate.json")
    assert (outcome.verdict, outcome.permit, outcome.active) == ("reject", "override", "tiny")
    assert report.verdict == "reject"
    assert (report.cases, report.patients) == (6, 6)
    registry = Registry(tmp_path / "home")
    assert registry.active().name == "tiny"
    child = registry.find("child")
    assert child.manifest["parent"] == tiny_package.weights_sha256
    assert child.weights_sha256 != tiny_package.weights_sha256
    assert len(child.manifest["learned"]) == 2
    learned = read_case(tmp_path / "data" / "phantom-700000").facts
    assert (learned.reader, learned.split) == ("simulated", "train")
    assert learned.proposal["model_sha256"] == tiny_package.weights_sha256
    assert learned.changed_pixels > 0
    facts = json.loads((tmp_path / "gate" / "gate.json").read_text())
    assert len(facts["phantom_runs"]) == 1
    assert sum(" clicks, BV Dice " in line for line in told) == 2
    assert any(line.startswith("the gate says reject") for line in told)
    assert "so it may not take the parent's place; here, and only here" in "".join(told)
    records = [json.loads(p.read_text()) for p in sorted((tmp_path / "home/activations").iterdir())]
    assert [(each["action"], each["model"]) for each in records[-2:]] == [
        *(("activate", "child"), ("roll back", "tiny"))
    ]
    assert records[-2]["reason"] == "to be shown, though the gate says reject"

    told.clear()
    decide(monkeypatch, "accept")
    again = loop_demo.run_loop(tmp_path, SMALL, told.append, tiny_package, "cpu")
    assert (again.verdict, again.permit, again.active) == ("accept", "gate", "tiny")
    assert "only here" not in "".join(told)
    assert " clicks" not in "".join(told)


def test_a_wrong_parent_is_one_line(tmp_path, capsys):
    code = loop_demo.main(["--output", str(tmp_path / "out"), "--parent", "no-such-model"])
    assert code == 2
    assert "no model package 'no-such-model'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
