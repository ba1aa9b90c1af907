"""A whole training: what it leaves behind, and that killing it changes nothing."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from dsatrain.train import Watch, reached, train

QUIET = Watch(report_every=2, validation_runs=0)
HERE = Path(__file__).parent

SCRIPT = """
import sys, time
from pathlib import Path
sys.path.insert(0, {here!r})
from conftest import DATA, make_config
from dsatrain.train import Watch, train
watch = Watch(report_every=2, validation_runs=0, checkpoint_minutes=0.0)
train(make_config(steps=12, processes={processes}), Path(sys.argv[1]), data=DATA,
      watch=watch, device="cpu", on_step=lambda step, loss: print(step, flush=True))
"""


def script(processes=1):
    return SCRIPT.format(here=str(HERE), processes=processes)


def losses(folder):
    rows = csv.DictReader((folder / "history.csv").read_text().splitlines())
    return [(row["step"], row["loss"]) for row in rows]


def test_a_training_leaves_checkpoint_history_and_curves(tmp_path, config, crops):
    trainer = train(config(), tmp_path, data=crops, watch=QUIET, device="cpu")
    assert trainer.step == 6
    assert [step for step, _ in losses(tmp_path)] == ["2", "4", "6"]
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert reached(tmp_path).step == 6


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


def test_a_killed_training_ends_bit_for_bit_as_the_unbroken_one(tmp_path, config, crops):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    train(config(steps=12), whole, data=crops, watch=QUIET, device="cpu")
    for kill_at in ("3", "8"):
        process = subprocess.Popen(
            [sys.executable, "-c", script(), broken], stdout=subprocess.PIPE, text=True
        )
        for line in process.stdout:
            if line.strip() == kill_at:
                break
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert reached(broken).step >= int(kill_at) - 1
    subprocess.run([sys.executable, "-c", script(), broken], check=True, stdout=subprocess.DEVNULL)
    assert losses(broken) == losses(whole)
    wanted = reached(whole).weights
    for name, value in reached(broken).weights.items():
        assert torch.equal(value, wanted[name]), name


@pytest.mark.allow_hosts(["127.0.0.1", "localhost", "::1"])
def test_two_processes_train_one_network_together(tmp_path):
    module = tmp_path / "together.py"
    module.write_text(script(processes=2))
    folder = tmp_path / "out"
    folder.mkdir()
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    started = time.monotonic()
    subprocess.run(
        [*command, "--standalone", str(module), str(folder)],
        check=True,
        env=environment,
        stdout=subprocess.DEVNULL,
        timeout=120,
    )
    assert time.monotonic() - started < 120
    found = reached(folder)
    assert (found.step, found.config.processes) == (12, 2)
    assert len(losses(folder)) == 6
