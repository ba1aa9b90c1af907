"""What is known of a run without labels: how uncertain the model is, and what it looks like."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsanet.engine import Prediction
from dsanet.labels import BACKGROUND, MAT
from dsanet.prepare import PreparedRun

CANDIDATE = 0.1
"""A pixel is a vessel candidate from this probability of BV or MAT on."""

MOST_BITS = float(np.log2(3))

LOOKS = (
    "frames",
    "time between frames",
    "picture size",
    "contrast",
    "noise",
    "vessel area",
    "share of MAT",
)
"""Names of the numbers in `Described.look`."""

TINY = 1e-6


@dataclass(frozen=True, eq=False)
class Described:
    """One run.

    Attributes:
        name: For people; unique in a ranking.
        uncertainty: Mean entropy of the three classes over the vessel candidates, 0 to 1.
        between_classes: Share of that entropy that is left when vessel or not is settled: BV or
            MAT, 0 to 1.
        look: float64 (7,), `LOOKS`; logarithms where a ratio counts.
        twin: What is the same for the same pixels.
    """

    name: str
    uncertainty: float
    between_classes: float
    look: NDArray[np.float64]
    twin: str


def describe(name: str, prediction: Prediction, twin: str) -> Described:
    """Describe a run by what a model answers.

    Args:
        name: The run's.
        prediction: The engine's answer.
        twin: Hash of its pixels.
    """
    probabilities = prediction.probabilities.astype(np.float64)
    vessel = 1 - probabilities[BACKGROUND]
    candidates = (vessel >= CANDIDATE) & prediction.prepared.field
    total, between = 0.0, 0.0
    if candidates.any():
        chosen = probabilities[:, candidates]
        total = float(entropy(chosen).mean())
        inside = chosen[1:] / chosen[1:].sum(axis=0)
        between = float((chosen[1:].sum(axis=0) * entropy(inside)).mean())
    return Described(
        name=name,
        uncertainty=total / MOST_BITS,
        between_classes=between / total if total > TINY else 0.0,
        look=_look(prediction.prepared, prediction.labels),
        twin=twin,
    )


def entropy(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Entropy in bits over the first axis (Shannon 1948).

    >>> entropy(np.array([[0.5, 1.0], [0.5, 0.0]])).tolist()
    [1.0, 0.0]
    """
    logs = np.log2(np.where(probabilities > 0, probabilities, 1))
    found: NDArray[np.float64] = np.abs((probabilities * logs).sum(axis=0))
    return found


def _look(prepared: PreparedRun, labels: NDArray[np.uint8]) -> NDArray[np.float64]:
    frames, times, field = prepared.frames, prepared.times, prepared.field
    labelled = np.count_nonzero(labels)
    steps = np.diff(times)
    values = (
        np.log(len(frames)),
        np.log(float(np.median(steps))) if steps.size else 0.0,
        np.log(labels.size) / 2,
        np.log(max(float(prepared.scale), TINY)),
        np.log(max(_noise(frames[0], field) / max(float(prepared.scale), TINY), TINY)),
        np.log((labelled + 1) / np.count_nonzero(field)),
        np.count_nonzero(labels == MAT) / labelled if labelled else 0.0,
    )
    return np.array(values, np.float64)


def _noise(frame: NDArray[np.float32], field: NDArray[np.bool_]) -> float:
    """Standard deviation of the noise: differences of neighbours, robust against vessels.

    Source: the median absolute deviation of a normal distribution is 0.6745 of its standard one.
    """
    both = field[:, 1:] & field[:, :-1]
    if not both.any():
        return 0.0
    differences = np.diff(frame, axis=1)[both]
    return float(np.median(np.abs(differences)) / 0.6745 / np.sqrt(2))
