"""Diameters along all lines, sub-pixel, with errors and with what speaks against them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.measure.lines.find import Line, Stations
from dsanet.measure.width.crossing import crossed
from dsanet.measure.width.doubts import MEASURED, Doubt, doubts_of, meeting_places
from dsanet.measure.width.fit import Profiles, Tubes, fit_tubes
from dsanet.measure.width.look import Look, find_look
from dsanet.measure.width.profiles import clear_of_neighbours, filling, profiles_of, reach_of

Floats = NDArray[np.float64]

CONTRAST_REACH_PX = 15.0
CONTRAST_SPREAD, RUN_SPREAD = 0.15, 0.45
"""The darkness of a pixel of chord is alike along a vessel (standard deviation as a share, from
place to place within the reach) and less so between the vessels of a run."""

ERROR_FACTOR, ERROR_FLOOR_PX, ERROR_SHARE = 1.2, 0.2, 0.02
"""What neighbours that nobody marked, streaming contrast and the background add to the error from
noise, so that 68 % of phantoms' diameters lie within it (bench_measure.py)."""

NEIGHBOUR_FACTOR = 2.5
"""With a neighbour hiding one side, phantoms' diameters are off by this much more than the fit
tells, always towards too wide."""

LARGEST_ERROR = 0.15
"""A diameter with a greater error, as a share of itself (and 0.3 px), does not count."""


@dataclass(frozen=True, eq=False)
class Widths:
    """Diameters at the stations of all lines.

    Attributes:
        diameter_px: float64 (N,), nan where there is none.
        error_px: float64 (N,), standard deviation, nan likewise.
        contrast: float64 (N,), darkness a pixel of chord.
        centre_px: float64 (N,), how far aside the vessel's middle lies.
        doubt: int64 (N,), values of `Doubt`.
        look: Blur and bend of the run.
    """

    diameter_px: Floats
    error_px: Floats
    contrast: Floats
    centre_px: Floats
    doubt: NDArray[np.int64]
    look: Look

    @property
    def counts(self) -> NDArray[np.bool_]:
        """Which diameters count: free of grave doubt, and certain enough; bool (N,)."""
        certain = self.error_px < LARGEST_ERROR * self.diameter_px + 0.3
        return np.asarray(np.isin(self.doubt, MEASURED) & certain)


@dataclass(frozen=True, eq=False)
class _Group:
    """Stations whose profiles reach equally far."""

    chosen: NDArray[np.int64]
    profiles: Profiles
    free: NDArray[np.bool_]


def measure_widths(
    frames: NDArray[np.float32],
    window: tuple[int, int],
    field: NDArray[np.bool_],
    lines: tuple[Line, ...],
    stations: Stations,
    owners: NDArray[np.int64],
    background: float,
) -> Widths:
    """Measure the diameters at all stations.

    A blurred round tube on a sloping background is fitted to the profile across the vessel, twice:
    first free, then knowing how dark a pixel of chord is along the vessel, which leaves wide
    vessels as they are and makes thin ones densitometric.

    Args:
        frames: float32 (T, H, W), log-subtracted, vessels dark.
        window: First and last frame to use.
        field: bool (H, W), the exposed pixels.
        lines: From `find_lines`.
        stations: Theirs.
        owners: From `owners_of`.
        background: Grey value of the unopacified background.
    """
    weights = filling(frames, window, stations)
    groups = _groups(frames, weights, stations, owners, field)
    meeting, crossing = meeting_places(lines, stations), crossed(lines, stations)
    wide = [_wide(group, stations, meeting | crossing) for group in groups]
    look = find_look([part for part in wide if len(part.values)], -background)
    groups = [_straightened(group, look) for group in groups]
    free = _fitted(groups, look.blur_px, len(stations.line))
    known = _known_contrast(free, stations, look.blur_px, crossing)
    tubes = _fitted(groups, look.blur_px, len(stations.line), known)
    doubt = doubts_of(
        tubes, free, known[0], look.blur_px, _sides(groups), stations, field, meeting, crossing
    )
    diameter = 2 * tubes.radius
    error = np.sqrt(
        (ERROR_FACTOR * 2 * tubes.radius_error) ** 2
        + ERROR_FLOOR_PX**2
        + (ERROR_SHARE * diameter) ** 2
    )
    error = np.where(doubt == Doubt.NEIGHBOUR, NEIGHBOUR_FACTOR * error, error)
    return Widths(diameter, error, tubes.contrast, tubes.centre, doubt, look)


