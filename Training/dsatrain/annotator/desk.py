"""What lies before the annotator, what a move is, and what it gains."""

import copy
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dsanet.edit import Reading, Tracer, VesselPieces, split
from dsanet.labels import BACKGROUND
from dsatrain.annotator.mistakes import Box, Labels, Mask, Score, Truth

Spot = tuple[int, int]

MOST_STARTED = 256
"""Traces kept begun at once, half a megabyte each."""


@dataclass(frozen=True, eq=False)
class Move:
    """Some clicks with one tool.

    Attributes:
        tool: Its name.
        states: The labels after each click.
        points: Row and column of each click.
        gain: Mistakes fewer at the end.
    """

    tool: str
    states: list[Labels]
    points: list[tuple[int, int]]
    gain: int

    @property
    def worth(self) -> float:
        """Gain for each click."""
        return self.gain / len(self.states)


@dataclass(frozen=True, eq=False)
class Tools:
    """The correction tools of one run; without them there are only brush and rubber.

    Attributes:
        tracer: Of the MinIP, for traces; None without.
        brancher: Another, for branches, which begin at the labels; None without.
        reading: Of the model's probabilities, for more and fewer vessels; None without.
        picks: Whether there are reassign and smart erase.
    """

    tracer: Tracer | None = None
    brancher: Tracer | None = None
    reading: Reading | None = None
    picks: bool = False
    _started: dict[Spot, Tracer] = field(default_factory=dict)

    def tracer_at(self, point: Spot) -> Tracer:
        """Give the tracer begun at a point; many places are looked at more than once."""
        if point not in self._started:
            if len(self._started) >= MOST_STARTED:
                self._started.clear()
            self._started[point] = begun = copy.copy(self.tracer)
            begun.start(point)
        return self._started[point]


@dataclass(frozen=True, eq=False)
class Desk:
    """What lies before the annotator.

    Attributes:
        truth: What the annotator knows.
        labels: As they are now.
        tools: At hand.
        lacking: The scores that are not good enough yet.
        thickness: float64 (H, W), distance to where the truth is another label.
        careful: Whether harm to scores that are good enough counts, too.
    """

    truth: Truth
    labels: Labels
    tools: Tools
    lacking: frozenset[Score]
    thickness: NDArray[np.float64]
    careful: bool = True

    @cached_property
    def pieces(self) -> VesselPieces:
        """Of the labels."""
        return split(self.labels)

    @cached_property
    def brancher(self) -> Tracer | None:
        """Begun at the labels; None without that tool or without labels."""
        tracer = self.tools.brancher
        if tracer is None or not self.labels.any():
            return None
        tracer.start_at_vessels(self.labels != BACKGROUND)
        return tracer

    def saved(self, before: Labels, after: Labels, box: Box) -> int:
        """Count the mistakes fewer in a box, see `Truth.saved`."""
        return self.truth.saved(before, after, box, self.lacking, careful=self.careful)

    def gain(self, after: Labels, before: Labels | None = None) -> int:
        """Count the mistakes that a change takes away, looking only near the change."""
        old = self.labels if before is None else before
        box = _box_of(after != old)
        return 0 if box is None else self.saved(old[box], after[box], box)


def _box_of(changed: Mask, margin: int = 4) -> Box | None:
    """The part of the picture round changed pixels."""
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    if not len(rows):
        return None
    return tuple(
        slice(max(0, int(at[0]) - margin), int(at[-1]) + margin + 1) for at in (rows, columns)
    )
