"""How long the correction tools keep a user waiting.

Run with `python -m Testing.benchmarks.bench_edit [SEED]`. One phantom of 1024 x 1024 pixels;
medians of wall and processor time, in milliseconds.
"""

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from dsanet.edit import (
    Reading,
    Tracer,
    erased,
    levelled,
    painted,
    reassigned,
    reassigned_between,
    split,
    uncertain_places,
    with_fewer,
    with_more,
)
from dsanet.labels import CLASS_COUNT
from dsanet.prepare import prepare
from dsatrain.phantom import make_phantom, sample_settings

SEED, SIDE, REPEATS = 970_000, 1024, 7


def main(arguments: list[str]) -> int:
    """Write the table.

    Args:
        arguments: A seed, or nothing.
    """
    seed = int(arguments[0]) if arguments else SEED
    phantom = make_phantom(sample_settings(seed, size=(SIDE, SIDE), frame_count=8))
    prepared = prepare(phantom.run)
    labels = phantom.labels
    vessel = np.argwhere(labels > 0)
    first, last = (tuple(map(int, vessel[at])) for at in (0, -1))
    tracer, pieces = Tracer(prepared.minip, prepared.field), split(labels)
    tracer.start(first)
    path = tracer.path(last)
    line = tracer.line(path)
    chances = probabilities(labels)
    reading = Reading.of(chances)
    steps: dict[str, Callable[[], Any]] = {
        "Tracer, once": lambda: Tracer(prepared.minip, prepared.field),
        "start, a click": lambda: tracer.start(first),
        "path, a mouse move": lambda: tracer.path(last),
        "start_at_vessels, a state of the labels": lambda: tracer.start_at_vessels(labels > 0),
        f"line along {len(path)} px": lambda: tracer.line(path),
        "painted along it": lambda: painted(labels, line.points, line.widths, 1),
        f"split in {pieces.count} pieces, once": lambda: split(labels),
        "reassigned downstream": lambda: reassigned(labels, pieces, first, "downstream"),
        "erased connected": lambda: erased(labels, pieces, first, "connected"),
        "erased beyond": lambda: erased(labels, pieces, first, "beyond"),
        "Reading with its faint vessels, once": lambda: Reading.of(chances).faint,
        "with_more, everywhere": lambda: with_more(labels, reading, first, SIDE),
        "with_fewer, everywhere": lambda: with_fewer(labels, pieces, reading, first, SIDE),
        "levelled, 50 px": lambda: levelled(labels, reading, first, 50),
        "reassigned between two ends": lambda: reassigned_between(labels, first, last),
        "uncertain_places, 20": lambda: uncertain_places(chances, labels, prepared.field, 20),
    }
    sys.stdout.write(f"{len(vessel)} pixels of vessel\n| step | wall ms | processor ms |\n")
    sys.stdout.write("| --- | --- | --- |\n")
    for name, step in steps.items():
        wall, processor = measured(step)
        sys.stdout.write(f"| {name} | {wall:.1f} | {processor:.1f} |\n")
    return 0


def measured(step: Callable[[], Any]) -> tuple[float, float]:
    """Median wall and processor time of a step in milliseconds."""
    walls, processors = [], []
    for _ in range(REPEATS):
        wall, processor = time.perf_counter(), time.process_time()
        step()
        walls.append(1000 * (time.perf_counter() - wall))
        processors.append(1000 * (time.process_time() - processor))
    return statistics.median(walls), statistics.median(processors)


def probabilities(labels: np.ndarray) -> np.ndarray:
    """Doubtful ones, (3, H, W)."""
    noise = np.random.default_rng(0).random((CLASS_COUNT, *labels.shape)) ** 4
    noise += np.arange(CLASS_COUNT)[:, None, None] == labels
    return (noise / noise.sum(axis=0)).astype(np.float16)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
