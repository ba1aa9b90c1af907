"""What lies before the annotator, what a move is, and what it gains."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dsanet.edit import Reading, Tracer, VesselPieces, split
from dsanet.labels import BACKGROUND
from dsatrain.annotator.mistakes import Box, Labels, Mask, Truth

Spot = tuple[int, int]


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


@dataclass(frozen=True, eq=False)
class Desk:
    """What lies before the annotator.

    Attributes:
        truth: What the annotator knows.
        labels: As they are now.
        tools: At hand.
        thickness: float64 (H, W), distance to where the truth is another label.
    """

    truth: Truth
    labels: Labels
    tools: Tools
    thickness: NDArray[np.float64]

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

    def gain(self, after: Labels, before: Labels | None = None) -> int:
        """Count the mistakes that a change takes away, looking only near the change."""
        old = self.labels if before is None else before
        box = _box_of(after != old)
        if box is None:
            return 0
        then, now = (self.truth.mistakes(which, box).sum(dtype=int) for which in (old, after))
        return int(then - now)


def _box_of(changed: Mask, margin: int = 4) -> Box | None:
    """The part of the picture round changed pixels."""
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    if not len(rows):
        return None
    return tuple(
        slice(max(0, int(at[0]) - margin), int(at[-1]) + margin + 1) for at in (rows, columns)
    )
