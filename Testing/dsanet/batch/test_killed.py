"""Batches in processes of their own: killed, crashing, two at once, and a thousandth run."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest
from PIL import Image

import dsanet
from dsanet import lock
from dsanet.batch import Batch
from dsanet.batch.lock import LOCK_FILE, locked
from dsanet.errors import WriteError

Make = Callable[..., Path]
Run = Callable[..., Batch]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(dsanet.__file__).parents[1])}

SCRIPT = """
import os, sys, time
from pathlib import Path
import numpy as np
from dsanet.batch import segment_folder
from dsanet.engine import Engine
from dsanet.model import DSANetConfig
from dsanet.packages import ModelPackage

class DarkIsBV:
    name, device, precision = "threshold", "none", "float32"
    def score(self, frames, minip, times, on_frame):
        for _ in frames:
            on_frame()
        if frames.shape[-1] == CRASH:
            os.abort()
        dark = minip < -0.5
        return 9 * np.stack([~dark, dark, np.zeros_like(dark)]).astype(np.float32)

os.fsync = lambda _: None  # a killed process loses nothing that only waits for the disk
CRASH = int(sys.argv[3])
package = ModelPackage(Path("none"), "stand-in", DSANetConfig(), "0" * 64, {})
Engine.load = lambda *_: Engine(package, DarkIsBV())

def rss():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

def report(event):
    if event.row:
        sys.stdout.write(f"{rss()} {event.row.status} {event.row.before}\\n")
        sys.stdout.flush()

segment_folder(sys.argv[1], sys.argv[2], model=package, report=report)
"""


def start(source: Path, output: Path, crash_at: int = 0) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", SCRIPT, str(source), str(output), str(crash_at)]
    return subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finish(source: Path, output: Path) -> list[list[str]]:
    process = start(source, output)
    lines, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")
    return [line.split() for line in lines.splitlines()]


def labels(output: Path) -> dict[str, bytes]:
    files = output.rglob("*_labels.png")
    return {f.relative_to(output).as_posix(): np.asarray(Image.open(f)).tobytes() for f in files}


def test_a_batch_killed_at_any_moment_goes_on_to_the_same_results(
    tmp_path: Path, nrrd: Make, batch: Run, worked: Any
) -> None:
    source, output = tmp_path / "in", tmp_path / "killed"
    for number in range(24):
        nrrd(source / f"p{number % 3}" / f"{number}.nrrd", number)
    moment = random.Random(7)
    for _ in range(3):
        process = start(source, output)
        assert process.stdout
        process.stdout.readline()
        time.sleep(moment.uniform(0, 0.5))
        process.kill()
        process.wait()
        process.stdout.close()
        for report in output.rglob("[0-9]*.json"):
            assert json.loads(report.read_text(encoding="utf-8"))["frames"] == 3
    rows = finish(source, output)
    assert [row[1] for row in rows] == ["done"] * 24
    assert "True" in {row[2] for row in rows}
    assert batch().count("done") == 24
    assert labels(output) == labels(tmp_path / "out")
    assert len(labels(output)) == 24
    assert list(output.rglob(".dsanet-*.tmp")) == []
    assert (output / "summary.csv").read_text().count(",done,") == 24


def test_a_run_that_crashes_the_process_stops_the_rest_only_for_a_call(
    tmp_path: Path, nrrd: Make, batch: Run, worked: Any
) -> None:
    nrrd(tmp_path / "in" / "a.nrrd")
    nrrd(tmp_path / "in" / "bad.nrrd", side=40)
    nrrd(tmp_path / "in" / "c.nrrd")
    ended = []
    for _ in range(3):
        process = start(tmp_path / "in", tmp_path / "out", crash_at=64)
        lines, _ = process.communicate(timeout=60)
        ended.append((process.returncode, lines.count("done")))
    assert ended == [(-signal.SIGABRT, 1), (-signal.SIGABRT, 2), (-signal.SIGABRT, 2)]
    found = batch()
    assert [row.status for row in found.rows] == ["done", "failed", "done"]
    assert "the process died 3 times" in found.rows[1].reason
    assert worked.scored == 0
    (tmp_path / "out" / ".dsanet-batch.json").unlink()
    assert batch().count("done") == 3
    assert not (tmp_path / "out" / ".dsanet-batch.json").exists()


@pytest.fixture
def long_batch(tmp_path: Path, nrrd: Make) -> Iterator["subprocess.Popen[str]"]:
    """A batch of many runs that has begun."""
    for number in range(200):
        nrrd(tmp_path / "in" / f"{number}.nrrd", number)
    process = start(tmp_path / "in", tmp_path / "out")
    assert process.stdout
    process.stdout.readline()
    yield process
    process.kill()
    process.communicate()


def test_two_batches_never_write_to_one_folder(
    tmp_path: Path, long_batch: "subprocess.Popen[str]"
) -> None:
    second = start(tmp_path / "in", tmp_path / "out")
    _, errors = second.communicate(timeout=60)
    assert second.returncode == 1
    assert "another batch is writing to" in errors.splitlines()[-1]
    assert long_batch.poll() is None
    with pytest.raises(WriteError, match="another batch"), locked(tmp_path / "out"):
        pass
    long_batch.kill()
    long_batch.wait()
    with locked(tmp_path / "out"):
        assert (tmp_path / "out" / LOCK_FILE).exists()


def test_a_lock_is_on_the_file_that_others_find(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = lock._take
    taken: list[bool] = []

    def removed_at_first(file: BinaryIO) -> bool:
        taken.append(take(file))
        if len(taken) == 1:
            (tmp_path / LOCK_FILE).unlink()
        return taken[-1]

    monkeypatch.setattr(lock, "_take", removed_at_first)
    with locked(tmp_path), pytest.raises(WriteError, match="another batch"), locked(tmp_path):
        pass
    assert taken == [True, True, False]


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_memory_stays_flat_over_many_runs(tmp_path: Path, nrrd: Make) -> None:
    for number in range(220):
        nrrd(tmp_path / "in" / f"{number}.nrrd", number, side=64)
    rows = finish(tmp_path / "in", tmp_path / "out")
    used = [int(row[0]) for row in rows]
    assert [row[1] for row in rows] == ["done"] * 220
    assert max(used[-20:]) < 1.02 * max(used[20:40])
