"""How many trunks the overview loses, and how many runs without one it leaves painted.

`python -m Testing.benchmarks.bench_overview [MODEL]` asks a model at full size and in the overview
about runs as it was trained on, runs of another hospital (`dsatrain.shifted`) and those of another
generator (`plain_trees`, which all have a trunk). It writes a line for each clearness that is
plain at full size and each threshold of the overview.
"""

import sys
from collections.abc import Iterable, Iterator
from itertools import product
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from Testing.benchmarks.plain_trees import plain_tree

from dsanet.engine import NO_STEPS, Engine
from dsanet.engine import engine as engine_module
from dsanet.engine.overview import clearest_trunk
from dsanet.io import DSARun
from dsanet.labels import MAT
from dsanet.prepare import prepare
from dsatrain.phantom import PhantomSettings, make_phantom, sample_settings
from dsatrain.shifted import shifted_settings

NEVER = 2.0
PLAIN = (0.3, 0.5, 0.7, 0.9, NEVER)
THRESHOLDS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4)
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
        large, small, has_trunk = asked(engine, runs)
        write(f"{name}: {has_trunk.sum()} runs with a trunk, {(~has_trunk).sum()} without")
        for plain, threshold in product(PLAIN, THRESHOLDS):
            kept = (large >= plain) | (small >= threshold)
            lost, painted = (has_trunk & ~kept).sum(), (~has_trunk & kept).sum()
            write(f"  {plain}, {threshold}: {lost} trunks lost, {painted} without one kept")
    return 0


def phantoms(settings: Iterable[PhantomSettings]) -> Iterator[Labelled]:
    """Phantoms as runs and labels."""
    for one in settings:
        phantom = make_phantom(one)
        yield phantom.run, phantom.labels


def asked(
    engine: Engine, runs: Iterable[Labelled]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """How clear a trunk is at full size and in the overview, and whether the truth has one."""
    rows = []
    for run, truth in runs:
        prepared = prepare(run)
        found = engine.segment_prepared(prepared, {}, clean_up=NO_STEPS)
        with patch.object(engine_module, "SURE", NEVER):
            small = engine.trunk_clearness(prepared)
        large = clearest_trunk(found.probabilities.astype(np.float32))
        rows.append((large, small, (truth == MAT).any()))
    large, small, has_trunk = zip(*rows, strict=True)
    return np.array(large), np.array(small), np.array(has_trunk)


def write(line: str) -> None:
    """Show a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
