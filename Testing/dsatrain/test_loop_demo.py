"""The loop from end to end, with a tiny network and whatever its gate says."""

import json
from dataclasses import replace

import pytest

from dsanet.packages import Registry, read_gate
from dsatrain import loop_demo, samples
from dsatrain.finetune import run
from dsatrain.gate import judge
from dsatrain.phantom import sample_settings

SMALL = loop_demo.Size(learn=2, judge=6, show=1, phantoms=1, side=96, steps=2, crop_px=32)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """No conversion to IR, and frozen phantoms as small as the rest."""
    write = run.write_package
    monkeypatch.setattr(run, "write_package", lambda *given: write(*given, with_ir=False))
    monkeypatch.setattr("dsatrain.gate.phantoms.SIZES", ((48, 56),))
    small = {"size": (56, 48), "frame_count": 3}
    monkeypatch.setattr(samples, "sample_settings", lambda seed: sample_settings(seed, **small))


def decide(monkeypatch, verdict):
    """Let the gate come to a verdict; that its report is bound to both models stays real."""

    def decided(*given, **choices):
        report = judge(*given, **choices)
        findings = tuple(replace(finding, passed=True) for finding in report.findings)
        return replace(report, verdict=verdict, findings=findings, reasons=("given",))

    monkeypatch.setattr(loop_demo, "judge", decided)


def test_the_loop_goes_round_and_activates_only_what_is_accepted(
    tmp_path, tiny_package, monkeypatch
):
    told = []
    decide(monkeypatch, "reject")
    outcome = loop_demo.run_loop(tmp_path, SMALL, told.append, tiny_package, "cpu")
    report = read_gate(tmp_path / "gate" / "gate.json")
    assert outcome.verdict == report.verdict == "reject"
    assert outcome.after == outcome.before
    assert (report.cases, report.patients) == (6, 6)
    registry = Registry(tmp_path / "home")
    assert registry.active().name == "tiny"
    child = registry.find("child")
    assert child.manifest["parent"] == tiny_package.weights_sha256
    assert child.weights_sha256 != tiny_package.weights_sha256
    assert len(child.manifest["learned"]) == 2
    facts = json.loads((tmp_path / "gate" / "gate.json").read_text())
    assert len(facts["phantom_runs"]) == 1
    assert any(line.startswith("the gate says reject") for line in told)
    decide(monkeypatch, "accept")
    assert loop_demo.run_loop(tmp_path, SMALL, told.append, tiny_package, "cpu").verdict == "accept"
    entry = next(entry for entry in registry.list_models() if entry.active)
    assert (entry.name, entry.activation.permit) == ("child", "gate")
    assert registry.roll_back().package.name == "tiny"


def test_a_wrong_parent_is_one_line(tmp_path, capsys):
    code = loop_demo.main(["--output", str(tmp_path / "out"), "--parent", "no-such-model"])
    assert code == 2
    assert "no model package 'no-such-model'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
