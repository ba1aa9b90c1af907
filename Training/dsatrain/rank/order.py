"""The order: each next run is the one that is most uncertain and least like those before it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsatrain.rank.describe import LOOKS, Described

FAR = 1.5
"""Standard deviations in one of the looks from which a run is called unlike the others."""


@dataclass(frozen=True)
class Ranked:
    """One run in the order.

    Attributes:
        place: From 1.
        name: The run's.
        gain: What it is expected to teach, 0 to 1: the mean of the next two.
        uncertainty: Rank of its uncertainty among all runs, 0 to 1, 1 the most uncertain.
        novelty: Distance of its look from the nearest run before it, 0 to 1, 1 the farthest there
            is; of the first run from the middle of all.
        entropy: Mean entropy over its vessel candidates, 0 to 1.
        why: One sentence.
    """

    place: int
    name: str
    gain: float
    uncertainty: float
    novelty: float
    entropy: float
    why: str


def order(runs: Sequence[Described], count: int | None = None) -> list[Ranked]:
    """Order runs by what they are expected to teach.

    Greedy k-centre choice (Sener and Savarese, Active learning for convolutional neural networks,
    ICLR 2018, algorithm 1) on standardised looks, with the uncertainty's rank of the same weight.
    A run with the pixels of one before it teaches nothing and comes last.

    Args:
        runs: In any order; the same runs give the same answer.
        count: How many of the first ones; None for all.
    """
    left = sorted(runs, key=lambda run: run.name)
    if not left:
        return []
    looks = _standardised(np.array([run.look for run in left]))
    certain = _ranks(np.array([run.uncertainty for run in left]))
    farthest = max(float(_distances(looks, looks).max()), 1e-9)
    nearest = np.linalg.norm(looks, axis=1)
    novelty = nearest / max(float(nearest.max()), 1e-9)
    waiting = list(range(len(left)))
    seen: set[str] = set()
    ordered: list[Ranked] = []
    while waiting and (count is None or len(ordered) < count):
        gains = {
            number: 0.0 if left[number].twin in seen else (certain[number] + novelty[number]) / 2
            for number in waiting
        }
        best = max(
            waiting, key=lambda number: (left[number].twin not in seen, gains[number], -number)
        )
        ordered.append(
            Ranked(
                place=len(ordered) + 1,
                name=left[best].name,
                gain=round(float(gains[best]), 4),
                uncertainty=round(float(certain[best]), 4),
                novelty=round(float(novelty[best]), 4),
                entropy=round(left[best].uncertainty, 4),
                why=_why(left[best], certain[best], looks[best], left[best].twin in seen),
            )
        )
        nearest = _nearest(nearest, looks, best, first=not seen)
        novelty = nearest / farthest
        seen.add(left[best].twin)
        waiting.remove(best)
    return ordered


def _standardised(looks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean 0 and standard deviation 1; a look that all runs share tells nothing."""
    spread = looks.std(axis=0)
    centred = looks - looks.mean(axis=0)
    found: NDArray[np.float64] = np.divide(
        centred, spread, out=np.zeros_like(centred), where=spread > 1e-9
    )
    return found


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 0 to 1; equal values share one."""
    if len(values) == 1:
        return np.ones(1)
    below = (values[:, None] > values).sum(axis=1)
    return np.asarray(below / (len(values) - 1), np.float64)


def _distances(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.linalg.norm(one[:, None] - other[None], axis=2), np.float64)


def _nearest(
    nearest: NDArray[np.float64], looks: NDArray[np.float64], chosen: int, *, first: bool
) -> NDArray[np.float64]:
    distance = np.asarray(np.linalg.norm(looks - looks[chosen], axis=1), np.float64)
    return distance if first else np.minimum(nearest, distance)


def _why(run: Described, certain: float, look: NDArray[np.float64], is_twin: bool) -> str:
    if is_twin:
        return "the same pixels as a run before it"
    kind = "BV or MAT" if run.between_classes > 0.5 else "vessel or not"
    words = f"more uncertain than {100 * certain:.0f} % of the runs, mostly {kind}"
    odd = [
        f"{'much' if value > 0 else 'little'} {name}"
        if "area" in name or name in ("noise", "contrast")
        else f"{'high' if value > 0 else 'low'} {name}"
        for name, value in zip(LOOKS, look, strict=True)
        if abs(value) >= FAR
    ]
    return f"{words}; unlike others: {', '.join(odd)}" if odd else words
