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
SMALLEST_CLASS = 0.02
"""Arteries are sorted into so many classes of equal arrival span; the later half is distal. Classes
with a smaller share of the pixels are stragglers."""

FADE_SHARE = 0.3
"""The window ends when the distal arteries have less than this share of their peak contrast, which
agrees best with phantoms, whose truth is 0.4 of the concentration averaged over all arteries."""

VEIN_SHARE = 0.15
"""The window ends before the first veins have this share of their peak contrast."""

VEIN_RISE_S = 2.0
"""Veins take less time than this from that share to half their peak; what rises more slowly is
drift."""

FULL_SHARE = 0.9
"""Distal arteries are full from the first frame on in which they have this share of their peak."""

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
    first, last = _artery_bounds(curves, groups[0])
    for later in groups[1:]:
        last = min(last, _last_before_veins(curves, groups[0], later, times))
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


def _artery_bounds(curves: VesselCurves, arteries: NDArray[np.bool_]) -> tuple[int, int]:
    """First frame with arteries, and the last before the distal ones have faded."""
    first = _arrival(curves, _first_filled(curves, arteries))
    distal = _distal(curves, arteries)
    peak = int(distal.argmax())
    faded = np.flatnonzero(distal[peak:] < FADE_SHARE * distal[peak])
    return first, peak + int(faded[0]) - 1 if faded.size else len(distal) - 1


def _first_filled(curves: VesselCurves, arteries: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The tenth that fills first of the deeper half of the arteries: the trunk, not an edge."""
    deep = arteries & (curves.peak >= np.median(curves.peak[arteries]))
    order = np.sort(curves.arrival[deep])
    latest = order[min(len(order) - 1, max(5, len(order) // 10))]
    return np.asarray(deep & (curves.arrival <= latest))


def _arrival(curves: VesselCurves, front: NDArray[np.bool_]) -> int:
    """The frame from which on the first arteries show contrast, until they are full."""
    curve = np.median(curves.values[:, front], axis=1)
    noise = 3 * curves.noise / float(np.median(curves.peak[front])) / np.sqrt(front.sum())
    top = int(curve.argmax())
    empty = np.flatnonzero(curve[:top] <= max(START_SHARE, noise) * curve[top])
    return int(empty[-1]) + 1 if empty.size else 0


def _distal(curves: VesselCurves, arteries: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean curve of the later half of the arteries' arrival classes, each counting the same."""
    values, arrival = curves.values[:, arteries], curves.arrival[arteries]
    low, high = np.percentile(arrival, [2, 98])
    place = (arrival - low) / max(high - low, 1e-6) * DISTAL_BINS
    classes = np.clip(place.astype(int), 0, DISTAL_BINS - 1)
    large = np.bincount(classes, minlength=DISTAL_BINS) > max(2, SMALLEST_CLASS * len(arrival))
    later = DISTAL_BINS // 2 + np.flatnonzero(large[DISTAL_BINS // 2 :])
    if not later.size:
        return np.asarray(np.median(values, axis=1), np.float64)
    medians = [np.median(values[:, classes == kind], axis=1) for kind in later]
    return np.asarray(np.mean(medians, axis=0), np.float64)


def _last_before_veins(
    curves: VesselCurves,
    arteries: NDArray[np.bool_],
    veins: NDArray[np.bool_],
    times: NDArray[np.float64],
) -> int:
    """Last frame before the first veins rise; the run's last where the group is no veins."""
    distal = _distal(curves, arteries)
    full = int(np.argmax(distal >= FULL_SHARE * distal.max()))
    first_veins = veins & (curves.arrival <= np.quantile(curves.arrival[veins], FIRST_VEINS))
    rise = np.median(curves.values[:, first_veins], axis=1)
    rise = (rise - np.median(rise[: full + 1])) / max(float(rise.max()), 1e-6)
    half_full = np.flatnonzero(rise[full + 1 :] >= 0.5) + full + 1
    if not half_full.size:
        return len(distal) - 1
    begin = half = int(half_full[0])
    while begin > full + 1 and rise[begin - 1] > VEIN_SHARE:
        if times[half] - times[begin - 1] > VEIN_RISE_S:
            break
        begin -= 1
    return begin - 1
