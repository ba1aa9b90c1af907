"""One training at a time in a folder, whatever became of the one before."""

import os
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from dsanet.errors import HeldError
from dsatrain.train import Watch, train
from dsatrain.train.lock import LOCK_FILE, working_in

QUIET = Watch(report_every=2, validation_runs=0)

HOLDER = """
import os, sys, time
from pathlib import Path
from dsatrain.train.lock import working_in
with working_in(Path(sys.argv[1]), is_first=True):
    if os.fork() == 0:
        time.sleep(600)
    print(os.getpid(), flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(os.name == "nt", reason="forks")
def test_a_killed_training_lets_go_at_once_even_while_its_loaders_live_on(tmp_path):
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as holder:
        assert int(holder.stdout.readline()) == holder.pid
        with pytest.raises(HeldError), working_in(tmp_path, is_first=True):
            pytest.fail("two in one folder")
        holder.kill()
        holder.wait()
        began = time.monotonic()
        with working_in(tmp_path, is_first=True):
            assert time.monotonic() - began < 1
        os.killpg(holder.pid, 9)


def test_a_second_training_in_a_folder_is_refused_and_harms_nothing(tmp_path, config, crops):
    def second(_step, _loss):
        before = sorted(path.name for path in tmp_path.iterdir())
        with pytest.raises(HeldError, match=f"works in {tmp_path}; wait until it has ended"):
            train(config(steps=2), tmp_path, data=crops, watch=QUIET, device="cpu")
        assert sorted(path.name for path in tmp_path.iterdir()) == before

    trained = train(
        config(steps=2), tmp_path, data=crops, watch=QUIET, device="cpu", on_step=second
    )
    assert trained.step == 2
    again = replace(QUIET, report_every=1)
    assert train(config(steps=2), tmp_path, data=crops, watch=again, device="cpu").step == 2


def test_only_the_process_that_writes_holds_the_folder(tmp_path):
    with working_in(tmp_path, is_first=True), working_in(tmp_path, is_first=False):
        assert (tmp_path / LOCK_FILE).exists()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "made").touch()
    with working_in(tmp_path, is_first=True):
        pass
    assert (tmp_path / LOCK_FILE).exists()
