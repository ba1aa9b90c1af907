"""PreparedRun: a run as the network and the user see it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class PreparedRun:
    """A DSA run after subtraction, with all that was found in it.

    Attributes:
        frames: float32 (T, H, W), log-subtracted, vessels dark: stored grey values where the run
            came subtracted or cannot be, else differences of natural logarithms (of stored values
            for LOG and DISP), 0 where nothing changed or the moved mask does not reach.
        times: float64 (T,), seconds from the first frame.
        field: bool (H, W), the exposed pixels (no shutter, no padding).
        arterial_window: First and last frame that show arteries, both included, from 0.
        minip: float32 (H, W), minimum of `frames` over the arterial window.
        center: Grey value of the unopacified background; 0 for the network.
        scale: Grey values between the background and a well-filled vessel; 1 for the network.
        subtraction: How the frames were subtracted, in words, for the provenance.
        warnings: What a user should know, one sentence each.
    """

    frames: NDArray[np.float32]
    times: NDArray[np.float64]
    field: NDArray[np.bool_]
    arterial_window: tuple[int, int]
    minip: NDArray[np.float32]
    center: float
    scale: float
    subtraction: str
    warnings: tuple[str, ...]

    def normalise(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """Bring grey values to the network's scale.

        Args:
            image: float32 (..., H, W) in the scale of `frames`.

        Returns:
            float32, same shape: background 0, well-filled vessels about -1, outside the field 0,
            limited to [-4, 4].
        """
        scaled = np.clip((image - self.center) / self.scale, -4, 4)
        return np.where(self.field, scaled, 0).astype(np.float32)
