"""A whole fine-tuning of a tiny network: its child, its events, stopping and going on."""

import errno
import json
import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dsanet.cases import read_case, write_case
from dsanet.engine import Engine
from dsanet.errors import CancelledError, CaseError, DSAError, HeldError, WriteError
from dsanet.packages import load_package
from dsatrain import cli
from dsatrain.finetune import choose, finetune, make_plan
from dsatrain.finetune import plan as plan_module
from dsatrain.train.config import Watch

SETTINGS = {"steps": 4, "crop_px": 32, "bf16": False, "max_frames": 2}
QUIET = Watch(report_every=2, checkpoint_minutes=9)


@pytest.fixture(autouse=True)
def replay_without_phantoms(monkeypatch):
    """Older cases only, as if phantoms were cases; making some takes seconds."""

    def mixed(trained, older, replays, config, lane):
        new = plan_module.case_crops(trained, config, lane)
        return plan_module.Alternating([new, plan_module.Replayed(new)]) if replays else new

    monkeypatch.setattr(plan_module, "mixed_crops", mixed)
    monkeypatch.setattr(plan_module, "validation_phantoms", lambda _count: [])


@pytest.fixture
def plan(dataset, tiny_package):
    chosen = choose(dataset(), tiny_package, "cpu")
    return make_plan(tiny_package, chosen, "child", **SETTINGS)


@pytest.fixture(autouse=True)
def without_ir(monkeypatch):
    """Conversion takes longer than the training."""
    from dsatrain.finetune import run

    real = run.write_package
    monkeypatch.setattr(run, "write_package", lambda *given: real(*given, with_ir=False))


def test_a_child_knows_its_parent_and_what_it_learned(plan, tiny_package, tmp_path):
    events = []
    child = finetune(plan, tmp_path / "out", device="cpu", watch=QUIET, on_event=events.append)
    assert child == load_package(tmp_path / "out" / "child")
    assert child.weights_sha256 != tiny_package.weights_sha256
    facts = child.manifest
    assert facts["parent"] == tiny_package.weights_sha256
    assert (facts["training"]["steps_done"], facts["training"]["seed"]) == (4, 1)
    assert facts["training"]["data"].startswith("4 new and 0 older cases, sha256 ")
    assert len(facts["learned"]) == 6
    assert {row["patient_key"] for row in facts["learned"]} == {f"{n:016x}" for n in range(6)}
    kinds = [event["event"] for event in events]
    assert kinds[0] == "plan"
    assert kinds.count("step") == 4
    assert kinds[-2:] == ["packaging", "done"]
    assert any("BV dice" in event for event in events if event["event"] == "report")
    assert events[-1]["weights_sha256"] == child.weights_sha256
    json.dumps(events, allow_nan=False)
    Engine.load(child, "cpu")


def test_a_stopped_fine_tuning_goes_on_to_the_same_child(plan, tmp_path):
    steps = []
    with pytest.raises(CancelledError, match="after step 2 of 4"):
        finetune(plan, tmp_path / "b", device="cpu", watch=QUIET,
                 stop=lambda: steps.append(1) or len(steps) == 2)  # fmt: skip
    assert not (tmp_path / "b" / "child").exists()
    broken = finetune(plan, tmp_path / "b", device="cpu", watch=QUIET)
    whole = finetune(plan, tmp_path / "w", device="cpu", watch=QUIET)
    assert broken.weights_sha256 == whole.weights_sha256
    before = (broken.folder / "model.json").stat().st_mtime_ns
    assert finetune(plan, tmp_path / "b", device="cpu", watch=QUIET) == broken
    assert (broken.folder / "model.json").stat().st_mtime_ns == before


def test_a_folder_of_another_plan_is_refused(plan, tmp_path):
    with pytest.raises(CancelledError):
        finetune(plan, tmp_path, device="cpu", watch=QUIET, stop=lambda: True)
    other = replace(plan, config=replace(plan.config, seed=2))
    with pytest.raises(ValueError, match="seed 1, now 2"):
        finetune(other, tmp_path, device="cpu", watch=QUIET)


def test_how_the_parents_scores_are_read_is_inherited(plan, tiny_package, tmp_path, monkeypatch):
    asked = []

    def threshold(engine, lowest):
        asked.append((engine.package.temperatures, lowest))
        return 0.375

    monkeypatch.setattr("dsatrain.finetune.run.trunk_threshold", threshold)
    said = {"temperatures": [1.0, 1.5, 2.0], "trunk_in_overview": 0.25}
    said |= {"vessel_threshold": 0.4, "second_look": 0.5, "look_px": 640}
    plan = replace(plan, parent=replace(tiny_package, manifest={**tiny_package.manifest, **said}))
    child = finetune(plan, tmp_path, device="cpu", watch=QUIET)
    assert child.temperatures == (1.0, 1.5, 2.0)
    assert (child.vessel_threshold, child.second_look, child.look_px) == (0.4, 0.5, 640)
    assert child.trunk_in_overview == 0.375
    assert finetune(plan, tmp_path, device="cpu", watch=QUIET) == child
    assert asked == [((1.0, 1.5, 2.0), 0.25)]


def test_a_parent_without_a_look_at_the_whole_has_children_without(plan, tmp_path):
    assert finetune(plan, tmp_path, device="cpu", watch=QUIET).trunk_in_overview is None


