"""The truth of phantoms at the places where measurements were taken."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.spatial import cKDTree

from dsanet.errors import DSAError
from dsanet.measure import Lesion, Measurements, lesion_at
from dsatrain.phantom import Phantom
from dsatrain.phantom.flow import concentration

FINE = 8
NEAR_PX, ALIKE, ALIKE_PX = 2.0, 0.25, 0.3
SPREAD_S = 0.15

FOUND_PX, CLICK_PX = 12.0, 8.0
"""A lesion so near to the true one is that; a user's click is so near."""

ANOTHER_SHARE = 0.35
"""A place farther from the true middle line than this share of the diameter is another vessel."""


@dataclass(frozen=True)
class Graded:
    """How the NASCET percentage of a phantom's stenosis compares with the truth.

    Attributes:
        how: Whether the lesion was graded, and if not why not.
        off: Error in points of percent.
        inside: Whether the truth lies in the interval.
        width: The interval's, points of percent.
        alone: Whether the lesion was found without a click.
    """

    how: Literal["graded", "not measurable", "another vessel"]
    off: float = np.nan
    inside: bool = False
    width: float = np.nan
    alone: bool = False


def true_diameters(made: Phantom, found: Measurements) -> np.ndarray:
    """Diameter of the artery at each station, float64 (N,), pixels.

    It is nan where no artery of the class runs within `NEAR_PX` or arteries of different widths do,
    so that it is not known which of them was measured.
    """
    lines = made.truth.centrelines()
    first = np.flatnonzero(lines.vessel[1:] == lines.vessel[:-1])
    share = np.linspace(0, 1, FINE, endpoint=False)

    def fine(values: np.ndarray) -> np.ndarray:
        between = values[first][:, None] * (1 - share) + values[first + 1][:, None] * share
        return np.asarray(between.ravel())

    row, column, radius = (fine(one) for one in (lines.row, lines.column, lines.radius_px))
    label = np.repeat(lines.label[first], FINE)
    rows, columns = made.labels.shape
    at = np.round(row).astype(int), np.round(column).astype(int)
    inside = (at[0] >= 0) & (at[1] >= 0) & (at[0] < rows) & (at[1] < columns)
    inside[inside] = made.labels[at[0][inside], at[1][inside]] > 0
    stations = found.stations
    points = stations.points + found.widths.centre_px[:, None] * stations.normals
    values = np.array([line.value for line in found.lines])[stations.line]
    true = np.full(len(points), np.nan)
    for value in np.unique(values):
        members = np.flatnonzero(values == value)
        chosen = inside & (label == value)
        if not chosen.any():
            continue
        places, radii = np.stack((row, column), axis=1)[chosen], radius[chosen]
        near = cKDTree(places).query_ball_point(points[members], NEAR_PX)
        for station, neighbours in zip(members, near, strict=True):
            r = radii[neighbours]
            if len(r) and np.ptp(r) < ALIKE * r.max() + ALIKE_PX:
                apart = np.hypot(*(places[neighbours] - points[station]).T)
                true[station] = 2 * r[int(np.argmin(apart))]
    return true


def true_times(made: Phantom, found: Measurements) -> dict[str, np.ndarray]:
    """Arrival (a tenth of the peak) and time to peak of each cell, float64 (cells,), seconds.

    They are those of the continuous curve without the heart's ripple; nan where arteries with
    different arrivals share a cell.
    """
    curves = found.flow.curves
    flow = replace(made.settings.flow, pulse=0.0)
    inside = found.owners >= 0
    cells = curves.cell[found.owners[inside]]
    values = made.truth.arrival_map()[inside]
    begin = np.full(len(curves.line), np.nan)
    order = np.argsort(cells, kind="stable")
    bounds = np.searchsorted(cells[order], np.arange(len(begin) + 1))
    for cell in range(len(begin)):
        own = values[order[bounds[cell] : bounds[cell + 1]]]
        own = own[np.isfinite(own)]
        if own.size and np.ptp(own) < SPREAD_S:
            begin[cell] = float(np.median(own)) - flow.injection_s
    times = np.arange(-3, float(made.run.times[-1]) + 6, 0.01)
    known = np.isfinite(begin)
    curve = concentration(flow, times[None] - flow.injection_s, begin[known][:, None])
    arrival, peak = np.full(len(begin), np.nan), np.full(len(begin), np.nan)
    arrival[known] = times[(curve >= 0.1 * curve.max(axis=1, keepdims=True)).argmax(axis=1)]
    peak[known] = times[curve.argmax(axis=1)]
    return {"arrival": arrival, "ttp": peak}


def graded(made: Phantom, found: Measurements) -> Graded:
    """Compare the grading of a phantom's only stenosis with the truth.

    The true percentage is against the true diameter at the place that was taken as reference. A
    lesion that was not found is graded where the trunk is narrowest near it, as after a click.
    """
    row, column = made.truth.place_px(made.truth.lesions[0])
    trunk = found.trunk
    if trunk is None:
        return Graded("not measurable")
    apart = np.hypot(*(trunk.points - (row, column)).T)
    lines = made.truth.centrelines()
    nearest = int(np.argmin(np.hypot(lines.row - row, lines.column - column)))
    per_mm = float(lines.radius_px[nearest] / lines.radius_mm[nearest])
    told = made.truth.lesions[0]
    least, usual = told.least_mm * per_mm, told.least_mm * per_mm / (1 - told.percent / 100)
    if apart.min() > ANOTHER_SHARE * usual:
        return Graded("another vessel")
    alone = [
        one for one in found.lesions if np.hypot(one.row - row, one.column - column) < FOUND_PX
    ]
    lesion = alone[0] if alone else _clicked(found, apart)
    percent = None if lesion is None else lesion.percents["NASCET"]
    if percent is None or percent.value is None:
        return Graded("not measurable")
    there = np.abs(trunk.along - percent.reference_at_px) <= 0.5 * usual
    diameters = true_diameters(made, found)[trunk.stations][there]
    reference = float(np.nanmedian(diameters)) if np.isfinite(diameters).any() else usual
    true = 100 * (1 - least / reference)
    low, high = percent.interval
    return Graded("graded", percent.value - true, low <= true <= high, high - low, bool(alone))


def _clicked(found: Measurements, apart: np.ndarray) -> Lesion | None:
    trunk = found.trunk
    near = (apart < CLICK_PX) & trunk.counts
    if not near.any():
        return None
    narrowest = int(np.argmin(np.where(near, trunk.diameter_px, np.inf)))
    try:
        return lesion_at(trunk, float(trunk.along[narrowest]))
    except DSAError:
        return None
