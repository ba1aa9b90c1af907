"""Whether a probability of 0.8 is right eight times of ten."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15
"""Guo et al., On calibration of modern neural networks, ICML 2017."""


@dataclass(frozen=True, eq=False)
class Reliability:
    """Pixels sorted into bins by the probability of the class that they were given.

    Attributes:
        count: float64 (15,), pixels of each bin; bin i holds (i / 15, (i + 1) / 15].
        confidence: float64 (15,), sum of their probabilities.
        correct: float64 (15,), how many of them were given the right class.
    """

    count: NDArray[np.float64]
    confidence: NDArray[np.float64]
    correct: NDArray[np.float64]

    def __add__(self, other: "Reliability") -> "Reliability":
        """Pool the pixels of two pictures."""
        return Reliability(
            self.count + other.count,
            self.confidence + other.confidence,
            self.correct + other.correct,
        )

    @property
    def error(self) -> float:
        """Expected calibration error: mean gap of confidence and accuracy over the pixels.

        Returns:
            0 to 1; nan without pixels.
        """
        total = self.count.sum()
        return float(np.abs(self.confidence - self.correct).sum() / total) if total else np.nan


def reliability(
    probabilities: NDArray[np.floating], truth: NDArray[np.uint8], counted: NDArray[np.bool_]
) -> Reliability:
    """Compare the most probable class of each pixel with the truth.

    Args:
        probabilities: (C, H, W), summing to 1 at each pixel.
        truth: uint8 (H, W), values below C.
        counted: bool (H, W), the pixels that count.
    """
    chosen = probabilities[:, counted].astype(np.float64)
    confidence = chosen.max(axis=0)
    right = chosen.argmax(axis=0) == truth[counted]
    bins = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    return Reliability(
        count=np.bincount(bins, minlength=BINS).astype(np.float64),
        confidence=np.bincount(bins, confidence, BINS),
        correct=np.bincount(bins, right, BINS),
    )
