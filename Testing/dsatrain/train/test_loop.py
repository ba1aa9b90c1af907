"""A whole training: what it leaves behind, and that killing it changes nothing."""

import csv
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from dsanet.errors import CancelledError, WriteError
from dsatrain.train import Watch, reached, train

QUIET = Watch(report_every=2, validation_runs=0)
HERE = Path(__file__).parent

ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1"}
"""As the tests themselves; sums over more threads round otherwise."""

KILLS = int(os.environ.get("DSA_KILLS", "2"))

SCRIPT = """
import sys, time
from pathlib import Path
sys.path.insert(0, {here!r})
from conftest import DATA, make_config
from dsanet.errors import WriteError
from dsatrain.train import Watch, train
watch = Watch(report_every=2, validation_runs=0, checkpoint_minutes=0.0)
config = make_config(steps={steps}, processes={processes},
                     frozen=("minip_encoder",), frozen_steps=3)
train(config, Path(sys.argv[1]), data=DATA, watch=watch,
      device="cpu", on_step=lambda step, loss: print(step, flush=True))
"""


def script(processes=1, steps=12):
    return SCRIPT.format(here=str(HERE), processes=processes, steps=steps)


def losses(folder):
    rows = csv.DictReader((folder / "history.csv").read_text().splitlines())
    return [(row["step"], row["loss"]) for row in rows]


def test_a_training_leaves_checkpoint_history_and_curves(tmp_path, config, crops):
    trainer = train(config(), tmp_path, data=crops, watch=QUIET, device="cpu")
    assert trainer.step == 6
    assert [step for step, _ in losses(tmp_path)] == ["2", "4", "6"]
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert reached(tmp_path).step == 6


def test_tensorboard_is_a_choice_that_may_be_missing(tmp_path, config, crops, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    watch = Watch(validation_runs=0, tensorboard=True)
    with pytest.raises(ValueError, match="pip install tensorboard"):
        train(config(), tmp_path, data=crops, watch=watch, device="cpu")


def test_a_finished_training_is_not_trained_further(tmp_path, config, crops):
    train(config(), tmp_path, data=crops, watch=QUIET, device="cpu")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    train(config(), tmp_path, data=crops, watch=QUIET, device="cpu")
    assert before == {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}


def test_the_last_step_is_validated_on_held_out_phantoms(tmp_path, config, crops):
    watch = Watch(report_every=2, validation_runs=1)
    train(config(steps=2), tmp_path, data=crops, watch=watch, device="cpu")
    (row,) = csv.DictReader((tmp_path / "history.csv").read_text().splitlines())
    assert 0 <= float(row["whole dice"]) <= 1
    assert [path.suffix for path in (tmp_path / "validation").iterdir()] == [".png"]


def test_no_checkpoint_is_ahead_of_the_history(tmp_path, config, crops, monkeypatch):
    def full(_self):
        raise WriteError("the disk is full")

    monkeypatch.setattr("dsatrain.train.history.History.write", full)
    with pytest.raises(WriteError):
        train(config(), tmp_path, data=crops, watch=QUIET, device="cpu")
    assert list(tmp_path.iterdir()) == []


def test_a_killed_training_ends_bit_for_bit_as_the_unbroken_one(tmp_path, config, crops):
    steps = 4 * KILLS + 4
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    frozen = {"frozen": ("minip_encoder",), "frozen_steps": 3}
    train(config(steps=steps, **frozen), whole, data=crops, watch=QUIET, device="cpu")
    rng = np.random.default_rng()
    command = [sys.executable, "-c", script(steps=steps), broken]
    for kill in range(KILLS):
        seen = run_until(command, 4 * kill + int(rng.integers(1, 4)), float(rng.random()) * 0.05)
        assert seen < 2 or reached(broken).step >= seen - 1
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=ONE_THREAD)
    assert losses(broken) == losses(whole)
    wanted = reached(whole).weights
    for name, value in reached(broken).weights.items():
        assert torch.equal(value, wanted[name]), name


