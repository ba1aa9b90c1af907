"""Colours of times: a map painted on the MinIP, with a legend in seconds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

STOPS = np.array(
    [
        (0.00, 215, 25, 28),
        (0.25, 253, 174, 97),
        (0.50, 255, 255, 140),
        (0.75, 116, 196, 220),
        (1.00, 44, 90, 200),
    ]
)
"""Early is red, late blue, as usual for arrival; after ColorBrewer's RdYlBu
(https://colorbrewer2.org), which colour-blind people can tell apart."""

QUANTILES = (0.02, 0.98)


@dataclass(frozen=True, eq=False)
class ColourMap:
    """A painted map.

    Attributes:
        pixels: uint8 (H, W, 3).
        low: Value of the first colour.
        high: Value of the last colour.
        title: What is shown, with its unit.
    """

    pixels: NDArray[np.uint8]
    low: float
    high: float
    title: str


def colours_of(share: NDArray[np.floating]) -> NDArray[np.float64]:
    """RGB, 0 to 255, of values 0 to 1: float64 (..., 3).

    >>> colours_of(np.array([0.0])).tolist()
    [[215.0, 25.0, 28.0]]
    """
    channels = [np.interp(share, STOPS[:, 0], STOPS[:, one]) for one in (1, 2, 3)]
    return np.stack(channels, axis=-1)


def colour_map(
    values: NDArray[np.float32],
    minip: NDArray[np.float32],
    field: NDArray[np.bool_],
    title: str,
) -> ColourMap | None:
    """Paint a map of values over a run.

    Args:
        values: float32 (H, W), nan outside vessels.
        minip: float32 (H, W), for the grey below.
        field: bool (H, W), the exposed pixels.
        title: What is shown, with its unit.

    Returns:
        The picture, the vessels darker where the MinIP is; None where no value is finite.
    """
    known = np.isfinite(values)
    if not known.any():
        return None
    low, high = np.quantile(values[known], QUANTILES)
    high = max(float(high), float(low) + 1e-3)
    dark, bright = np.percentile(minip[field], (0.3, 99.0)) if field.any() else (0.0, 1.0)
    grey = np.clip((minip - dark) / max(float(bright - dark), 1e-6), 0, 1)
    grey = np.where(field, 30 + 90 * grey, 0)[..., None].repeat(3, axis=2)
    filled = _filled(values, known)
    colour = colours_of(np.clip((filled - low) / (high - low), 0, 1))
    pixels = np.where(known[..., None], colour, grey)
    return ColourMap(np.round(pixels).astype(np.uint8), float(low), high, title)


def _filled(values: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Smooth a map within the vessels by 1.5 px, so that cells do not show as steps."""
    weight = ndimage.gaussian_filter(known.astype(np.float32), 1.5)
    total = ndimage.gaussian_filter(np.where(known, values, 0), 1.5)
    return np.asarray(total / np.maximum(weight, 1e-6), np.float64)
