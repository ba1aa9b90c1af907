"""A run made smaller, and what is found in it made as large as the run, by linear interpolation."""

import numpy as np
from scipy.sparse import csr_array

from dsanet.engine.backend import Array
from dsanet.engine.scoring import NetworkInput


def shrunk(given: NetworkInput, factor: float) -> NetworkInput:
    """Make a run smaller.

    Args:
        given: The run.
        factor: Of both sides, above 0 and at most 1; no side falls below one pixel.
    """
    rows, columns = (max(1, round(side * factor)) for side in given.minip.shape)
    smaller = (rows, columns)
    return NetworkInput(resized(given.frames, smaller), resized(given.minip, smaller), given.times)


def resized(images: Array, shape: tuple[int, ...]) -> Array:
    """Bring images to another size, as torch and Pillow do it with antialiasing.

    Args:
        images: float32 (..., H, W).
        shape: Rows and columns wanted.

    Returns:
        float32 (..., rows, columns).
    """
    if images.shape[-2:] == shape:
        return images
    down, across = (interpolation_weights(*n) for n in zip(images.shape[-2:], shape, strict=True))
    flat = images.reshape(-1, *images.shape[-2:])
    made = np.stack([(across @ (down @ image).T).T for image in flat])
    return np.ascontiguousarray(made.reshape(*images.shape[:-2], *shape), np.float32)


def interpolation_weights(before: int, after: int) -> csr_array:
    """Weights of linear interpolation that averages over as much as it leaves out.

    Args:
        before: Pixels of a row.
        after: Pixels wanted, at least 1.

    Returns:
        Sparse float32 (after, before), rows summing to 1: `weights @ row` is the row wanted.
    """
    scale = before / after
    reach = max(scale, 1.0)
    centres = (np.arange(after) + 0.5) * scale - 0.5
    weights = np.clip(1 - np.abs(np.arange(before) - centres[:, None]) / reach, 0, None)
    return csr_array((weights / weights.sum(axis=1, keepdims=True)).astype(np.float32))
