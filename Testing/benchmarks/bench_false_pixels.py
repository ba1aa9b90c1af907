"""Where false vessel pixels lie, and which pieces beside the tree the tidying takes for unfilled.

`python Testing/benchmarks/bench_false_pixels.py [FIRST_SEED COUNT]` segments phantoms with windows
found automatically, without the step for pieces that do not fill. A false pixel lies beside a
labelled vessel, or on an artery that the noise does not hide and that the phantoms' rule leaves
out, or elsewhere; then the step's own count of false and true pixels.
"""

import sys
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.engine import CleanUp, Engine
from dsanet.engine.filling import without_unfilled
from dsatrain.phantom import make_phantom, rule, sample_settings

FIRST_SEED, COUNT = 863_100, 60
SIZE = (384, 384)
BESIDE_PX = 2
PLACES = ("beside a labelled vessel", "on an artery the rule leaves out", "elsewhere")


def main(arguments: list[str]) -> int:
    """Write the counts.

    Args:
        arguments: First seed and count, or nothing.
    """
    first, count = (int(text) for text in arguments) if arguments else (FIRST_SEED, COUNT)
    engine = Engine.load()
    found = np.sum([counts(engine, seed) for seed in range(first, first + count)], axis=0)
    places, step = found[:3], found[3:]
    lines = [f"{count} phantoms from seed {first}, {places.sum()} false pixels"]
    lines += [f"{n / places.sum():.1%} {of}" for n, of in zip(places, PLACES, strict=True)]
    lines.append(f"taken as unfilled: {step[0]} false and {step[1]} true pixels")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def counts(engine: Engine, seed: int) -> NDArray[np.int64]:
    """False pixels at each of the places, then false and true pixels that the step takes."""
    settings = sample_settings(seed, size=SIZE)
    phantom = make_phantom(settings)
    with patch.object(rule, "VISIBLE_SHARE", 0.0):
        seen = ndimage.binary_dilation(make_phantom(settings).labels > 0)
    answer = engine.segment(phantom.run, clean_up=CleanUp(unfilled=False))
    true = phantom.labels > 0
    false = (answer.labels > 0) & ~true
    beside = ndimage.binary_dilation(true, iterations=BESIDE_PX)
    taken = (answer.labels > 0) & (without_unfilled(answer.labels, answer.prepared) == 0)
    masks = (false & beside, false & ~beside & seen, false & ~beside & ~seen)
    return np.array([mask.sum() for mask in (*masks, taken & false, taken & true)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
