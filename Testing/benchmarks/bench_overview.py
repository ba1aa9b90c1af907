"""How many trunks the overview loses, and how many runs without one it leaves painted.

`python -m Testing.benchmarks.bench_overview [MODEL]` asks a model's overview about runs as it was
trained on, runs of another hospital (`dsatrain.shifted`) and those of another generator
(`plain_trees`, which all have a trunk), and writes a line a threshold.
"""

import sys
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from Testing.benchmarks.plain_trees import plain_tree

from dsanet.engine import Engine
from dsanet.io import DSARun
from dsanet.labels import MAT
from dsanet.prepare import prepare
from dsatrain.phantom import PhantomSettings, make_phantom, sample_settings
from dsatrain.shifted import shifted_settings

THRESHOLDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4)
USUAL_FROM, USUAL_COUNT, USUAL_SIZE = 863_300, 120, (512, 512)
SHIFTED_FROM, SHIFTED_COUNT, SHIFTED_SIZE = 740_000, 40, (384, 384)


PLAIN_FROM, PLAIN_COUNT = 1000, 40

Labelled = tuple[DSARun, NDArray[np.uint8]]


def main(arguments: list[str]) -> int:
    """Write a table for each kind of runs.

    Args:
        arguments: A model, or nothing for the active one.
    """
    engine = Engine.load(*arguments[:1])
    usual = (sample_settings(USUAL_FROM + n, size=USUAL_SIZE) for n in range(USUAL_COUNT))
    shifted = (shifted_settings(SHIFTED_FROM + n, SHIFTED_SIZE) for n in range(SHIFTED_COUNT))
    plain = (plain_tree(PLAIN_FROM + n) for n in range(PLAIN_COUNT))
    kinds: dict[str, Iterable[Labelled]] = {
        "usual": phantoms(usual),
        "another hospital": phantoms(shifted),
        "another generator": ((tree.run, tree.labels) for tree in plain),
    }
    for name, runs in kinds.items():
        clearness, has_trunk = asked(engine, runs)
        write(f"{name}: {has_trunk.sum()} runs with a trunk, {(~has_trunk).sum()} without")
        for threshold in THRESHOLDS:
            kept = clearness >= threshold
            lost, painted = (has_trunk & ~kept).sum(), (~has_trunk & kept).sum()
            write(f"  {threshold}: {lost} trunks lost, {painted} runs without one painted")
    return 0


def phantoms(settings: Iterable[PhantomSettings]) -> Iterator[Labelled]:
    """Phantoms as runs and labels."""
    for one in settings:
        phantom = make_phantom(one)
        yield phantom.run, phantom.labels


def asked(
    engine: Engine, runs: Iterable[Labelled]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """How clear a trunk is in each run, and whether the truth has one."""
    rows = [(engine.trunk_clearness(prepare(run)), (truth == MAT).any()) for run, truth in runs]
    clearness, has_trunk = zip(*rows, strict=True)
    return np.array(clearness), np.array(has_trunk)


def write(line: str) -> None:
    """Show a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
