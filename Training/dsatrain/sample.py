"""Sample: what the network sees of one run, and the truth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsanet.prepare import PreparedRun, network_frames


@dataclass(frozen=True, eq=False)
class Sample:
    """What the network sees of one run, and the truth.

    Attributes:
        frames: float32 (T, h, w), normalised, of the arterial window.
        times: float32 (T,), seconds.
        minip: float32 (h, w), normalised.
        labels: uint8 (h, w).
        name: Where it came from, for people.
        replayed: Whether it is of what the model knew before, so that its parent's answer is a
            target too.
    """

    frames: NDArray[np.float32]
    times: NDArray[np.float32]
    minip: NDArray[np.float32]
    labels: NDArray[np.uint8]
    name: str = ""
    replayed: bool = False


def make_sample(prepared: PreparedRun, labels: NDArray[np.uint8], name: str = "") -> Sample:
    """Give the network's input exactly as the engine does, with the truth."""
    frames, times = network_frames(prepared)
    return Sample(
        frames=frames,
        times=(times - times[0]).astype(np.float32),
        minip=prepared.normalise(prepared.minip),
        labels=np.where(prepared.field, labels, 0).astype(np.uint8),
        name=name,
    )
