"""The smallest lumen of a narrow place, how well it is known, or why nothing can be said."""

from dataclasses import dataclass

import numpy as np

from dsanet.measure.lines.paths import Path
from dsanet.measure.stenosis.dip import Floats, fit_dip
from dsanet.measure.width.doubts import DOUBTS, UNCERTAIN, Doubt

NOT_MEASURABLE = "not measurable here"

AVERAGING_STEPS2, PIXEL2 = 0.5, 1 / 12
"""Variance of the weights 1, 2, 1 with which neighbouring profiles are averaged, squared steps, and
that of a pixel's width."""

LEAST_DIAMETER_PX = 0.3

NEAR_PX, NEAR_SHARE = 2.0, 0.2
"""Diameters so near to the narrowest place, or nearer than this share of it, are measured there."""

SHAPE_SHARE = 0.5
"""Error of what the smoothing filled up, by the fit, as a share of it: stenoses have other walls
than fitted ones."""

SHORTEST = 1.5
"""A dip whose spread is less than so many times the smoothing cannot be told from a deeper one."""

TILT_SHARE = 0.13
"""A vessel that runs towards the detector is smoothed along itself by this share of its diameter
more (standard deviation, at 30 degrees), which no picture tells."""

MOST_ERROR = 0.3
"""Where twice the error is more than this share of the vessel, nothing useful is known."""


@dataclass(frozen=True)
class Lumen:
    """The smallest diameter.

    Attributes:
        least_px: Diameter, nan where there is none.
        error_px: Standard deviation, nan likewise.
        narrowest_px: Diameter if the vessel runs obliquely, nan likewise.
        reason: Why there is none, empty where there is one.
    """

    least_px: float
    error_px: float
    narrowest_px: float
    reason: str


def lumen_at(path: Path, lowest: int, usual: float) -> Lumen:
    """Measure the smallest lumen near a station.

    Args:
        path: With its diameters.
        lowest: Number of the station.
        usual: Diameter of the vessel there without a stenosis, pixels.
    """
    reach = max(NEAR_PX, NEAR_SHARE * float(np.nan_to_num(path.diameter_px[lowest])))
    here = path.counts & (np.abs(path.along - path.along[lowest]) <= reach)
    if not here.any():
        why = DOUBTS[Doubt(int(path.doubt[lowest]))] or UNCERTAIN
        return _nothing(why)
    counts, variance = path.counts, _smoothing2(path)
    dip = fit_dip(
        path.along[counts],
        path.diameter_px[counts],
        path.error_px[counts],
        float(path.along[lowest]),
        usual,
        float(np.sqrt(variance)),
    )
    if dip is None:
        return _nothing("too few diameters count around it")
    sharp = dip.least_between(float(path.along[here][0]), float(path.along[here][-1]))
    if sharp < 0.85 * usual and dip.spread_px**2 < SHORTEST**2 * variance:
        return _nothing("it is shorter than the picture resolves")
    x, weight = path.along[here] - path.along[lowest], 1 / path.error_px[here]
    measured = _vertex(x, path.diameter_px[here], weight)
    filled = _vertex(x, dip.smooth_px[here[counts]], weight) - sharp
    least = max(measured - filled, LEAST_DIAMETER_PX)
    error = float(np.median(path.error_px[here]))
    whole = _norm(error, dip.error_px, SHAPE_SHARE * filled)
    if 2 * whole > MOST_ERROR * usual:
        return _nothing(UNCERTAIN)
    return Lumen(least, whole, _if_oblique(least, usual, dip.spread_px), "")


def _nothing(why: str) -> Lumen:
    return Lumen(np.nan, np.nan, np.nan, f"{NOT_MEASURABLE}: {why}")


def _norm(*parts: float) -> float:
    return float(np.sqrt(sum(part**2 for part in parts)))


def _smoothing2(path: Path) -> float:
    """Variance of what smooths the lumen's area along the vessel, squared pixels."""
    step = float(np.median(np.diff(path.along)))
    return path.blur_px**2 + AVERAGING_STEPS2 * step**2 + PIXEL2


def _vertex(x: Floats, diameter: Floats, weight: Floats) -> float:
    """The smallest of some diameters: the vertex of a parabola through them."""
    if len(x) < 5:
        return float(np.min(diameter))
    bend, slope, level = np.polyfit(x, diameter, 2, w=weight)
    vertex = float(np.clip(-slope / (2 * bend), x[0], x[-1])) if bend > 0 else 0.0
    return float(level + slope * vertex + bend * vertex**2)


def _if_oblique(least: float, usual: float, spread: float) -> float:
    """The lumen that would look like this one in a vessel that runs obliquely.

    Smoothing lowers a bell by the ratio of the spreads before and after it.
    """
    lost = max(1 - (least / usual) ** 2, 0.0)
    deeper = lost * float(np.sqrt(1 + (TILT_SHARE * usual / max(spread, 1e-6)) ** 2))
    return usual * float(np.sqrt(max(1 - deeper, 0.0)))
