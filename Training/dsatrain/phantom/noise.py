"""Noise from counting photons: how much, and where.

A frame of dose D leaves N = `PHOTONS_PER_UGY_MM2` D a^2 `DQE` detected photons in a pixel of side a
in the detector's plane (RQA5 about 30 000 photons / mm^2 / microgray, DQE 0.55 to 0.65:
https://pmc.ncbi.nlm.nih.gov/articles/PMC3143682). Clinical doses are 3.6 microgray a frame and 1.2
at low dose (https://jnis.bmj.com/content/9/3/297); where the tube's limit is met behind much bone
the detector gets less (`low` goes down to 0.2: a choice).
The subtracted pixel ln(mask) - ln(live) has the standard deviation
sqrt((1 + 1 / n) / N + electronic terms) with a mask of n frames, N falling as bone attenuates.
"""

import numpy as np
from numpy.typing import NDArray

from dsatrain.phantom.image_settings import ImageSettings

Map = NDArray[np.float32]

PHOTONS_PER_UGY_MM2, DQE = 30_000.0, 0.6
DOSES_UGY: dict[str, tuple[float, float]] = {
    "low": (0.2, 0.8),
    "medium": (0.8, 3.6),
    "high": (3.6, 10.0),
}
"""Detector dose of a frame by name."""


def photons(dose_ugy: float, side_mm: float) -> float:
    """Photons that a pixel detects.

    Args:
        dose_ugy: Detector dose, microgray.
        side_mm: The pixel's side in the detector's plane.

    >>> round(photons(3.6, 0.154))
    1537
    """
    return PHOTONS_PER_UGY_MM2 * dose_ugy * side_mm**2 * DQE


def standard_deviation(image: ImageSettings, light: Map) -> Map:
    """Noise of one frame in natural-log units, not yet subtracted.

    Args:
        image: Photons, electronic noise, the vendor's filter.
        light: float32, detected light, 1 where the dose is the nominal one.

    Returns:
        float32, the shape of `light`.
    """
    count = np.maximum(np.float32(image.photons) * light, 1)
    return np.asarray(image.denoising * np.sqrt(count + np.float32(image.electronic**2)) / count)


def correlated(white: Map, side: float) -> Map:
    """Blur white noise (H, W) by its neighbours' shares, as the scintillator does; keep its size.

    Args:
        white: float32 (H, W), standard deviation 1; it is overwritten.
        side: Share of each of the four neighbours in a row or column, 0 to 0.3.

    Returns:
        float32 (H, W), standard deviation 1 but for the outermost pixels.
    """
    if side == 0:
        return white
    for axis in (0, 1):
        image = white if axis == 0 else white.T
        near = image[:-2] + image[2:]
        near *= np.float32(side)
        image *= np.float32(1 - 2 * side)
        image[1:-1] += near
    white /= np.float32((1 - 2 * side) ** 2 + 2 * side**2)
    return white
