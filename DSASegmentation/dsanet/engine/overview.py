"""A run seen small and whole: whether it has a main artery trunk at all.

A part of a picture cannot tell the trunk of the external carotid artery, which is BV, from that of
the internal one, which is MAT, and parts are what the network learns from at full size. Whole runs
it sees in training made smaller; so made smaller it is asked again. A trunk that is plain to see in
the usual looks, `dsanet.engine.looks`, stays whatever the overview says.
"""

import numpy as np

from dsanet.engine.backend import Array
from dsanet.engine.resize import shrunk
from dsanet.engine.scoring import NetworkInput
from dsanet.labels import BV, MAT
from dsanet.prepare.thin import evenly_in_time

OVERVIEW_PX = 320
"""Longer side of the overview: between the crops of the bundled model's trainings."""

OVERVIEW_FRAMES = 6

SURE = 0.7
"""A trunk this clear in the usual looks stays unasked: in pictures unlike those of the training the
overview fails first. Chosen as `Testing/benchmarks/bench_overview.py` shows."""

CLEAREST_SHARE = 0.003
"""Of the pixels, the likeliest to be MAT: there a trunk is looked for. MAT covers about 1 % of the
runs that have some (DSCA, science notes, section 1.4)."""


def overview(given: NetworkInput) -> NetworkInput:
    """Make a run smaller, and keep a few frames evenly in time; small runs keep their size.

    Args:
        given: The whole run.
    """
    frames, times = given.frames, given.times
    if len(times) > OVERVIEW_FRAMES:
        kept = evenly_in_time(times.astype(np.float64), OVERVIEW_FRAMES)
        frames, times = frames[kept], times[kept]
    few = NetworkInput(frames, given.minip, times)
    return shrunk(few, min(1.0, OVERVIEW_PX / max(given.minip.shape)))


def clearest_trunk(probabilities: Array) -> float:
    """How clear a trunk is: what the likeliest pixels' probability of MAT reaches.

    Args:
        probabilities: (3, h, w).
    """
    return float(np.quantile(probabilities[MAT], 1 - CLEAREST_SHARE))


def without_trunk(probabilities: Array) -> Array:
    """Probabilities, (3, H, W), in which all that was MAT is BV."""
    changed = probabilities.copy()
    changed[BV] += changed[MAT]
    changed[MAT] = 0
    return changed
