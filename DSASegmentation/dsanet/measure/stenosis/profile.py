"""The diameter along a path, smoothed, and what it would be without lesions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.measure.lines.paths import Path

Floats = NDArray[np.float64]

SMOOTHING_PX = 1.5
REFERENCE_WIDTHS = 4.0
"""The reference is smoothed over so many diameters on each side."""

NARROW = 0.88
"""Places below this share of the reference are left out of it."""

PASSES = 6
GAP_WIDTHS = 1.5
"""A gap in the diameters longer than this many is not bridged."""


@dataclass(frozen=True, eq=False)
class DiameterProfile:
    """Diameters along a path.

    Attributes:
        along: float64 (N,), pixels.
        diameter_px: float64 (N,), smoothed; nan where a gap is too long.
        error_px: float64 (N,), standard deviation.
        reference_px: float64 (N,), interpolated diameter with the narrow places left out.
        reference_error_px: float64 (N,).
        measured: bool (N,), whether the station itself counts.
    """

    along: Floats
    diameter_px: Floats
    error_px: Floats
    reference_px: Floats
    reference_error_px: Floats
    measured: NDArray[np.bool_]


def profile_of(path: Path) -> DiameterProfile | None:
    """Smooth a path's diameters and interpolate its reference; None where hardly any count.

    Source: interpolated reference of quantitative angiography,
    https://link.springer.com/doi/10.1007/s10554-010-9795-9; the robust smoothing is a choice.
    """
    counts = path.counts
    if np.count_nonzero(counts) < 8:
        return None
    weight = np.where(counts, 1 / np.maximum(path.error_px, 0.05) ** 2, 0.0)
    diameter = np.where(counts, path.diameter_px, 0.0)
    usual = float(np.median(path.diameter_px[counts]))
    step = max(float(np.median(np.diff(path.along))), 0.1)
    smooth = _smoothed(diameter, weight, SMOOTHING_PX / step)
    gap = _gaps(counts, path.along, GAP_WIDTHS * usual)
    sigma = REFERENCE_WIDTHS * usual / step
    kept = counts.copy()
    reference = _quantile_start(path, usual / step)
    for _ in range(PASSES):
        kept = counts & (smooth > NARROW * reference) & (smooth < reference / NARROW**2)
        if np.count_nonzero(kept) < 5:
            kept = counts
        reference = _sloped(path.along, smooth, np.where(kept, weight, 0.0), sigma)
    spread = np.sqrt(_smoothed((smooth - reference) ** 2, np.where(kept, weight, 0.0), sigma))
    return DiameterProfile(
        along=path.along,
        diameter_px=np.where(gap, np.nan, smooth),
        error_px=np.where(counts, path.error_px, np.nan),
        reference_px=reference,
        reference_error_px=np.hypot(0.5 * spread, 0.1),
        measured=counts,
    )


def _quantile_start(path: Path, width: float) -> Floats:
    """A first reference: the running upper-middle diameter, which short lesions do not move."""
    at = np.flatnonzero(path.counts)
    values = ndimage.percentile_filter(
        path.diameter_px[at], 65, size=max(5, int(10 * width)), mode="nearest"
    )
    return np.asarray(np.interp(np.arange(len(path.along)), at, values))


def _smoothed(values: Floats, weight: Floats, sigma: float) -> Floats:
    """Weighted running mean over stations."""
    top = ndimage.gaussian_filter1d(values * weight, sigma, mode="constant", truncate=6)
    low = ndimage.gaussian_filter1d(weight, sigma, mode="constant", truncate=6)
    good = low > 1e-9 * max(float(low.max()), 1e-300)
    at = np.arange(len(values))
    return np.asarray(np.interp(at, at[good], top[good] / low[good]))


def _sloped(along: Floats, values: Floats, weight: Floats, sigma: float) -> Floats:
    """Weighted running straight line, which follows the taper of a vessel to its ends."""

    def blurred(signal: Floats) -> Floats:
        return np.asarray(ndimage.gaussian_filter1d(signal, sigma, mode="constant", truncate=6))

    scale = max(float(along[-1]), 1.0)
    step = scale / max(len(along) - 1, 1)
    x = along / scale
    w0, w1, w2 = blurred(weight), blurred(weight * x), blurred(weight * x * x)
    y0, y1 = blurred(weight * values), blurred(weight * x * values)
    tiny = 1e-9 * float(weight.max())
    mean_x = w1 / np.maximum(w0, tiny)
    variance = np.maximum(w2 - w0 * mean_x**2, 0) + w0 * (0.3 * sigma * step / scale) ** 2 + tiny
    slope = (y1 - mean_x * y0) / variance
    return np.asarray(y0 / np.maximum(w0, tiny) + slope * (x - mean_x))


def _gaps(counts: NDArray[np.bool_], along: Floats, longest: float) -> NDArray[np.bool_]:
    """Stations in stretches without diameters longer than allowed, or at the path's ends."""
    found = np.zeros(len(counts), np.bool_)
    parts, _ = ndimage.label(~counts)
    for (span,) in ndimage.find_objects(parts):
        at_end = span.start == 0 or span.stop == len(counts)
        found[span] = at_end or along[span.stop - 1] - along[span.start] > longest
    return found
