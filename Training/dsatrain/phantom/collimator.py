"""The exposed field: shutters, blades and the constant padding of exported pictures."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from dsatrain.phantom.fields import Map
from dsatrain.phantom.image_settings import ImageSettings


def exposed(
    image: ImageSettings, size: tuple[int, int], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Mark the pixels that are neither shuttered nor padding.

    Args:
        image: Shutter and padding.
        size: H and W.
        rng: Random stream.

    Returns:
        bool (H, W).
    """
    rows, columns = size
    y = (np.arange(rows)[:, None] + 0.5) / rows * 2 - 1
    x = (np.arange(columns)[None] + 0.5) / columns * 2 - 1
    field = np.ones(size, bool)
    if image.shutter == "round":
        aspect = rows / columns
        high, wide = max(1.0, aspect), max(1.0, 1 / aspect)
        radius = rng.uniform(0.94, 1.12)
        field &= (y * high) ** 2 + (x * wide) ** 2 < radius**2 * min(high, wide) ** 2
    elif image.shutter == "rectangle":
        top, bottom, left, right = 1 - rng.uniform(0.01, 0.2, 4)
        field &= (y > -top) & (y < bottom) & (x > -left) & (x < right)
    elif image.shutter == "blades":
        for _ in range(int(rng.integers(1, 4))):
            angle = rng.choice((0, 90, 180, 270)) + rng.normal(0, 12)
            across = x * np.cos(np.deg2rad(angle)) + y * np.sin(np.deg2rad(angle))
            field &= across < rng.uniform(0.72, 0.95)
    across, down = image.padding
    field[:, :across] = False
    field[:, columns - across :] = False
    field[:down] = False
    field[rows - down :] = False
    return field


def penumbra(image: ImageSettings, field: NDArray[np.bool_]) -> Map | None:
    """Give the shadow that a collimator's edge throws into the field.

    Args:
        image: Width of the soft edge.
        field: bool (H, W), exposed pixels.

    Returns:
        float32 (H, W), share of the way from image to shutter; None where edges are hard.
    """
    if image.penumbra_px == 0 or field.all():
        return None
    depth = distance_transform_edt(field)
    return np.asarray(np.exp(-depth / image.penumbra_px) * field, np.float32)
