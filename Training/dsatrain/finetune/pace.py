"""How long a training still takes, measured from its own steps."""

import time
from collections import deque

MEASURED = 12
"""Steps that count: the last ones, for later stages of a fine-tuning are slower."""

FIRST = 3
"""Steps that must have been measured before anything is said."""


class Pace:
    """Estimates the time left."""

    def __init__(self, steps: int) -> None:
        """Begin.

        Args:
            steps: Of the whole training.
        """
        self._steps = steps
        self._moments: deque[tuple[int, float]] = deque(maxlen=MEASURED + 1)

    def seconds_left(self, step: int, now: float | None = None) -> float | None:
        """Estimate after a step.

        Args:
            step: Steps done.
            now: Seconds on any clock; None reads one.

        Returns:
            Seconds; None until enough steps have been seen.
        """
        self._moments.append((step, time.monotonic() if now is None else now))
        (first, began), (last, ended) = self._moments[0], self._moments[-1]
        if last - first < FIRST:
            return None
        return (self._steps - step) * (ended - began) / (last - first)


def in_words(seconds: float) -> str:
    """Say a time.

    >>> in_words(42), in_words(200), in_words(5000)
    ('42 s', '3 min', '83 min')
    """
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
