"""Prediction: what the engine answers, with where it came from."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.prepare import PreparedRun


@dataclass(frozen=True, eq=False)
class Prediction:
    """The segmentation of one run.

    Attributes:
        labels: uint8 (H, W), values of `dsanet.labels`.
        probabilities: float16 (3, H, W), one plane a label value, summing to 1 at each pixel.
        arterial_window: First and last frame used, both included, from 0.
        no_mat: True when the run shows no main artery trunk.
        warnings: One sentence each, for the user.
        provenance: Model, engine, device, preparation and input, as plain JSON values.
        prepared: The prepared run that was segmented.
        seconds: Wall time of the steps `prepare` and `infer`.
    """

    labels: NDArray[np.uint8]
    probabilities: NDArray[np.float16]
    arterial_window: tuple[int, int]
    no_mat: bool
    warnings: tuple[str, ...]
    provenance: dict[str, Any]
    prepared: PreparedRun
    seconds: dict[str, float]
