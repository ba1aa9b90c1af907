"""What a backend is, and what every backend does alike."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
OnFrame = Callable[[], None]
"""Called after each frame; raises to stop."""


class Backend(Protocol):
    """One way to run one network.

    Attributes:
        name: `torch` or `openvino`.
        device: Where it computes: `cuda`, `mps` or `cpu`.
        precision: Number format of its arithmetic, such as `float32`.
    """

    name: str
    device: str
    precision: str

    def score(self, frames: Array, minip: Array, times: Array, on_frame: OnFrame) -> Array:
        """Score every pixel; memory does not grow with the number of full-size features.

        Args:
            frames: float32 (T, H, W), normalised, H and W multiples of 32.
            minip: float32 (H, W), normalised.
            times: float32 (T,), seconds.
            on_frame: Called after each frame.

        Returns:
            float32 (3, H, W), scores before softmax.
        """
        ...
