"""Scores of a prediction against a truth."""

import numpy as np
from numpy.typing import NDArray


def dice(prediction: NDArray[np.uint8], truth: NDArray[np.uint8], value: int) -> float:
    """Overlap of one class: twice the shared pixels over the sum of both.

    Args:
        prediction: uint8 labels, any shape.
        truth: uint8 labels, same shape.
        value: The class.

    Returns:
        0 to 1; nan where neither holds the class, for there is nothing to agree on.

    Raises:
        ValueError: The shapes differ.

    Source: L. R. Dice, Measures of the amount of ecologic association between species, 1945.

    >>> dice(np.array([1, 1, 0, 2]), np.array([1, 0, 1, 2]), 1)
    0.5
    """
    if prediction.shape != truth.shape:
        msg = f"prediction is {prediction.shape}, truth is {truth.shape}; expected the same shape"
        raise ValueError(msg)
    answered, true = prediction == value, truth == value
    total = np.count_nonzero(answered) + np.count_nonzero(true)
    return float(2 * np.count_nonzero(answered & true) / total) if total else float("nan")
