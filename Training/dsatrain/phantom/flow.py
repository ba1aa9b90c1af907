"""How much contrast is where at each frame, and which phase a frame belongs to."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dsatrain.phantom.settings import FlowSettings
from dsatrain.phantom.vessels import Floats

SHAPE = 3.0
"""Exponent a of the gamma variate (2 to 4 in the literature the science notes cite)."""
RIPPLE_SPREAD_S = 0.12
"""How much a sharp change of concentration spreads in the first second of its way (a choice)."""
FINE_S = 0.02
OPENS, CLOSES = 0.1, 0.25
VEINS_RISE, VEINS_FILL = 0.15, 0.25
"""Shares of the peak at which the arterial window opens and closes, and at which veins are rising
and filled (choices)."""
CAPILLARY_WIDTH = 1.7
VENOUS_WIDTH = 2.2
"""Time to peak of blush and veins relative to the trunk's."""


def gamma_variate(time: Floats, peak_s: Floats | float) -> Floats:
    """Bolus curve with peak 1: (t / p)^a exp(a (1 - t / p)).

    Args:
        time: float64, seconds since contrast arrived, any shape.
        peak_s: Time from arrival to peak, s, broadcast against `time`.

    Returns:
        float64, 0 to 1.

    >>> gamma_variate(np.array([-1.0, 0.0, 2.0]), 2.0).tolist()
    [0.0, 0.0, 1.0]
    """
    share = np.maximum(time / peak_s, 0)
    return np.asarray(share**SHAPE * np.exp(SHAPE * (1 - share)))


def arterial_curves(flow: FlowSettings, bins: Floats) -> Floats:
    """Concentration at each frame for each arrival time; the bolus widens and sinks on its way.

    Args:
        flow: Times and bolus.
        bins: float64 (B,), arrival times in s.

    Returns:
        float64 (T, B), 1 at the peak in the trunk.
    """
    return concentration(flow, np.asarray(flow.times)[:, None] - flow.injection_s, bins)


def concentration(flow: FlowSettings, times: Floats, arrival: Floats) -> Floats:
    """Concentration of contrast at any times and arrival times.

    The heart's ripple arises at the catheter, where a steady injection meets pulsatile flow, so it
    travels with the blood and fades as the bolus spreads.

    Args:
        flow: Bolus.
        times: float64, s after contrast enters the trunk.
        arrival: float64, s, broadcast against `times`.

    Returns:
        float64, 1 at the peak in the trunk but for the ripple.
    """
    width = np.sqrt(1 + flow.dispersion * arrival)
    curve = gamma_variate(times - arrival, flow.bolus_s * width) / width
    angle = 2 * np.pi * flow.heart_hz
    fading = np.exp(-0.5 * (angle * RIPPLE_SPREAD_S) ** 2 * np.maximum(arrival, 0))
    return np.asarray(curve * (1 + flow.pulse * fading * np.sin(angle * (times - arrival))))


def peak_times(flow: FlowSettings, arrival: Floats) -> Floats:
    """When the bolus peaks by arrival time, ripple apart: both (n,), s; on the run's clock."""
    width = np.sqrt(1 + flow.dispersion * arrival)
    return np.asarray(flow.injection_s + arrival + flow.bolus_s * width)


def sac_curve(flow: FlowSettings, arrival: float, stasis_s: float) -> Floats:
    """Concentration in an aneurysm at each frame, (T,).

    The sac is a stirred volume: its contrast is that of the artery convolved with an exponential
    of the mean time that contrast stays.

    Args:
        flow: Times and bolus.
        arrival: When contrast arrives at the neck, s.
        stasis_s: Mean time in the sac, s.
    """
    times = np.asarray(flow.times) - flow.injection_s
    grid = np.arange(0, max(float(times.max()), 0) + FINE_S, FINE_S)
    inflow = concentration(flow, grid, np.asarray(arrival))
    stay = np.exp(-grid / stasis_s)
    mixed = np.convolve(inflow, stay / stay.sum())[: len(grid)]
    return np.interp(times, grid, mixed, left=0.0)


def capillary_curves(flow: FlowSettings, spread_s: float) -> Floats:
    """Blush of early and late territories at each frame, (T, 2), each 0 to 1."""
    times = np.asarray(flow.times)[:, None] - flow.injection_s - flow.capillary_s
    return gamma_variate(times - np.array([0.0, spread_s]), CAPILLARY_WIDTH * flow.bolus_s)


def venous_curves(flow: FlowSettings, bins: Floats) -> Floats:
    """Concentration at each frame in veins by their arrival time after the first vein, (T, B)."""
    times = np.asarray(flow.times)[:, None] - flow.injection_s - flow.venous_s
    return gamma_variate(times - bins, VENOUS_WIDTH * flow.bolus_s)


def phases_of(
    flow: FlowSettings, arterial: Floats, venous: Floats, weights: Floats
) -> tuple[tuple[int, int], tuple[str, ...]]:
    """Find the true arterial window and name each frame's phase.

    The window is that of the arteries that can be seen. It opens with the first frame in which
    contrast reaches a tenth of the trunk's peak anywhere. It closes with the last one before their
    contrast, each as a share of its own peak and weighted by its area in the picture, falls under a
    quarter of its maximum, or a vein that can be seen rises over 0.15 of its peak. (Weighting every
    arrival time alike let twigs that nobody sees decide.)

    Args:
        flow: Times and bolus.
        arterial: float64 (T, B), concentration in the bins that hold arteries.
        venous: float64 (T, V), in the bins that hold veins that can be seen; V may be 0.
        weights: float64 (B,), area of the arteries of each bin that can be seen, not all 0.

    Returns:
        First and last arterial frame, and T of `mask`, `arterial`, `capillary`, `venous`.
    """
    count = len(flow.times)
    front = arterial.max(axis=1)
    shares = arterial / np.maximum(arterial.max(axis=0), 1e-9)
    mean = shares @ (weights / weights.sum())
    late = venous.max(axis=1, initial=0.0)
    first = int(np.argmax(front > OPENS)) if np.any(front > OPENS) else int(np.argmax(front))
    fallen = (np.arange(count) > mean.argmax()) & (mean < CLOSES * mean.max())
    ended = fallen | (late > VEINS_RISE)
    ended[: first + 1] = False
    last = int(np.argmax(ended)) - 1 if np.any(ended) else count - 1
    return (first, last), tuple(_names(first, last, np.maximum.accumulate(late)))


def _names(first: int, last: int, reached: Floats) -> Iterator[str]:
    """Name the phases; `reached` is the most contrast that veins have had so far."""
    for frame, veins in enumerate(reached):
        if frame < first:
            yield "mask"
        elif frame <= last:
            yield "arterial"
        else:
            yield "venous" if veins > VEINS_FILL else "capillary"


def spread_bins(arrival: Floats, count: int) -> Floats:
    """Evenly spaced arrival times (count,) that cover those given (n,), empty or not."""
    low, high = (float(arrival.min()), float(arrival.max())) if len(arrival) else (0.0, 1.0)
    return np.linspace(low, max(high, low + 1e-3), count)


def bin_weights(arrival: Floats, weight: Floats, bins: Floats) -> NDArray[np.float64]:
    """How much vessel lies in each bin: weights (n,) summed by nearest bin, (B,)."""
    index = np.round((arrival - bins[0]) / (bins[1] - bins[0])).astype(np.int64)
    found = np.bincount(np.clip(index, 0, len(bins) - 1), weight, len(bins))
    return np.asarray(found, np.float64)
