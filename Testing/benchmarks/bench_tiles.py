"""Whether tiles of one size beat another, on phantoms too large to be scored whole.

    python -m Testing.benchmarks.bench_tiles 512 416 --count 12

Pairs of tile sides are held against each other phantom by phantom; 0 stands for the whole image.
"""

import argparse
import sys
import time
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dsanet.engine import Engine
from dsanet.engine.scoring import NetworkInput, score_tiles
from dsanet.engine.tiling import OVERLAP, STRIDE, Region
from dsanet.packages import DEFAULT_NAME
from dsanet.prepare import PrepareChoices, prepare
from dsatrain.phantom import Phantom, make_phantom, sample_settings

FIRST_SEED = 900_100
SIDE, FRAMES = 1024, 8
RESAMPLES = 2000


def main() -> int:
    """Score phantoms in tiles of each size, and write means and paired differences.

    Returns:
        The exit code, always 0.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sides", type=int, nargs="+", help=f"multiples of {STRIDE}, or 0")
    parser.add_argument("--count", type=int, default=12, help="phantoms")
    parser.add_argument("--model", default=DEFAULT_NAME)
    arguments = parser.parse_args()
    engine = Engine.load(arguments.model)
    found = {side: [] for side in arguments.sides}
    for seed in range(FIRST_SEED, FIRST_SEED + arguments.count):
        phantom = make_phantom(sample_settings(seed, size=(SIDE, SIDE), frame_count=FRAMES))
        for side in arguments.sides:
            started = time.perf_counter()
            scores = dice(segment(engine, phantom, side), phantom.labels)
            found[side].append([*scores, time.perf_counter() - started])
    for side, rows in found.items():
        bv, mat, whole, seconds = np.nanmean(rows, axis=0)
        line = f"side {side}: BV {bv:.4f} MAT {mat:.4f} whole {whole:.4f}, {seconds:.1f} s\n"
        sys.stdout.write(line)
    for a, b in pairwise(arguments.sides):
        apart = np.array(found[b]) - np.array(found[a])
        for name, values in zip(("BV", "MAT", "whole"), apart.T[:3], strict=True):
            sys.stdout.write(f"{b} - {a}, {name}: {with_interval(values)}\n")
    return 0


def segment(engine: Engine, phantom: Phantom, side: int) -> NDArray[np.intp]:
    """Labels of a phantom in tiles of one side; 0 scores it whole."""
    prepared = prepare(phantom.run, PrepareChoices(arterial_window=phantom.arterial_window))
    given = NetworkInput.of(prepared, engine.package.config)
    regions = tiles_of(side or SIDE)
    return np.asarray(
        score_tiles(engine.backend, given, regions, lambda *_: None, None).argmax(axis=0)
    )


def tiles_of(side: int) -> list[Region]:
    """As few tiles of exactly one side as overlap by a quarter at least."""
    count = int(np.ceil((SIDE - side) / (side * (1 - OVERLAP)))) + 1
    starts = [round(start) for start in np.linspace(0, SIDE - side, count)]
    along = [slice(start, start + side) for start in starts]
    return [(rows, columns) for rows in along for columns in along]


def dice(answer: NDArray[np.intp], truth: NDArray[np.uint8]) -> list[float]:
    """Dice of BV, MAT and both as one; nan where the truth has none."""

    def one(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
        return float(2 * np.sum(a & b) / (a.sum() + b.sum())) if b.any() else float("nan")

    return [one(answer == 1, truth == 1), one(answer == 2, truth == 2), one(answer > 0, truth > 0)]


def with_interval(values: NDArray[np.float64]) -> str:
    """Mean with the 95 % interval of a bootstrap over phantoms."""
    present = values[np.isfinite(values)]
    means = np.random.default_rng(0).choice(present, (RESAMPLES, present.size)).mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return f"{present.mean():+.4f} ({low:+.4f} to {high:+.4f}), n {present.size}"


if __name__ == "__main__":
    sys.exit(main())
