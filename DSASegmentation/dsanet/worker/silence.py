"""Telling work from a standstill by the signs of life of a process."""

import time

LONGEST_GAP = 1.0
"""Seconds between two looks that count at most: a computer that slept, or a host that was busy, has
not listened all that time."""


class Silence:
    """For how long there has been no sign of life."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._signs = 0
        self._looked = time.monotonic()

    def look(self, signs: int) -> float:
        """Count on.

        Args:
            signs: Number of signs of life so far.

        Returns:
            Seconds without a new one.
        """
        now = time.monotonic()
        gap = min(now - self._looked, LONGEST_GAP)
        self.seconds = self.seconds + gap if signs == self._signs else 0.0
        self._signs, self._looked = signs, now
        return self.seconds
