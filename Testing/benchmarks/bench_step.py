"""What a step of training costs in each form that the processor offers.

`python -m Testing.benchmarks.bench_step [--crop-px 352] [--frames 5] [--steps 6] [--threads 1]`
steps a network of the bundled model's size on two samples of noise: in float32, in bfloat16 as
trainings run, the same with channels last, the same through torch.compile (which needs a C++
compiler). Each form in a process of its own, in rounds one after the other; seconds are medians of
the rounds, in time of the processor.
"""

import argparse
import json
import statistics
import subprocess
import sys
from dataclasses import replace
from itertools import product, repeat
from pathlib import Path

import numpy as np
import torch
from Testing.benchmarks.children import timed
from torch import nn

from dsanet.model import DSANetConfig
from dsanet.model.dsanet import DSANet
from dsatrain.batches import Batch, collate
from dsatrain.samples import Sample
from dsatrain.train import FAST
from dsatrain.train.trainer import Build, Trainer

ROOT = Path(__file__).resolve().parents[2]
NETWORK = DSANetConfig(width=12, heads=4)
WARM_UP, ROUNDS = 2, 3


def channels_last(config: DSANetConfig) -> nn.Module:
    """The network with its weights so ordered."""
    return DSANet(config).to(memory_format=torch.channels_last)


def compiled(config: DSANetConfig) -> nn.Module:
    """The network, compiled in place at its first step."""
    network = DSANet(config)
    network.compile()
    return network


FORMS: dict[str, tuple[Build, bool]] = {
    "float32": (DSANet, False),
    "bfloat16, as trained": (DSANet, True),
    "bfloat16, channels last": (channels_last, True),
    "bfloat16, torch.compile": (compiled, True),
}
"""What makes the network, and whether it computes in bfloat16."""


def main() -> int:
    """Write a table in Markdown, or time one form for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crop-px", type=int, default=352)
    parser.add_argument("--frames", type=int, default=5)
    parser.add_argument("--steps", type=int, default=6, help="timed in each round")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--form", choices=FORMS, help="time this one here")
    asked = parser.parse_args()
    if asked.form:
        sys.stdout.write(json.dumps(step_seconds(asked)) + "\n")
        return 0
    found: dict[str, list[float]] = {form: [] for form in FORMS}
    for _, (form, seconds) in product(range(ROUNDS), found.items()):
        seconds.append(in_a_process(form))
    sys.stdout.write("| form | seconds a step |\n| --- | --- |\n")
    for form, seconds in found.items():
        sys.stdout.write(f"| {form} | {statistics.median(seconds):.2f} |\n")
    return 0


def in_a_process(form: str) -> float:
    """Time one form with the same arguments in a fresh process."""
    command = [sys.executable, "-m", "Testing.benchmarks.bench_step", *sys.argv[1:], "--form", form]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[-1]))


def step_seconds(asked: argparse.Namespace) -> float:
    """Seconds of the processor that a step takes."""
    torch.set_num_threads(asked.threads)
    build, bf16 = FORMS[asked.form]
    config = replace(FAST, network=NETWORK, crop_px=asked.crop_px, bf16=bf16)
    trainer = Trainer(config, build=build)
    batches = repeat(noise(asked.crop_px, asked.frames, config.batch_size))
    timed(trainer, batches, WARM_UP)
    return timed(trainer, batches, asked.steps)[1]


def noise(side: int, frames: int, count: int) -> Batch:
    """A batch with nothing in it, for the time does not depend on what it shows."""
    rng = np.random.default_rng(0)
    pixels = rng.standard_normal((frames, side, side), np.float32)
    labels = rng.integers(0, 3, (side, side), np.uint8)
    times = np.arange(frames, dtype=np.float32) / 4
    return collate([Sample(pixels, times, pixels.min(axis=0), labels)] * count)


if __name__ == "__main__":
    sys.exit(main())