def test_the_command_tells_json_lines_a_plan_and_what_comes_next(
    dataset, tiny_package, tmp_path, capsys
):
    common = ["finetune", "--data", str(dataset()), "--parent", str(tiny_package.folder)]
    options = ["--name", "child", "--device", "cpu", "--crop-px", "32", "--steps", "2"]
    command = [*common, *options, "--output", str(tmp_path / "out")]
    assert cli.main([*command, "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "learns from 4 new cases" in said
    assert not (tmp_path / "out").exists()
    assert cli.main([*command, "--progress-json"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["event"] for event in events if event["event"] != "report"] == [
        *(["progress"] * 6),
        *("plan", "step", "step", "packaging", "done"),
    ]
    assert cli.main(command) == 0
    said = capsys.readouterr().out
    child = load_package(tmp_path / "out" / "child")
    assert f"child {child.weights_sha256} is ready in {child.folder}" in said
    assert f"dsatrain gate {child.folder} --data" in said


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (["--data", "nowhere"], "nowhere is no data set"),
        (["--parent", "no-such-model"], "no model package 'no-such-model'"),
        (["--name", "a/b"], "name"),
        (["--crop-px", "31"], "crops have 31 px, expected at least 32"),
    ],
)
def test_a_wrong_argument_is_one_line_and_leaves_nothing(
    dataset, tiny_package, tmp_path, capsys, wrong, line
):
    common = ["--data", str(dataset(1)), "--parent", str(tiny_package.folder), "--device", "cpu"]
    output = tmp_path / "out"
    assert cli.main(["finetune", *common, "--output", str(output), *wrong]) == 2
    assert line in capsys.readouterr().err
    assert not output.exists()


@pytest.mark.skipif(os.name == "nt", reason="a signal to oneself ends it there")
@pytest.mark.parametrize("moment", ["first", "packaging"])
def test_before_the_first_step_and_while_packaging_a_stop_takes_no_time(
    dataset, tiny_package, tmp_path, monkeypatch, capsys, moment
):
    def stopped(*_given, **_choices):
        os.kill(os.getpid(), signal.SIGTERM)
        pytest.fail("it went on")

    name = {"first": "train", "packaging": "write_package"}[moment]
    with monkeypatch.context() as patch:
        patch.setattr(f"dsatrain.finetune.run.{name}", stopped)
        command = ["finetune", "--data", str(dataset(2)), "--parent", str(tiny_package.folder)]
        options = ["--name", "child", "--device", "cpu", "--crop-px", "32", "--steps", "1"]
        assert cli.main([*command, *options, "--output", str(tmp_path / "out")]) == 130
    assert "interrupted" in capsys.readouterr().err
    if moment == "first":
        assert not (tmp_path / "out").exists()
    else:
        assert not (tmp_path / "out" / "child").exists()
        assert cli.main([*command, *options, "--output", str(tmp_path / "out")]) == 0


def test_two_fine_tunings_in_one_folder_are_one_too_many(plan, tmp_path):
    def second(event):
        if event["event"] in ("step", "packaging"):
            with pytest.raises(HeldError, match="another training, fine-tuning or gate works in"):
                finetune(plan, tmp_path / "out", device="cpu", watch=QUIET)

    assert finetune(plan, tmp_path / "out", device="cpu", watch=QUIET, on_event=second)


def test_a_full_disk_while_the_child_is_written_leaves_none_and_the_same_call_goes_on(
    plan, tmp_path, monkeypatch
):
    real = os.write

    def full(descriptor, data):
        if len(data) > 1000 and "child" in str(Path(f"/proc/self/fd/{descriptor}").readlink()):
            raise OSError(errno.ENOSPC, "no space left on device")
        return real(descriptor, data)

    with monkeypatch.context() as patch:
        patch.setattr("dsanet.atomic.os.write", full)
        with pytest.raises(WriteError, match="no space left on the disk"):
            finetune(plan, tmp_path / "out", device="cpu", watch=QUIET)
    assert not (tmp_path / "out" / "child").exists()
    child = finetune(plan, tmp_path / "out", device="cpu", watch=QUIET)
    assert load_package(child.folder) == child


def test_a_case_that_changes_meanwhile_ends_the_fine_tuning_with_a_sentence(plan, tmp_path):
    def relabel(event):
        if event["event"] == "plan":
            for entry in plan.trained:
                case = read_case(entry.folder)
                write_case(entry.folder, replace(case, labels=np.minimum(case.labels, 1)))

    with pytest.raises(CaseError, match=r"^case case-\d has changed since the plan was made; fine"):
        finetune(plan, tmp_path / "out", device="cpu", watch=QUIET, on_event=relabel)
    assert not (tmp_path / "out" / "child").exists()


def test_a_data_set_that_vanishes_ends_the_fine_tuning_with_a_sentence(plan, tmp_path):
    def vanish(event):
        if event["event"] == "plan":
            shutil.rmtree(tmp_path / "data")

    with pytest.raises(CaseError, match=r"data.case-\d"):
        finetune(plan, tmp_path / "out", device="cpu", watch=QUIET, on_event=vanish)
    assert not (tmp_path / "out").exists()


def test_a_parent_that_is_removed_meanwhile_is_missed_only_when_it_is_needed_again(
    plan, tiny_package, tmp_path
):
    kept = tmp_path / "kept"
    shutil.copytree(tiny_package.folder, kept)
    made = replace(plan, parent=load_package(kept))

    def remove(event):
        if event["event"] == "step" and kept.exists():
            shutil.rmtree(kept)

    with pytest.raises(CancelledError):
        finetune(made, tmp_path / "out", device="cpu", watch=QUIET, on_event=remove,
                 stop=lambda: True)  # fmt: skip
    with pytest.raises(DSAError, match="kept"):
        finetune(made, tmp_path / "out", device="cpu", watch=QUIET)
    shutil.copytree(tiny_package.folder, kept)
    child = finetune(made, tmp_path / "out", device="cpu", watch=QUIET, on_event=remove)
    assert not kept.exists()
    assert load_package(child.folder) == child
