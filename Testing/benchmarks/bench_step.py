"""What a step of training takes, as it is, with `channels_last` and with `torch.compile`.

`python -m Testing.benchmarks.bench_step [WAY ...] [--crop-px 352] [--frames 5] [--threads 1]`
trains the bundled network on random numbers, two crops a step, and writes seconds of the first step
and the mean of those after it, or why there are none. WAY is `plain`, `channels_last` or `compile`;
all if none is given. Compiling takes minutes, a C++ compiler and Python's headers.
"""

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial

import torch
from torch import nn

from dsanet.packages import DEFAULT_NAME, find_package
from dsatrain.batches import Batch
from dsatrain.train import TrainConfig, Trainer
from dsatrain.train.loop import inherited

STEPS = 5
CROPS = 2

WAYS: dict[str, Callable[[nn.Module], object]] = {
    "plain": lambda network: network,
    "channels_last": lambda network: network.to(memory_format=torch.channels_last),
    "compile": lambda network: network.compile(dynamic=False),
}


def main() -> int:
    """Write a line for each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ways", nargs="*", metavar="WAY")
    parser.add_argument("--crop-px", type=int, default=352)
    parser.add_argument("--frames", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    batch = random_batch(asked.frames, asked.crop_px)
    for way in asked.ways or WAYS:
        sys.stdout.write(f"{way}: {told(partial(step_seconds, WAYS[way], batch))}\n")
        sys.stdout.flush()
    return 0


def random_batch(frames: int, crop_px: int) -> Batch:
    """Crops without any vessel."""
    rng = torch.Generator().manual_seed(0)
    size = (crop_px, crop_px)
    return Batch(
        frames=torch.randn(CROPS, frames, *size, generator=rng),
        minip=torch.randn(CROPS, *size, generator=rng),
        times=torch.arange(frames, dtype=torch.float32).repeat(CROPS, 1),
        valid=torch.ones(CROPS, frames, dtype=torch.bool),
        labels=torch.randint(0, 3, (CROPS, *size), generator=rng),
    )


def step_seconds(change: Callable[[nn.Module], object], batch: Batch) -> list[float]:
    """Seconds of each step of a network that was changed in some way.

    Raises:
        FloatingPointError: The loss is not finite.
    """
    package = find_package(DEFAULT_NAME)
    trainer = Trainer(TrainConfig(network=package.config), initial=inherited(package, ()))
    change(trainer.network)
    seconds = []
    for _ in range(STEPS):
        began = time.perf_counter()
        trainer.train_step(batch)
        seconds.append(time.perf_counter() - began)
    return seconds


def told(measure: Callable[[], list[float]]) -> str:
    """Seconds in words, or why there are none."""
    try:
        first, *others = measure()
    except (FloatingPointError, RuntimeError) as error:
        return f"no, {error}"
    return f"first step {first:.1f} s, others {sum(others) / len(others):.2f} s"


if __name__ == "__main__":
    sys.exit(main())
