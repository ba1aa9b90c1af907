"""The truth of phantoms at the places where measurements were taken."""

from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from dsanet.measure import Measurements
from dsatrain.phantom import Phantom
from dsatrain.phantom.flow import concentration

FINE = 8
NEAR_PX, ALIKE, ALIKE_PX = 2.0, 0.25, 0.3
SPREAD_S = 0.15


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
