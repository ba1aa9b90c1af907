"""The time that contrast needs from one region to another."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsanet.measure.flow.bolus import fit_boluses
from dsanet.measure.flow.curves import roi_curve
from dsanet.measure.flow.maps import LEAST_FRAMES
from dsanet.prepare import PreparedRun


@dataclass(frozen=True)
class Interval:
    """A time between two regions, or why there is none.

    Attributes:
        seconds: Time to peak of the second less that of the first, None where withheld.
        error_s: Its standard deviation, None likewise.
        reason: Why it is withheld, else empty.
    """

    seconds: float | None
    error_s: float | None
    reason: str


def circulation_time(
    prepared: PreparedRun,
    first: NDArray[np.bool_],
    second: NDArray[np.bool_],
    *,
    times_stated: bool,
) -> Interval:
    """Measure a circulation time, as from the internal carotid artery to a vein.

    Args:
        prepared: The run.
        first: bool (H, W), the region upstream.
        second: bool (H, W), the region downstream.
        times_stated: Whether the run's times are seconds.

    Returns:
        Difference of the times to peak; healthy from cervical ICA to veins about 7.3 s
        (http://www.ajnr.org/cgi/content/full/25/5/775/F3).
    """
    if not times_stated:
        return Interval(None, None, "the input states no frame times")
    if len(prepared.frames) < LEAST_FRAMES:
        return Interval(None, None, f"fewer than {LEAST_FRAMES} frames")
    if not first.any() or not second.any():
        return Interval(None, None, "a region is empty")
    begin = prepared.arterial_window[0]
    curves = np.stack(
        [roi_curve(prepared.frames, roi, begin, prepared.center) for roi in (first, second)]
    )
    noise = 0.03 * np.maximum(np.ptp(curves, axis=1), 1e-6)
    boluses = fit_boluses(prepared.times, curves, noise)
    for name, curve, peak in zip(("first", "second"), curves, boluses.peak_s, strict=True):
        if curve.argmax() == len(curve) - 1 or peak >= prepared.times[-1]:
            return Interval(None, None, f"contrast still rises in the {name} region")
        if curve.max() <= 0:
            return Interval(None, None, f"no contrast arrives in the {name} region")
    seconds = float(boluses.peak_s[1] - boluses.peak_s[0])
    return Interval(seconds, float(np.hypot(*boluses.peak_error_s)), "")
