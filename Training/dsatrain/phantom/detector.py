"""From attenuation to stored pixels: scatter, noise, processing, collimator, grey scale."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from dsatrain.phantom.settings import ImageSettings

Frames = NDArray[np.float32]


def scattered(signal: Frames, scatter: float) -> Frames:
    """Lower the contrast as scattered radiation does: -ln((exp(-d) + s) / (1 + s)).

    Args:
        signal: float32 (T, H, W), natural-log units.
        scatter: s, scattered over primary radiation.

    Returns:
        float32 (T, H, W).
    """
    out = np.exp(-signal)
    out += np.float32(scatter)
    np.log(out, out=out)
    return np.asarray(np.float32(np.log1p(scatter)) - out)


def noise(image: ImageSettings, head: Frames, count: int, rng: np.random.Generator) -> Frames:
    """Quantum noise after the logarithm, more of it behind bone, a little correlated.

    Its variance is (1 + 1 / n_mask) / N with N photons a pixel, N falling with the transmission
    exp(-head); the mask's part is the same in all frames.

    Args:
        image: Noise settings.
        head: float32 (H, W), attenuation without contrast.
        count: Number of frames T.
        rng: Random stream.

    Returns:
        float32 (T, H, W), natural-log units.
    """
    local = np.exp(0.5 * np.clip(head - float(np.percentile(head, 20)), -0.5, 1.6))
    grain = rng.standard_normal((count + 1, *head.shape), np.float32)
    grain = _correlate(grain)
    grain *= np.float32(image.noise) * local
    frames = grain[1:]
    frames *= np.float32(np.sqrt(1 - image.mask_noise))
    frames += np.float32(np.sqrt(image.mask_noise)) * grain[0]
    return frames


def _correlate(grain: Frames) -> Frames:
    """Blur white noise a little, as the scintillator does, and keep its variance."""
    side = 0.2
    for axis in (1, 2):
        near = side * (np.roll(grain, 1, axis) + np.roll(grain, -1, axis))
        grain = (1 - 2 * side) * grain + near
    return np.asarray(grain / np.float32((1 - 2 * side) ** 2 + 2 * side**2), np.float32)


def enhanced(signal: Frames, strength: float, width: int = 5) -> Frames:
    """Sharpen edges by an unsharp mask, as vendors do.

    Args:
        signal: float32 (T, H, W).
        strength: Share of the difference from the local mean that is added.
        width: Width of the local mean in pixels.

    Returns:
        float32 (T, H, W).
    """
    if strength == 0:
        return signal
    around = np.asarray(uniform_filter(signal, (1, width, width)), np.float32)
    return signal + np.float32(strength) * (signal - around)


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


def stored(
    signal: Frames, image: ImageSettings, field: NDArray[np.bool_]
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Turn attenuation into stored grey values, vessels dark.

    Args:
        signal: float32 (T, H, W), natural-log units, vessels positive.
        image: Bits, offset, gain, gamma, shutter grey.
        field: bool (H, W), exposed pixels.

    Returns:
        uint8 or, for 12 bits, uint16 (T, H, W).
    """
    top = 2**image.bits - 1
    grey = np.clip(image.offset - image.gain * signal, 0, 1)
    if image.gamma != 1:
        grey **= np.float32(image.gamma)
    grey[:, ~field] = image.shutter_grey
    grey = np.round(grey * np.float32(top))
    if image.bits == 8:
        return np.asarray(grey, np.uint8)
    return np.asarray(grey, np.uint16)
