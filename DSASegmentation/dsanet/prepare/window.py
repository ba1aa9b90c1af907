"""The arterial window: from the first frame that shows arteries to the last before veins fill."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.prepare.coarse import small_structures
from dsanet.prepare.curves import VesselCurves, vessel_curves
from dsanet.prepare.masks import contrast_amount

ARRIVAL_STEP_S = 0.1
ARRIVAL_SIGMA_S = 0.35
"""Arrival times are counted in steps and smoothed; arteries and veins lie 3 s and more apart."""

GAP_SHARE = 0.1
"""Between two groups of vessels fewer pixels fill at a time than this share of the busiest time."""

SMALLEST_GROUP = 0.05
"""Groups with a smaller share of the vessel pixels are motion or noise."""

START_SHARE = 0.06
"""The window begins when the first arteries have this share of their peak contrast."""

DISTAL_BINS = 8
"""Arteries are sorted into so many classes of equal arrival span; the later half is distal."""

FADE_SHARE = 0.3
"""The window ends when the distal arteries have less than this share of their peak contrast."""

VEIN_SHARE = 0.15
"""The window ends before the first veins have this share of their peak contrast."""

PEAK_SHARE = 0.5
"""A window that leaves out more than this share of the arteries' peaks is not believed: in a
beating heart pixels do not follow vessels."""

BULK_SHARE = 0.5
"""Then it holds the frames with this share of the greatest amount of contrast."""

FIRST_VEINS = 0.15
"""Share of the vein pixels, those that fill first, that ends the window."""


def find_window(
    frames: NDArray[np.float32], times: NDArray[np.float64], field: NDArray[np.bool_]
) -> tuple[tuple[int, int], tuple[str, ...]]:
    """Find the frames that show arteries and no veins yet.

    Args:
        frames: float32 (T, h, w), coarse frames, vessels dark.
        times: float64 (T,), seconds.
        field: bool (h, w).

    Returns:
        First and last frame, both included; and warnings. All frames where contrast fills the
        same vessels in all of them, or where there is no vessel.
    """
    curves = vessel_curves(frames, times, field)
    whole = (0, len(frames) - 1)
    if curves.found == 0:
        return whole, ("No contrast-filled vessel was found, so all frames are used.",)
    if curves.values.shape[1] == 0:
        return whole, ()
    groups = _groups(curves.arrival, times)
    if not groups:
        return whole, ()
    first, peak, last = _artery_bounds(curves, groups[0])
    if len(groups) > 1:
        last = min(last, _last_before_veins(curves, groups[-1], peak))
    peaks = curves.values[:, groups[0]].argmax(axis=0)
    if np.mean((peaks >= first) & (peaks <= last)) < PEAK_SHARE:
        return _bulk(frames, field), ("The vessels move, so the arterial window is a rough guess.",)
    return (first, max(first, last)), ()


def _bulk(frames: NDArray[np.float32], field: NDArray[np.bool_]) -> tuple[int, int]:
    """From the first to the last frame with much contrast, wherever it is."""
    amount = contrast_amount(small_structures(frames, field), field)
    much = np.flatnonzero(amount >= BULK_SHARE * amount.max())
    return int(much[0]), int(much[-1])


def _groups(arrival: NDArray[np.float64], times: NDArray[np.float64]) -> list[NDArray[np.bool_]]:
    """Sort pixels into groups between which hardly any vessel fills, the earliest first."""
    grid = np.arange(times[0] - 1, times[-1] + 1 + ARRIVAL_STEP_S, ARRIVAL_STEP_S)
    counts, _ = np.histogram(arrival, grid)
    sigma_s = max(ARRIVAL_SIGMA_S, 0.5 * float(np.median(np.diff(times))))
    density = ndimage.gaussian_filter1d(counts.astype(float), sigma_s / ARRIVAL_STEP_S)
    busy, _ = ndimage.label(density > GAP_SHARE * density.max())
    groups = []
    for (span,) in ndimage.find_objects(busy):
        group = (arrival >= grid[span.start]) & (arrival < grid[span.stop])
        if group.mean() > SMALLEST_GROUP:
            groups.append(group)
    return groups


def _artery_bounds(curves: VesselCurves, arteries: NDArray[np.bool_]) -> tuple[int, int, int]:
    """First frame with arteries, the one at which the distal arteries peak, the last."""
    values, arrival = curves.values[:, arteries], curves.arrival[arteries]
    early = _first_filled(curves, arteries)
    front = np.median(curves.values[:, early], axis=1)
    noise = 3 * curves.noise / float(np.median(curves.peak[early])) / np.sqrt(early.sum())
    top = int(front.argmax())
    dark = np.flatnonzero(front[:top] <= max(START_SHARE, noise) * front[top])
    first = int(dark[-1]) + 1 if dark.size else 0

    distal = _distal(values, arrival)
    peak = int(distal.argmax())
    faded = np.flatnonzero(distal[peak:] < FADE_SHARE * distal[peak])
    last = peak + int(faded[0]) - 1 if faded.size else len(distal) - 1
    return first, peak, last


def _first_filled(curves: VesselCurves, arteries: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The tenth that fills first of the deeper half of the arteries: the trunk, not an edge."""
    deep = arteries & (curves.peak >= np.median(curves.peak[arteries]))
    order = np.sort(curves.arrival[deep])
    latest = order[min(len(order) - 1, max(5, len(order) // 10))]
    return np.asarray(deep & (curves.arrival <= latest))


def _distal(values: NDArray[np.float32], arrival: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean curve of the later half of the arteries' arrival classes, each counting the same."""
    low, high = np.percentile(arrival, [2, 98])
    place = (arrival - low) / max(high - low, 1e-6) * DISTAL_BINS
    classes = np.clip(place.astype(int), 0, DISTAL_BINS - 1)
    later = [kind for kind in range(DISTAL_BINS // 2, DISTAL_BINS) if np.sum(classes == kind) > 2]
    if not later:
        return np.asarray(np.median(values, axis=1), np.float64)
    curves = [np.median(values[:, classes == kind], axis=1) for kind in later]
    return np.asarray(np.mean(curves, axis=0), np.float64)


def _last_before_veins(curves: VesselCurves, veins: NDArray[np.bool_], artery_peak: int) -> int:
    """Last frame before the first veins rise; the run's last where the group is no veins."""
    arrival = curves.arrival
    first_veins = veins & (arrival <= np.quantile(arrival[veins], FIRST_VEINS))
    rise = np.median(curves.values[:, first_veins], axis=1)
    rise = rise - np.median(rise[: artery_peak + 1])
    filling = np.flatnonzero(rise > VEIN_SHARE * rise.max())
    filling = filling[filling > artery_peak]
    if not filling.size or rise[artery_peak] > 2 * VEIN_SHARE * rise.max():
        return len(rise) - 1
    return int(filling[0]) - 1
