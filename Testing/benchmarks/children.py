"""Measurements that need a process of their own: peak memory, cold start, a step of training."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

FIRST_FRAME = """
import os, sys, time
from pathlib import Path
from dsanet.cli.segment import segment_to_folder
def tell(stage, done):
    if stage == "infer" and done > 0:
        sys.stdout.write(str(time.time()))
        sys.stdout.flush()
        os._exit(0)
segment_to_folder(Path(sys.argv[1]), Path(sys.argv[2]), progress=tell)
"""
"""What `dsanet segment` does, until the first frame has been scored."""


@dataclass(frozen=True)
class ScaledRun:
    """One segmentation in a process of its own.

    Attributes:
        prepare_s: Seconds of the preparation.
        infer_s: Seconds of the network and what follows.
        peak_gb: Largest resident set of the process, in 10^9 bytes.
    """

    prepare_s: float
    infer_s: float
    peak_gb: float


def scaled_run(frames: int, side: int) -> ScaledRun:
    """Segment a made run of a given size in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-m", "Testing.benchmarks.children", str(frames), str(side)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return ScaledRun(**json.loads(done.stdout))


def cold_start_s() -> float:
    """Seconds from starting Python to the first scored frame of a run of frames on disk."""
    from PIL import Image
    from Testing.benchmarks.engine_runs import made_run

    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        run.mkdir()
        for number, frame in enumerate(made_run(8, 512).pixels):
            Image.fromarray((frame >> 4).astype("uint8")).save(run / f"{number:02}.png")
        started = time.time()
        command = [sys.executable, "-c", FIRST_FRAME, str(run), str(Path(folder) / "out")]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return float(done.stdout) - started


def measure(frames: int, side: int) -> ScaledRun:
    """Segment a made run of a given size in this process."""
    from Testing.benchmarks.engine_runs import made_run

    from dsanet.engine import Engine
    from dsanet.packages import DEFAULT_NAME

    run = made_run(frames, side)
    seconds = Engine.load(DEFAULT_NAME).segment(run, (0, frames - 1)).seconds
    return ScaledRun(seconds["prepare"], seconds["infer"], peak_bytes() / 1e9)


def timed(trainer: Any, batches: Iterator[Any], steps: int) -> tuple[float, float]:
    """Mean seconds of the processor that a batch and its `train_step` take."""
    spent = [0.0, 0.0]
    for _ in range(steps):
        began = time.process_time()
        batch = next(batches)
        made = time.process_time()
        trainer.train_step(batch)
        spent[0] += made - began
        spent[1] += time.process_time() - made
    return spent[0] / steps, spent[1] / steps


def peak_bytes() -> int:
    """Largest resident set of this process so far; needs Linux or macOS.

    On Linux ru_maxrss of getrusage(2) survives exec: it would be the parent's. VmHWM of proc(5) is
    this program's own, in units of 1024 bytes.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        lines = status.read_text(encoding="ascii").splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
    import resource  # Windows has none

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS: bytes


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(measure(int(sys.argv[1]), int(sys.argv[2])))))
