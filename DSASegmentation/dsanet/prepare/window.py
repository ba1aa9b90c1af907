"""The arterial window: from the first frame that shows arteries to the last before they empty."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.prepare.coarse import small_structures, without_rim
from dsanet.prepare.curves import VesselCurves, vessel_curves
from dsanet.prepare.masks import contrast_amount, strongest

ARRIVAL_STEP_S = 0.1
ARRIVAL_SIGMA_S = 0.35
"""Arrival times are counted in steps and smoothed; arteries and veins lie 3 s and more apart."""

GAP_SHARE = 0.1
"""Between two groups of vessels fewer pixels fill at a time than this share of the busiest time."""

SMALLEST_GROUP = 0.05
"""Groups with a smaller share of the vessel pixels are motion or noise."""

START_SHARE = 0.06
FILLING_SHARE = 0.3
"""The window begins when the first arteries have the first share of their peak contrast, looking
back from when they first reach the second: in a beating heart they seem to empty again later."""

EMPTY_SHARE = 0.27
"""The window ends before the arteries' pixels, on average, have less than this share of their peak,
which agrees best with phantoms when a quarter of the visible arteries' contrast is left: blush and
noise add the rest."""

VEIN_SHARE = 0.15
"""The window ends before the vein pixels, on average, have this share of theirs. Veins are calm,
below it, until the arteries are full; a later group that is not has moved."""

STAY_SHARE = 0.35
"""A pixel that keeps so much more of its peak until the run's last frame than most arteries do is
an edge left by motion: a head that has moved stays so, contrast is washed out. In 367 phantom runs
of 2 to 7.5 frames a second this and the calm of veins lower the ends that are wrong by more than a
frame from 23 to 13; anything from 0.3 to 0.5 does as well."""

FRONT_SHARE = 0.2
"""Share of the deeper arteries, those that fill first, that opens the window. Most of them must be
arteries: a tenth was mostly edges in some runs in which the patient moved first."""

PEAK_SHARE = 0.5
"""A window that leaves out more than this share of the arteries' peaks is not believed: in a
beating heart pixels do not follow vessels."""

BULK_SHARE = 0.5
"""Then it holds the frames with this share of the greatest amount of contrast."""

MOVED_SHARE = 0.75
"""Motion makes pixels brighter as much as darker, contrast hardly brighter. Where the brightest
structures reach this share of the darkest in most frames of the window, motion outweighs contrast:
so in 1 of 195 phantom runs of 2 to 7.5 frames a second (median 0.42), and when the table moves."""

MOTION_SHARE = 0.25
"""Such frames are passed over for a later group's if theirs has fewer pixels than this share of it:
more are arteries that move, and the later group is veins."""

MOVED = "The vessels or the patient move, so the arterial window is a rough guess."


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
        same vessels in all of them, or where there is no vessel. A small first group of pixels in
        whose frames motion outweighs contrast is taken for motion, and the next for the arteries.
    """
    depth = small_structures(frames, field)
    curves = vessel_curves(depth, times, field)
    whole = (0, len(frames) - 1)
    if curves.found == 0:
        return whole, ("No contrast-filled vessel was found, so all frames are used.",)
    if curves.values.shape[1] == 0:
        return whole, ()
    groups = _groups(curves.arrival, times)
    if not groups:
        return whole, ()
    usual = _window_of(curves, groups, depth, field)
    if usual.moved and len(groups) > 1 and groups[0].sum() < MOTION_SHARE * groups[1].sum():
        later = _window_of(curves, groups[1:], depth, field)
        return (usual if later.moved else later).frames, (MOVED,)
    return usual.frames, (MOVED,) if usual.moved else ()


@dataclass(frozen=True)
class _Window:
    """First and last frame, both included, and whether motion outweighs contrast in them."""

    frames: tuple[int, int]
    moved: bool


def _window_of(
    curves: VesselCurves,
    groups: list[NDArray[np.bool_]],
    depth: NDArray[np.float32],
    field: NDArray[np.bool_],
) -> _Window:
    """The window if the first of the groups are the arteries, and the others come later."""
    arteries = _washed_out(curves, groups[0])
    first, last = _bounds(curves, arteries, groups[1:])
    peaks = curves.values[:, arteries].argmax(axis=0)
    if np.mean((peaks >= first) & (peaks <= last)) < PEAK_SHARE:
        return _Window(_bulk(depth, field), moved=True)
    return _Window((first, last), _moved(depth[first : last + 1], field))


def _bulk(depth: NDArray[np.float32], field: NDArray[np.bool_]) -> tuple[int, int]:
    """From the first to the last frame with much contrast, wherever it is; all if none has any."""
    amount = contrast_amount(depth, without_rim(field))
    much = np.flatnonzero(amount >= BULK_SHARE * max(amount.max(), 0))
    if not much.size:
        return 0, len(depth) - 1
    return int(much[0]), int(much[-1])


def _moved(depth: NDArray[np.float32], field: NDArray[np.bool_]) -> bool:
    """Whether the brightest structures are nearly as strong as the darkest in most frames."""
    bright, dark = strongest(depth, without_rim(field))
    return bool(np.median(bright - MOVED_SHARE * dark) > 0)


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


def _washed_out(curves: VesselCurves, group: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The pixels of a group that are not much fuller in the last frame than most of it."""
    final = curves.values[-1]
    return np.asarray(group & (final <= np.median(final[group]) + STAY_SHARE))


def _bounds(
    curves: VesselCurves, arteries: NDArray[np.bool_], later: list[NDArray[np.bool_]]
) -> tuple[int, int]:
    """First frame with arteries; the last before they are empty or a later group, veins, fills.

    Each pixel's curve counts the same, as a share of its own peak: so the many thin branches, which
    fill and empty last, weigh more than the trunk.
    """
    first = _arrival(curves, _first_filled(curves, arteries))
    mean = curves.values[:, arteries].mean(axis=1)
    full = max(first, int(mean.argmax()))
    empty = np.flatnonzero(mean[full + 1 :] < EMPTY_SHARE * mean.max())
    last = full + int(empty[0]) if empty.size else len(mean) - 1
    veins = [curves.values[:, group].mean(axis=1) for group in later]
    return first, min([last, *(_last_before(curve, full) for curve in veins)])


def _first_filled(curves: VesselCurves, arteries: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The pixels that fill first of the deeper half of the arteries: the trunk, not an edge."""
    deep = arteries & (curves.peak >= np.median(curves.peak[arteries]))
    latest = np.quantile(curves.arrival[deep], FRONT_SHARE)
    return np.asarray(deep & (curves.arrival <= latest))


def _arrival(curves: VesselCurves, front: NDArray[np.bool_]) -> int:
    """The frame from which on the first arteries show contrast, until they fill."""
    curve = np.median(curves.values[:, front], axis=1)
    noise = 3 * curves.noise / float(np.median(curves.peak[front])) / np.sqrt(front.sum())
    filling = int(np.argmax(curve >= FILLING_SHARE * curve.max()))
    empty = np.flatnonzero(curve[:filling] <= max(START_SHARE, noise) * curve.max())
    return int(empty[-1]) + 1 if empty.size else 0


def _last_before(veins: NDArray[np.float32], full: int) -> int:
    """Last frame in which veins are calm; the run's last where they stir before arteries fill."""
    stirred = np.flatnonzero(np.abs(veins) > VEIN_SHARE)
    return int(stirred[0]) - 1 if stirred.size and stirred[0] > full else len(veins) - 1
