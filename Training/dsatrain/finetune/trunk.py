"""How clear a trunk must be to a child: chosen anew, for a child sees trunks otherwise.

A child of runs that nearly all show a trunk answers with more MAT everywhere. With its parent's
threshold it paints a trunk where its parent saw that there is none; how it is used is in
`dsanet.engine.overview`.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from dsanet.engine import Engine
from dsanet.labels import MAT
from dsanet.prepare import prepare
from dsatrain.phantom import make_phantom, sample_settings

SEEDS_FROM = 820_000
"""Beside those of validation; none is ever trained on."""

EACH = 12
"""Phantoms with a trunk, and as many without: a minute of a CPU core."""

SIZE = (448, 416)

HIGHEST = 0.5
"""No threshold above it: there a trunk is likelier than none."""


def trunk_threshold(child: Engine, lowest: float, each: int = EACH) -> float:
    """Choose the threshold that tells phantoms with a trunk from those without best.

    Args:
        child: The child.
        lowest: Its parent's: a child does not take less for a trunk.
        each: Phantoms of either kind.

    Returns:
        From `lowest` to `HIGHEST`, or `lowest` where that is higher.
    """
    clearness, has_trunk = [], []
    for seed in _seeds(each):
        phantom = make_phantom(sample_settings(seed, size=SIZE))
        clearness.append(child.trunk_clearness(prepare(phantom.run)))
        has_trunk.append(bool(np.any(phantom.labels == MAT)))
    return best_threshold(clearness, has_trunk, lowest)


def best_threshold(clearness: Sequence[float], has_trunk: Sequence[bool], lowest: float) -> float:
    """Choose where the two kinds part best, the lowest of equals.

    Args:
        clearness: Of each run.
        has_trunk: Whether its truth has one.
        lowest: The threshold returned where no higher one is better.

    Source: Youden, Index for rating diagnostic tests, Cancer 3, 1950: the share of trunks kept and
    of runs without one that are found out, added.

    >>> best_threshold([0.01, 0.2, 0.4, 0.9], [False, False, True, True], 0.05)
    0.3
    """
    found, kinds = np.array(clearness, float), np.array(has_trunk, bool)
    if kinds.all() or not kinds.any():
        return lowest
    between = _middles(np.unique(found))
    tried = [lowest, *between[(between > lowest) & (between <= HIGHEST)].tolist()]
    gains = [np.mean(found[kinds] >= cut) + np.mean(found[~kinds] < cut) for cut in tried]
    return round(float(tried[int(np.argmax(gains))]), 4)


def _middles(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((values[1:] + values[:-1]) / 2)


def _seeds(each: int) -> Iterator[int]:
    """Seeds of as many phantoms by the rule without MAT as by others."""
    left = {True: each, False: each}
    seed = SEEDS_FROM
    while any(left.values()):
        without = sample_settings(seed).vessels.mat_rule == "none"
        if left[without]:
            left[without] -= 1
            yield seed
        seed += 1
