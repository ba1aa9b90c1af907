"""The engine against nnU-Net v2's predictor at its defaults, on the same runs and processor.

`python -m Testing.benchmarks.bench_nnunet --nnunet-python PYTHON`, where PYTHON has nnunetv2 (an
environment of its own: `pip install torch==2.13.0 nnunetv2`). Each is timed in turn, several times,
from a prepared run in memory to labels; models are loaded and warm.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from Testing.benchmarks.engine_runs import made_run

from dsanet.engine import Engine
from dsanet.model.dsanet import DSANet
from dsanet.packages import DEFAULT_NAME, find_package
from dsanet.prepare import PrepareChoices, PreparedRun, prepare

CHILD = Path(__file__).with_name("nnunet_child.py")
SHAPES = ((8, 512), (8, 1024))
ROUNDS, REPEATS = 3, 2
PLANNED_PARAMETERS = 46_000_000
"""Of the 2-D U-Net that nnU-Net's planner chooses for such images: 32 to 512 features."""


def main() -> int:
    """Measure, and write a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nnunet-python", required=True)
    python = parser.parse_args().nnunet_python
    package = find_package(DEFAULT_NAME)
    same = sum(p.numel() for p in DSANet(package.config).parameters())
    engine = Engine.load(DEFAULT_NAME)
    lines = [
        f"`{package.name}`, {same / 1e6:.1f} million parameters. {engine.device_choice}",
        "",
        "| run | nnU-Net's network | parameters | nnU-Net s | engine s | ratio |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for frames, side in SHAPES:
        prepared = prepared_run(frames, side)
        for title, wanted in (("same size", same), ("as planned", PLANNED_PARAMETERS)):
            ours, theirs, parameters = compared(engine, prepared, python, wanted)
            lines.append(
                f"| {frames} x {side} x {side} | {title} | {parameters / 1e6:.1f} M"
                f" | {theirs:.2f} | {ours:.2f} | {theirs / ours:.1f} |"
            )
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def prepared_run(frames: int, side: int) -> PreparedRun:
    """A made run whose every frame is looked at."""
    choices = PrepareChoices(arterial_window=(0, frames - 1))
    return prepare(made_run(frames, side), choices)


def compared(
    engine: Engine, prepared: PreparedRun, python: str, parameters: int
) -> tuple[float, float, int]:
    """Time both in turn; medians in seconds, and the parameters that nnU-Net's network has."""
    ours: list[float] = []
    theirs: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.npy"
        np.save(path, prepared.frames.astype(np.float32))
        engine.segment_prepared(prepared, {})
        for _ in range(ROUNDS):
            command = [python, str(CHILD), str(path), str(parameters), str(REPEATS)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found = json.loads(done.stdout.splitlines()[-1])
            theirs += found["seconds"]
            for _ in range(REPEATS):
                started = time.perf_counter()
                engine.segment_prepared(prepared, {})
                ours.append(time.perf_counter() - started)
    return statistics.median(ours), statistics.median(theirs), found["parameters"]


if __name__ == "__main__":
    sys.exit(main())
