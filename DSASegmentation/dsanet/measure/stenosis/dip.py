"""The smallest diameter of a narrow place: a dip fitted to the diameters around it.

What blurs the picture along the vessel, and the averaging of neighbouring profiles, fill a short
stenosis up. Both smooth the lumen's area, so the dip is fitted after the same smoothing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

Floats = NDArray[np.float64]

REACH_WIDTHS = 1.5
"""Diameters within so many widths of the vessel on both sides take part."""

LEAST_STATIONS = 7
GRID_PX, LEAST_HALF_PX, LEAST_SHARE = 0.5, 1.0, 0.02
TRIES = 40

COSINE_SPREAD = 0.36
"""Standard deviation of (1 + cos) / 2 as a share of its half length."""


@dataclass(frozen=True, eq=False)
class Dip:
    """A narrow place as fitted.

    Attributes:
        error_px: Standard deviation of the smallest diameter, from the fit's residuals.
        spread_px: Standard deviation of the narrow part's length, as of a bell.
        smooth_px: float64 (N,), the dip after the smoothing, at all places that were given; nan
            where they are too far from it.
        walls: Width, share that is left of it, middle (pixels along) and half lengths of the walls.
    """

    error_px: float
    spread_px: float
    smooth_px: Floats
    walls: tuple[float, ...]

    def least_between(self, begin: float, end: float) -> float:
        """Smallest diameter between two places along the vessel, pixels."""
        places = np.append(np.arange(begin, end, 0.5 * GRID_PX), end)
        return float(_dip(places, np.array(self.walls)).min())


def fit_dip(
    along: Floats, diameter: Floats, error: Floats, at: float, usual: float, smoothing: float
) -> Dip | None:
    """Fit a dip with cosine walls, each of its own length, to diameters along a vessel.

    Args:
        along: float64 (N,), where the diameters were measured, pixels.
        diameter: float64 (N,), pixels.
        error: float64 (N,), their standard deviations.
        at: Where it is about narrowest.
        usual: Diameter of the vessel without the dip.
        smoothing: Standard deviation of what smooths the area along the vessel, pixels.

    Returns:
        The dip, None where there are too few diameters or no dip fits.
    """
    near = np.abs(along - at) <= REACH_WIDTHS * usual
    if np.count_nonzero(near) < LEAST_STATIONS:
        return None
    s, seen, weight = along[near] - at, diameter[near], 1 / error[near]
    grid = np.arange(s[0] - 4 * smoothing, s[-1] + 4 * smoothing + GRID_PX, GRID_PX)
    kernel = np.exp(-0.5 * ((s[:, None] - grid) / max(smoothing, 0.5 * GRID_PX)) ** 2)
    kernel /= kernel.sum(axis=1, keepdims=True)

    def off(values: Floats) -> Floats:
        return np.asarray((np.sqrt(kernel @ _dip(grid, values) ** 2) - seen) * weight)

    half = 0.5 * usual
    least = float(np.interp(0.0, s, seen))
    start = np.array([usual, np.clip(least / usual, 0.05, 0.95), 0.0, half, half])
    low = [0.5 * usual, LEAST_SHARE, -half, LEAST_HALF_PX, LEAST_HALF_PX]
    reach = 2 * REACH_WIDTHS * usual
    found = least_squares(
        off,
        start,
        bounds=(low, [1.5 * usual, 1.0, half, reach, reach]),
        loss="soft_l1",
        x_scale=[usual, 0.3, half, half, half],
        max_nfev=TRIES,
    )
    width, share, middle, before, after = found.x
    spare = max(len(s) - len(start), 1)
    scale = max(1.0, float((found.fun**2).sum()) / spare)
    inverse = np.linalg.pinv(found.jac.T @ found.jac) * scale
    slope = np.array([share, width, 0, 0, 0])
    smooth = np.full(len(along), np.nan)
    smooth[near] = off(found.x) / weight + seen
    return Dip(
        error_px=float(np.sqrt(max(slope @ inverse @ slope, 0.0))),
        spread_px=float(COSINE_SPREAD * 0.5 * (before + after)),
        smooth_px=smooth,
        walls=(float(width), float(share), float(middle + at), float(before), float(after)),
    )


def _dip(s: Floats, values: Floats) -> Floats:
    """Diameter of a vessel of some width that narrows to a share of it."""
    width, share, middle, before, after = values
    apart = np.clip((s - middle) / np.where(s < middle, before, after), -1, 1)
    return np.asarray(width * (1 - (1 - share) * 0.5 * (1 + np.cos(np.pi * apart))))
