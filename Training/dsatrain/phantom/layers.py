"""Sums of still images with a weight for each frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsatrain.phantom.vessels import Floats

SERIAL = 1 << 18
"""Products of up to this many multiplications run on one thread in OpenBLAS (interface/gemm.c)."""


@dataclass(frozen=True, eq=False)
class Layers:
    """Images and how strong each is in each frame.

    Attributes:
        maps: float32 (K, H, W), natural-log units of attenuation.
        weights: float64 (T, K).
    """

    maps: NDArray[np.float32]
    weights: Floats


def stacked(layers: list[Layers]) -> Layers:
    """Put several sums together to one."""
    return Layers(
        np.concatenate([layer.maps for layer in layers]),
        np.concatenate([layer.weights for layer in layers], axis=1),
    )


def summed(layers: Layers) -> NDArray[np.float32]:
    """Add all layers up, weighted for each frame, to float32 (T, H, W).

    In blocks too small for the linear algebra library to share among threads, so that the result
    does not depend on how many there are.
    """
    size = layers.maps.shape[1:]
    weights, flat = layers.weights.astype(np.float32), layers.maps.reshape(-1, size[0] * size[1])
    total = np.empty((len(weights), flat.shape[1]), np.float32)
    step = max(16, SERIAL // max(weights.size, 1))
    for start in range(0, flat.shape[1], step):
        total[:, start : start + step] = weights @ flat[:, start : start + step]
    return total.reshape(len(weights), *size)
