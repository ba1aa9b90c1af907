"""What a backend is, and the ways in which it may fail."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dsanet.errors import EngineError

Array = NDArray[np.float32]
OnFrame = Callable[[], None]
"""Called after each frame; raises to stop."""


class OutOfMemoryError(EngineError):
    """A backend's memory does not hold what it was given; smaller tiles may fit."""


class NotFiniteError(EngineError):
    """A backend answered with values that are no numbers; another precision may not."""


class Backend(Protocol):
    """One way to run one network.

    Attributes:
        name: The library, `torch` or `openvino`, as it is called when installed.
        device: Where it computes: `cuda`, `mps` or `cpu`.
        precision: Number format of its arithmetic: `float32`, `bfloat16` or `float16`.
        threads: Threads of the processor that it uses.
    """

    name: str
    device: str
    precision: str
    threads: int

    def score(self, frames: Array, minip: Array, times: Array, on_frame: OnFrame) -> Array:
        """Score every pixel; memory does not grow with the number of full-size features.

        Args:
            frames: float32 (T, H, W), normalised, H and W multiples of 32.
            minip: float32 (H, W), normalised.
            times: float32 (T,), seconds.
            on_frame: Called after each frame.

        Returns:
            float32 (3, H, W), scores before softmax; they may be no numbers.

        Raises:
            OutOfMemoryError: The backend's memory does not suffice.
            EngineError: The library could not run the network.
        """
        ...


def device_word(backend: Backend) -> str:
    """The word among `DEVICES` for a backend: `openvino`, or where torch computes."""
    return "openvino" if backend.name == "openvino" else backend.device
