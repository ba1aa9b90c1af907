"""The vendor's processing: what makes the same X-rays look different on two machines."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from dsatrain.phantom.fields import Map
from dsatrain.phantom.image_settings import ImageSettings
from dsatrain.phantom.scatter import Spreader


@dataclass(eq=False)
class Processing:
    """Filters frame after frame; it remembers the last one for the average over time.

    Attributes:
        image: Strength of each filter.
        spread: The wide blur of the dynamic range compression.
    """

    image: ImageSettings
    spread: Spreader
    _last: Map | None = None

    def __call__(self, signal: Map) -> Map:
        """Process the next frame, float32 (H, W), natural-log units."""
        image = self.image
        if image.compression:
            signal = signal - np.float32(image.compression) * self.spread(signal)
        if image.edge_enhancement:
            signal = enhanced(signal, image.edge_enhancement)
        if image.averaging and self._last is not None:
            signal = signal + np.float32(image.averaging) * (self._last - signal)
        self._last = signal
        return signal


def enhanced(signal: Map, strength: float, width: int = 5) -> Map:
    """Sharpen edges by an unsharp mask.

    Args:
        signal: float32 (H, W).
        strength: Share of the difference from the local mean that is added.
        width: Width of the local mean in pixels.

    Returns:
        float32 (H, W).
    """
    around = np.asarray(uniform_filter(signal, width), np.float32)
    return np.asarray(signal + np.float32(strength) * (signal - around), np.float32)


def graded(
    grey: Map, image: ImageSettings, field: NDArray[np.bool_], shadow: Map | None
) -> NDArray[np.uint16]:
    """Bring shares of full scale to whole grey values, with shutter and padding.

    Args:
        grey: float32 (H, W), 0 to 1 where the window holds it; it is overwritten.
        image: Bits, display curve, grey of the shutter.
        field: bool (H, W), exposed pixels.
        shadow: What `collimator.penumbra` gives.

    Returns:
        uint16 (H, W).
    """
    np.clip(grey, 0, 1, out=grey)
    if image.gamma != 1:
        grey **= np.float32(image.gamma)
    if shadow is not None:
        grey += shadow * (np.float32(image.shutter_grey) - grey)
    grey[~field] = image.shutter_grey
    grey *= np.float32(2**image.bits - 1)
    return np.asarray(np.rint(grey), np.uint16)