def _groups(
    frames: NDArray[np.float32],
    weights: NDArray[np.float32],
    stations: Stations,
    owners: NDArray[np.int64],
    field: NDArray[np.bool_],
) -> list[_Group]:
    reach = reach_of(stations.half_width)
    groups = []
    for distance in np.unique(reach).tolist():
        chosen = np.flatnonzero(reach == distance)
        profiles = profiles_of(frames, weights, stations, chosen, distance)
        groups.append(
            _Group(chosen, *clear_of_neighbours(profiles, stations, chosen, owners, field))
        )
    return groups


def _sides(groups: list[_Group]) -> NDArray[np.bool_]:
    """Whether background shows on each side, (N, 2)."""
    free = np.ones((sum(len(group.chosen) for group in groups), 2), np.bool_)
    for group in groups:
        free[group.chosen] = group.free
    return free


def _straightened(group: _Group, look: Look) -> _Group:
    return replace(group, profiles=look.straight(group.profiles))


def _wide(group: _Group, stations: Stations, meeting: NDArray[np.bool_]) -> Profiles:
    """Profiles that show the blur: wide, free on both sides, away from meeting places."""
    clear = group.free.all(axis=1) & ~meeting[group.chosen]
    return group.profiles.pick(clear & (stations.half_width[group.chosen] >= 3))


def _fitted(
    groups: list[_Group], blur: float, count: int, contrast: tuple[Floats, Floats] | None = None
) -> Tubes:
    """Fit all groups and put the results in the order of the stations."""
    names = list(Tubes.__annotations__)
    values = {name: np.full(count, np.nan) for name in names}
    for group in groups:
        known = None if contrast is None else tuple(part[group.chosen] for part in contrast)
        tubes = fit_tubes(group.profiles, blur, contrast=known)  # type: ignore[arg-type]
        for name in names:
            values[name][group.chosen] = getattr(tubes, name)
    return Tubes(**values)


def _known_contrast(
    free: Tubes, stations: Stations, blur: float, crossing: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Expected contrast at each station and its standard deviation, from wider places nearby."""
    certain = (free.contrast > 0) & (free.contrast_error < 0.5 * free.contrast)
    certain &= (free.radius > 1.2 * blur) & ~crossing
    share = np.where(certain, free.contrast_error / np.maximum(free.contrast, 1e-12), 1.0)
    weight = np.where(certain, 1 / (share**2 + 0.05**2), 0.0)
    log = np.log(np.where(certain, free.contrast, 1.0))
    usual = _weighted_median(log[certain], weight[certain]) if certain.any() else None
    expected, spread = np.empty_like(log), np.empty_like(log)
    for line in range(len(stations.starts) - 1):
        part = stations.of(line)
        expected[part], spread[part] = _along(log[part], weight[part], usual)
    if usual is None:
        return np.maximum(free.contrast, 1e-6), np.full_like(log, 1e6)
    value = np.exp(expected)
    return value, value * spread


def _along(log: Floats, weight: Floats, usual: float | None) -> tuple[Floats, Floats]:
    """Local mean of a line's contrast, drawn to the run's where the line says little."""
    if usual is None:
        return log, np.ones_like(log)
    weight = _without_outliers(log, weight)
    total = ndimage.gaussian_filter1d(weight, CONTRAST_REACH_PX, mode="constant")
    total *= CONTRAST_REACH_PX * 3.5
    mean = ndimage.gaussian_filter1d(weight * (log - usual), CONTRAST_REACH_PX, mode="constant")
    mean *= CONTRAST_REACH_PX * 3.5
    prior = RUN_SPREAD**-2.0
    own = np.minimum(total / 6, CONTRAST_SPREAD**-2.0)  # neighbours share samples and errors
    local = np.where(total > 0, mean / np.maximum(total, 1e-12), 0.0)
    precision = own + prior
    return usual + own * local / precision, np.sqrt(1 / precision)


def _without_outliers(log: Floats, weight: Floats) -> Floats:
    if np.count_nonzero(weight) < 5:
        return weight
    middle = _weighted_median(log[weight > 0], weight[weight > 0])
    return np.asarray(weight / (1 + ((log - middle) / 0.4) ** 2))


def _weighted_median(values: Floats, weights: Floats) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, 0.5 * reached[-1])])