def run_until(command, wanted_step, seconds):
    """Run a training, and kill it some time after a step is told; give the last step told."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ONE_THREAD) as process:
        step = 0
        for line in process.stdout:
            step = int(line)
            if step >= wanted_step:
                break
        time.sleep(seconds)
        process.kill()
    return step


def test_a_sigterm_to_all_processes_leaves_a_training_that_goes_on(tmp_path):
    """As `scancel` and a session that ends send it: the loaders get it too."""
    stoppable = "from dsatrain.train.command import stoppable\nwith stoppable() as asked: train("
    code = script(steps=100_000).replace("\ntrain(", f"\n{stoppable}")
    code = code.replace('device="cpu",', 'device="cpu", stop=asked,')
    with subprocess.Popen(
        [sys.executable, "-c", code, tmp_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ONE_THREAD,
        start_new_session=True,
    ) as process:
        while int(process.stdout.readline()) < 3:
            pass
        os.killpg(process.pid, signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert said.splitlines()[-1].startswith("KeyboardInterrupt: stopped")
    assert reached(tmp_path).step >= 2


@pytest.mark.allow_hosts(["127.0.0.1", "localhost", "::1"])
def test_two_processes_train_one_network_together(tmp_path):
    module = tmp_path / "together.py"
    module.write_text(script(processes=2))
    folder = tmp_path / "out"
    folder.mkdir()
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    started = time.monotonic()
    subprocess.run(
        [*command, "--standalone", str(module), str(folder)],
        check=True,
        env=ONE_THREAD,
        stdout=subprocess.DEVNULL,
        timeout=120,
    )
    assert time.monotonic() - started < 120
    found = reached(folder)
    assert (found.step, found.config.processes) == (12, 2)
    assert len(losses(folder)) == 6


def test_a_training_makes_its_folder_before_it_computes(tmp_path, config, crops):
    folder = tmp_path / "deep" / "new"
    train(config(steps=2), folder, data=crops, watch=QUIET, device="cpu")
    assert reached(folder).step == 2
    (tmp_path / "file").touch()
    with pytest.raises(WriteError, match="is a file, not a folder"):
        train(config(), tmp_path / "file", data=crops, device="cpu", on_step=lambda *_: 1 / 0)


def test_a_training_that_is_stopped_goes_on_bit_for_bit(tmp_path, config, crops):
    def go(folder, stop=lambda: False, **settings):
        train(config(**settings), folder, data=crops, watch=QUIET, device="cpu", stop=stop)

    with pytest.raises(CancelledError, match="stopped after step 3 of 6"):
        go(tmp_path / "broken", after(3))
    assert reached(tmp_path / "broken").step == 3
    go(tmp_path / "broken")
    go(tmp_path / "whole")
    assert losses(tmp_path / "broken") == losses(tmp_path / "whole")
    same(reached(tmp_path / "broken").weights, reached(tmp_path / "whole").weights)


def after(steps):
    """A wish to stop after so many steps."""
    asked = iter(range(1, steps + 1))
    return lambda: next(asked) == steps


def same(found, wanted):
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[name], value) for name, value in wanted.items())


@pytest.fixture
def judged(crops):
    return replace(crops, validation_runs=lambda _count: ["a run"])


def test_a_validation_looks_as_the_model_will(tmp_path, config, judged, monkeypatch):
    asked = []

    def validate(_network, _weights, _runs, _device, how_used):
        asked.append(how_used)
        return SimpleNamespace(dice={}, gallery=SimpleNamespace(write=lambda _folder: []))

    monkeypatch.setattr("dsatrain.train.loop.validate", validate)
    data = replace(judged, how_used={"second_look": 0.7})
    train(config(look_px=96), tmp_path, data=data, watch=Watch(), device="cpu")
    assert asked == [{"look_px": 96, "second_look": 0.7}]


def scripted(monkeypatch, dice):
    """Validations that find the given BV Dice one after the other; gives the weights they saw."""
    seen = []

    def validate(_network, weights, _runs, _device, _how_used):
        seen.append({name: value.clone() for name, value in weights.items()})
        scores = {"BV": dice[len(seen) - 1], "MAT": None, "whole": None}
        return SimpleNamespace(dice=scores, gallery=SimpleNamespace(write=lambda _folder: []))

    monkeypatch.setattr("dsatrain.train.loop.validate", validate)
    return seen


def test_the_weights_of_the_best_validation_are_kept(tmp_path, config, judged, monkeypatch):
    seen = scripted(monkeypatch, [0.1, 0.5, 0.4, 0.3])
    train(config(select_every=2), tmp_path, data=judged, watch=Watch(), device="cpu")
    assert len(seen) == 4
    same(reached(tmp_path).weights, seen[1])
    rows = list(csv.DictReader((tmp_path / "history.csv").read_text().splitlines()))
    assert [(row["step"], row["BV dice"]) for row in rows] == [
        ("0", "0.1"),
        ("2", "0.5"),
        ("4", "0.4"),
        ("6", "0.3"),
    ]


def test_the_weights_before_the_first_step_are_scored_and_never_kept(
    tmp_path, config, judged, monkeypatch
):
    seen = scripted(monkeypatch, [0.9, 0.5, 0.6, 0.3])
    train(config(select_every=2), tmp_path, data=judged, watch=Watch(), device="cpu")
    assert (reached(tmp_path).weights_step, len(seen)) == (4, 4)
    same(reached(tmp_path).weights, seen[2])


def test_training_ends_early_when_nothing_gets_better(tmp_path, config, judged, monkeypatch):
    seen = scripted(monkeypatch, [0.1, 0.5, 0.4, 0.5, 0.9])
    settings = config(steps=20, select_every=2, patience=2)
    for _ in range(2):
        train(settings, tmp_path, data=judged, watch=Watch(), device="cpu")
        assert reached(tmp_path).step == 6
    assert len(seen) == 4
    same(reached(tmp_path).weights, seen[1])


def test_a_selection_outlives_a_stop(tmp_path, config, judged, monkeypatch):
    seen = scripted(monkeypatch, [0.1, 0.5, 0.4, 0.3])
    settings = config(select_every=2)
    with pytest.raises(CancelledError):
        train(settings, tmp_path, data=judged, watch=Watch(), device="cpu", stop=after(3))
    train(settings, tmp_path, data=judged, watch=Watch(), device="cpu")
    assert len(seen) == 4
    same(reached(tmp_path).weights, seen[1])


def test_a_checkpoint_from_before_a_setting_existed_is_taken_up(tmp_path, config, crops):
    trainer = train(config(steps=2), tmp_path, data=crops, watch=QUIET, device="cpu")
    state = trainer.state()
    for name in ("frozen", "frozen_steps", "distillation", "select_every", "patience"):
        del state["config"][name]
    trainer.restore(state)
