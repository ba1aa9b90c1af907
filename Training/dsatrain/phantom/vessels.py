"""Vessels as polylines in mm, and smooth random curves to make them from.

Coordinates: x to the patient's left, y to the back, z up; the origin lies between the two ends of
the internal carotid arteries, a little below.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator, splev, splprep
from scipy.ndimage import gaussian_filter1d

Floats = NDArray[np.float64]

STEP_MM = 1.0


@dataclass(frozen=True, eq=False)
class Vessels:
    """Polylines end to end in one set of arrays.

    Attributes:
        points: float64 (N, 3), mm.
        radius: float64 (N,), mm.
        arrival: float64 (N,), seconds from the moment contrast enters the trunk.
        vessel: int64 (N,), which polyline a point belongs to; a polyline's points are neighbours.
        label: uint8 (N,), value of `dsanet.labels` that the point carries if it is visible.
        fill: float64 (N,), 0 to 1: share of the contrast that gets here at all (less than 1 where
            it only flows back past the catheter's tip).
    """

    points: Floats
    radius: Floats
    arrival: Floats
    vessel: NDArray[np.int64]
    label: NDArray[np.uint8]
    fill: Floats


def one_vessel(
    points: Floats, radius: Floats, arrival: Floats, label: int, fill: Floats | None = None
) -> Vessels:
    """Make a single polyline.

    Args:
        points: float64 (N, 3), mm.
        radius: float64 (N,), mm.
        arrival: float64 (N,), s.
        label: Value of `dsanet.labels`.
        fill: float64 (N,), or None where all of the contrast arrives.

    Returns:
        The vessel, numbered 0.
    """
    count = len(points)
    return Vessels(
        points,
        radius,
        arrival,
        np.zeros(count, np.int64),
        np.full(count, label, np.uint8),
        np.ones(count) if fill is None else fill,
    )


def join(parts: list[Vessels]) -> Vessels:
    """Put several sets of vessels together.

    Args:
        parts: At least one set; the numbers of its polylines are shifted, not kept.

    Returns:
        All of them.
    """
    vessel, shift = [], 0
    for part in parts:
        vessel.append(part.vessel + shift)
        shift += int(part.vessel.max(initial=-1)) + 1
    return Vessels(
        np.concatenate([part.points for part in parts]),
        np.concatenate([part.radius for part in parts]),
        np.concatenate([part.arrival for part in parts]),
        np.concatenate(vessel),
        np.concatenate([part.label for part in parts]),
        np.concatenate([part.fill for part in parts]),
    )


def smooth_curve(control: Floats, step_mm: float = STEP_MM) -> Floats:
    """Run a cubic curve through control points.

    Args:
        control: float64 (K, 3), mm, K >= 2.
        step_mm: Distance between the points of the result, about.

    Returns:
        float64 (N, 3), N >= 2, evenly spaced in arc length.
    """
    order = min(3, len(control) - 1)
    spline, _ = splprep(control.T, k=order, s=0)
    fine = np.stack(splev(np.linspace(0, 1, 40 * len(control)), spline), axis=1)
    along = arc_length(fine)
    stations = np.linspace(0, along[-1], max(2, round(along[-1] / step_mm) + 1))
    return np.stack([np.interp(stations, along, fine[:, axis]) for axis in range(3)], axis=1)


def arc_length(points: Floats) -> Floats:
    """Measure a polyline.

    Args:
        points: float64 (N, 3), mm.

    Returns:
        float64 (N,), mm from the first point.

    >>> arc_length(np.array([[0.0, 0, 0], [3, 4, 0], [3, 4, 2]])).tolist()
    [0.0, 5.0, 7.0]
    """
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    return np.concatenate(([0.0], np.cumsum(steps)))


def wobble(points: Floats, amplitude_mm: float, rng: np.random.Generator) -> Floats:
    """Displace a curve smoothly and at random; its first point stays.

    Args:
        points: float64 (N, 3), about `STEP_MM` apart.
        amplitude_mm: Standard deviation of the displacement in each direction.
        rng: Random stream.

    Returns:
        float64 (N, 3).
    """
    count = len(points)
    shift = np.zeros((count, 3))
    for scale, share in ((2.5, 0.6), (7.0, 1.0)):
        noise = gaussian_filter1d(rng.standard_normal((count, 3)), scale, axis=0, mode="reflect")
        shift += share * noise * np.sqrt(2 * np.sqrt(np.pi) * scale)
    ramp = np.minimum(1, np.arange(count) / 12)[:, None]
    return np.asarray(points + amplitude_mm * ramp * shift)


def radius_profile(stations: list[tuple[float, float]], count: int) -> Floats:
    """Spread a few radii smoothly over a polyline.

    Args:
        stations: Share of the length from 0 to 1 and radius in mm there, rising from 0 to 1.
        count: Number of points N.

    Returns:
        float64 (N,), mm, monotone between stations.
    """
    at, radii = zip(*stations, strict=True)
    return np.asarray(PchipInterpolator(at, radii)(np.linspace(0, 1, count)))


def travel_time(points: Floats, radius: Floats, speed: float) -> Floats:
    """Time that blood needs along a polyline.

    Speeds of mean flow: 30 to 45 cm/s in the ICA, 45 to 60 in M1, 10 to 25 beyond (phantom ranges
    of the project's science notes), as a function of the radius.

    Args:
        points: float64 (N, 3), mm.
        radius: float64 (N,), mm.
        speed: Factor on the speed.

    Returns:
        float64 (N,), s from the first point.
    """
    millimetres_per_s = speed * speed_of(radius)
    steps = np.diff(arc_length(points)) / (0.5 * (millimetres_per_s[1:] + millimetres_per_s[:-1]))
    return np.concatenate(([0.0], np.cumsum(steps)))


def speed_of(radius: Floats) -> Floats:
    """Mean speed of blood in an artery, mm/s, by its radius in mm (any shape).

    >>> speed_of(np.array([0.1, 1.5])).tolist()
    [100.0, 400.0]
    """
    return np.interp(radius, (0.1, 0.3, 0.7, 1.5, 2.5), (100, 160, 250, 400, 380))
