"""Temperature scaling: probabilities that mean what they say, fitted on held-out runs."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import softmax

from dsanet.engine import Engine
from dsanet.io import DSARun
from dsanet.labels import CLASS_COUNT
from dsanet.prepare import PrepareChoices, prepare
from dsatrain.evaluate import LabelledRun
from dsatrain.metrics import reliability

PIXELS_PER_RUN = 50_000
"""Enough for three numbers; all pixels of a run would weigh large pictures more."""

LOWEST, HIGHEST = 0.2, 5.0
"""A temperature outside this range means that the model is broken, not badly calibrated."""


def collect(
    engine: Engine, runs: Iterable[LabelledRun]
) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Gather scores and truth of random pixels of the exposed fields.

    Args:
        engine: The model, whose own temperatures are not applied.
        runs: Runs that it has not been trained on, with both classes labelled.

    Returns:
        float64 (n, 3) scores before softmax, uint8 (n,) labels.
    """
    rng = np.random.default_rng(0)
    scores, truths = [], []
    for case in runs:
        choices = PrepareChoices(arterial_window=case.arterial_window)
        source = case.source
        prepared = prepare(source, choices) if isinstance(source, DSARun) else source
        planes = engine.score(prepared).scores
        pixels = np.flatnonzero(prepared.field)
        chosen = rng.choice(pixels, min(len(pixels), PIXELS_PER_RUN), replace=False)
        scores.append(planes.reshape(CLASS_COUNT, -1)[:, chosen].T.astype(np.float64))
        truths.append(case.labels.reshape(-1)[chosen])
    return np.concatenate(scores), np.concatenate(truths)


def fit_temperatures(scores: NDArray[np.float64], truth: NDArray[np.uint8]) -> tuple[float, ...]:
    """Find one temperature for each class that makes the truth most likely.

    Args:
        scores: float64 (n, 3), before softmax.
        truth: uint8 (n,), the classes.

    Returns:
        Three numbers by which each class's scores are to be divided, 0.2 to 5.

    Source: Guo et al., On calibration of modern neural networks, ICML 2017, section 4.2 (vector
    scaling without the offset, so that equal scores stay equal).
    """
    rows = np.arange(len(truth))

    def cost(logs: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Mean negative log-likelihood and its slope by the logarithm of the temperatures."""
        scaled = scores / np.exp(logs)
        probabilities = softmax(scaled, axis=1)
        loss = -np.log(np.maximum(probabilities[rows, truth], 1e-12)).mean()
        probabilities[rows, truth] -= 1
        return float(loss), -(probabilities * scaled).mean(axis=0)

    bounds = [(np.log(LOWEST), np.log(HIGHEST))] * CLASS_COUNT
    found = minimize(cost, np.zeros(CLASS_COUNT), jac=True, method="L-BFGS-B", bounds=bounds)
    return tuple(float(np.exp(value)) for value in found.x)


def error_of(
    scores: NDArray[np.float64], truth: NDArray[np.uint8], temperatures: tuple[float, ...]
) -> float:
    """Expected calibration error of scores divided by temperatures.

    Args:
        scores: float64 (n, 3), before softmax.
        truth: uint8 (n,).
        temperatures: One for each class.
    """
    probabilities = softmax(scores / np.array(temperatures), axis=1).T
    everywhere = np.ones(len(truth), bool)
    return reliability(probabilities, truth, everywhere).error
