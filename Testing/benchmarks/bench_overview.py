"""How many trunks the overview loses, and how many runs without one it leaves painted.

`python Testing/benchmarks/bench_overview.py` asks the bundled model's overview about runs as it was
trained on and runs of another hospital (`dsatrain.shifted`), and writes a line a threshold.
"""

import sys
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from dsanet.engine import Engine
from dsanet.labels import MAT
from dsanet.prepare import prepare
from dsatrain.phantom import PhantomSettings, make_phantom, sample_settings
from dsatrain.shifted import shifted_settings

THRESHOLDS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4)
USUAL_FROM, USUAL_COUNT, USUAL_SIZE = 863_300, 120, (512, 512)
SHIFTED_FROM, SHIFTED_COUNT, SHIFTED_SIZE = 740_000, 40, (384, 384)


def main() -> int:
    """Write a table for each kind of runs."""
    engine = Engine.load()
    usual = (sample_settings(USUAL_FROM + n, size=USUAL_SIZE) for n in range(USUAL_COUNT))
    shifted = (shifted_settings(SHIFTED_FROM + n, SHIFTED_SIZE) for n in range(SHIFTED_COUNT))
    for name, settings in (("usual", usual), ("another hospital", shifted)):
        clearness, has_trunk = asked(engine, settings)
        write(f"{name}: {has_trunk.sum()} runs with a trunk, {(~has_trunk).sum()} without")
        for threshold in THRESHOLDS:
            kept = clearness >= threshold
            lost, painted = (has_trunk & ~kept).sum(), (~has_trunk & kept).sum()
            write(f"  {threshold}: {lost} trunks lost, {painted} runs without one painted")
    return 0


def asked(
    engine: Engine, settings: Iterable[PhantomSettings]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """How clear a trunk is in each run, and whether the truth has one."""
    phantoms = (make_phantom(one) for one in settings)
    rows = [(engine.trunk_clearness(prepare(p.run)), (p.labels == MAT).any()) for p in phantoms]
    clearness, has_trunk = zip(*rows, strict=True)
    return np.array(clearness), np.array(has_trunk)


def write(line: str) -> None:
    """Show a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
