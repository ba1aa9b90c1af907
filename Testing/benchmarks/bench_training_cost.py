"""A step of training here against one of nnU-Net v2's own trainer, on the same runs and one core.

`python -m Testing.benchmarks.bench_training_cost --nnunet-python PYTHON`, where PYTHON has nnunetv2
(an environment of its own: `pip install torch==2.13.0 nnunetv2`). Same runs of eight frames, patch
and batch; each trainer with its own loader, augmentation, network, loss and optimiser, in turns.
Time is that of the processor, which other programs on the machine disturb little.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from dsanet.cases import list_cases, prepared_run, read_case
from dsatrain.shifted import FRAMES, shifted_settings, write_cases

ROOT = Path(__file__).resolve().parents[2]
THEIRS = Path(__file__).with_name("nnunet_training_child.py")
SEEDS_FROM, RUNS, SIDE = 740_000, 6, 384
PATCH, BATCH = 256, 2
ROUNDS = 3
AS_PLANNED = 0


def main() -> int:
    """Measure, and write a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nnunet-python", required=True)
    parser.add_argument("--steps", type=int, default=16, help="timed in each round")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        store(folder)
        found = measured(folder, asked.nnunet_python, asked.steps)
    sys.stdout.write(table(found))
    return 0


def store(folder: Path) -> None:
    """Write the runs as cases, and as arrays for nnU-Net."""
    drawn = (shifted_settings(SEEDS_FROM + number, (SIDE, SIDE)) for number in range(RUNS))
    write_cases(folder / "cases", drawn, "train")
    for number, entry in enumerate(list_cases(folder / "cases")):
        case = read_case(entry.folder)
        np.save(folder / f"frames-{number}.npy", prepared_run(case).frames.astype(np.float32))
        np.save(folder / f"labels-{number}.npy", case.labels)


def measured(folder: Path, python: str, steps: int) -> dict[str, list[dict[str, Any]]]:
    """Let each trainer train in every round; what each found."""
    shape = [str(PATCH), str(BATCH), str(steps)]
    ours = [sys.executable, "-m", "Testing.benchmarks.training_child", str(folder / "cases")]
    found: dict[str, list[dict[str, Any]]] = {}

    def add(name: str, command: list[str]) -> None:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        found.setdefault(name, []).append(json.loads(done.stdout.splitlines()[-1]))

    for _ in range(ROUNDS):
        add(f"here, 1 to {FRAMES} frames a sample, as trained", [*ours, *shape, "drawn"])
        add(f"here, {FRAMES} frames a sample", [*ours, *shape, "all"])
        same = found[f"here, {FRAMES} frames a sample"][0]["parameters"]
        for name, wanted in (("as many parameters", same), ("as planned", AS_PLANNED)):
            command = [python, str(THEIRS), str(folder), str(wanted), *shape]
            add(f"nnU-Net, {name}, {FRAMES} channels", command)
    return found


def table(found: dict[str, list[dict[str, Any]]]) -> str:
    """One line a trainer; seconds are medians of the rounds."""
    lines = [
        "| trainer | parameters | samples a second | of it making samples | peak memory |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, rounds in found.items():
        step, sample = (
            statistics.median(each[key] for each in rounds) for key in ("step_s", "sample_s")
        )
        peak = max(each["peak_bytes"] for each in rounds) / 1e9
        lines.append(
            f"| {name} | {rounds[0]['parameters'] / 1e6:.1f} M | {BATCH / (step + sample):.2f} |"
            f" {100 * sample / (step + sample):.0f} % | {peak:.2f} GB |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
