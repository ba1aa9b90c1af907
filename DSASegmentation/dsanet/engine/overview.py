"""A run seen small and whole: whether it has a main artery trunk at all.

A part of a picture cannot tell the trunk of the external carotid artery, which is BV, from that of
the internal one, which is MAT, and parts are what the network learns from at full size. Whole runs
it sees in training made smaller; so made smaller it is asked again. A trunk that is plain to see at
full size stays whatever the overview says.
"""

import numpy as np
from numpy.typing import NDArray

from dsanet.engine.backend import Array
from dsanet.engine.scoring import NetworkInput
from dsanet.labels import BV, MAT
from dsanet.prepare.thin import evenly_in_time

OVERVIEW_PX = 320
"""Longer side of the overview: between the crops of the bundled model's trainings."""

OVERVIEW_FRAMES = 6

SURE = 0.7
"""A trunk this clear at full size stays unasked: in pictures unlike those of the training it is the
overview that fails first. Chosen as `Testing/benchmarks/bench_overview.py` shows."""

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
    factor = OVERVIEW_PX / max(given.minip.shape)
    if factor >= 1:
        return NetworkInput(frames, given.minip, times)
    rows, columns = (shrinking_weights(n, max(1, round(n * factor))) for n in given.minip.shape)

    def smaller(image: Array) -> Array:
        return np.asarray(rows @ image @ columns.T, np.float32)

    return NetworkInput(smaller(frames), smaller(given.minip), times)


def shrinking_weights(before: int, after: int) -> NDArray[np.float32]:
    """Weights of linear interpolation that averages over as much as it leaves out.

    Args:
        before: Pixels of a row.
        after: Fewer pixels, at least 1.

    Returns:
        float32 (after, before), rows summing to 1: `weights @ row` is the smaller row, as torch and
        Pillow make it with antialiasing.
    """
    scale = before / after
    centres = (np.arange(after) + 0.5) * scale - 0.5
    weights = np.clip(1 - np.abs(np.arange(before) - centres[:, None]) / scale, 0, None)
    made: NDArray[np.float32] = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return made


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
