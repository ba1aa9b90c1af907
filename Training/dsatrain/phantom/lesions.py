"""Lesions of arteries, with their exact truth: stenosis, occlusion, aneurysm, moyamoya.

Ranges: stenosis 30 to 95 % of the diameter with a cosine profile of 3 to 10 mm, aneurysms of 2 to
10 mm with slow wash-out (the project's science notes, section 6); moyamoya narrows the end of the
ICA and M1 and A1, with a puff of collaterals of 0.2 to 0.5 mm.
"""

from dataclasses import dataclass, replace

import numpy as np

from dsatrain.phantom.settings import LesionKind, LesionSettings
from dsatrain.phantom.vessels import Floats, arc_length

FINE_MM = 0.2
"""Distance of points in a narrow place, so that its narrowest point is met."""
MENISCUS_MM = 1.5
"""Length over which contrast ends in an occluded artery."""
FAR_MM = 12.0
"""How far moyamoya narrows M1 and A1 beyond the carotid's end."""
LARGEST_SAC = 6.0
"""Diameter of a sac relative to the radius of its artery, at most (a choice)."""
THIN, BEYOND = 0.75, ("superior", "inferior", "middle", "A2", "callosomarginal")
"""Diameter of the arteries beyond, relative to healthy ones, and their names."""


@dataclass(frozen=True)
class Lesion:
    """What is ill, exactly.

    Attributes:
        kind: Stenosis, occlusion, aneurysm or moyamoya.
        artery: Name of the artery.
        label: Its class, a value of `dsanet.labels`; that of an aneurysm's sac too.
        place_mm: Narrowest point, last filled point, or centre of the sac; x, y, z in mm.
        percent: Stenosis in percent: 100 (1 - least / reference); 100 for an occlusion.
        least_mm: Smallest diameter.
        reference_mm: Normal diameter that it is compared with.
        reference: Where that was taken: `distal` (NASCET: the normal artery beyond the lesion) or
            `proximal` (WASID; moyamoya leaves no normal artery beyond).
        length_mm: Length of the narrow part.
        eccentric: 0 even round the axis, 1 with one wall in its place.
        sac_mm: Diameter of an aneurysm's sac.
        stasis_s: Mean time that contrast stays in the sac.
        arrival_s: When contrast arrives there, seconds after it enters the trunk.
    """

    kind: LesionKind
    artery: str
    label: int
    place_mm: tuple[float, float, float]
    percent: float | None = None
    least_mm: float | None = None
    reference_mm: float | None = None
    reference: str | None = None
    length_mm: float | None = None
    eccentric: float | None = None
    sac_mm: float | None = None
    stasis_s: float | None = None
    arrival_s: float = 0.0


@dataclass(frozen=True, eq=False)
class Shaped:
    """An artery's course and radii, the share of its length that fills, and what is ill.

    Attributes:
        points: float64 (N, 3), mm.
        radius: float64 (N,), mm.
        kept: Share of the healthy length that is left, 1 unless it is occluded.
        lesion: The lesion on it.
    """

    points: Floats
    radius: Floats
    kept: float = 1.0
    lesion: Lesion | None = None


def shaped(
    healthy: Shaped,
    artery: str,
    label: int,
    lesion: LesionSettings | None,
    rng: np.random.Generator,
) -> Shaped:
    """Give an artery its lesion, if it has one.

    Args:
        healthy: The artery without it.
        artery: Its name.
        label: Its class.
        lesion: The run's lesion, perhaps of another artery.
        rng: Random stream, used for lesions only.

    Returns:
        The artery as it is.
    """
    if lesion is None:
        return healthy
    if lesion.kind == "moyamoya":
        return _moyamoya(healthy, artery, label, lesion)
    if artery != lesion.artery:
        return healthy
    make = {"stenosis": _stenosis, "occlusion": _occlusion, "aneurysm": _aneurysm}[lesion.kind]
    return make(healthy, Lesion(lesion.kind, artery, label, (0.0, 0.0, 0.0)), lesion, rng)


def _stenosis(
    healthy: Shaped, truth: Lesion, lesion: LesionSettings, rng: np.random.Generator
) -> Shaped:
    centre = lesion.at * float(arc_length(healthy.points)[-1])
    points, radius = _finer(healthy, centre, lesion.length_mm)
    along = arc_length(points)
    phase = np.clip((along - centre) / lesion.length_mm, -0.5, 0.5)
    lost = lesion.severity * radius * 0.5 * (1 + np.cos(2 * np.pi * phase))
    lost[along > centre + 0.5 * lesion.length_mm] = 0
    normal = len(points) - 1
    beyond = np.flatnonzero(along >= centre + lesion.length_mm)
    if len(beyond):
        normal = int(beyond[0])
    narrow = radius - lost
    narrowest = int(np.argmin(np.where(lost > 0, narrow, np.inf)))
    moved = points + lesion.eccentric * lost[:, None] * _across(points, narrowest, rng)
    found = replace(
        truth,
        place_mm=_triple(moved[narrowest]),
        length_mm=lesion.length_mm,
        eccentric=lesion.eccentric,
    )
    graded = _graded(found, narrow[narrowest], radius[normal], "distal")
    return Shaped(moved, narrow, 1.0, graded)


def _occlusion(
    healthy: Shaped, truth: Lesion, lesion: LesionSettings, _: np.random.Generator
) -> Shaped:
    along = arc_length(healthy.points)
    count = max(2, int(np.searchsorted(along, lesion.at * along[-1])))
    points, radius = healthy.points[:count], healthy.radius[:count].copy()
    left = along[count - 1] - along[:count]
    radius *= np.sqrt(np.clip(0.15 + 0.85 * left / MENISCUS_MM, 0, 1))
    found = replace(truth, place_mm=_triple(points[-1]), percent=100.0, least_mm=0.0)
    return Shaped(points, radius, float(along[count - 1] / along[-1]), found)


def _aneurysm(
    healthy: Shaped, truth: Lesion, lesion: LesionSettings, rng: np.random.Generator
) -> Shaped:
    """A sphere on the wall, overlapping it by a tenth; at the artery's end it points onwards."""
    along = arc_length(healthy.points)
    neck = int(np.argmin(np.abs(along - lesion.at * along[-1])))
    way = _across(healthy.points, neck, rng)
    if neck == len(along) - 1:
        way = 0.4 * way + _tangent(healthy.points, neck)
    way /= np.linalg.norm(way)
    sac_mm = min(lesion.sac_mm, LARGEST_SAC * float(healthy.radius[neck]))
    reach = 0.9 * (healthy.radius[neck] + 0.5 * sac_mm)
    place = healthy.points[neck] + reach * way
    found = replace(truth, place_mm=_triple(place), sac_mm=sac_mm, stasis_s=lesion.stasis_s)
    return replace(healthy, lesion=found)


def _moyamoya(healthy: Shaped, artery: str, label: int, lesion: LesionSettings) -> Shaped:
    along = arc_length(healthy.points)
    if artery in ("M1", "A1"):
        near = 0.5 * (1 + np.cos(np.pi * np.clip(along / FAR_MM, 0, 1)))
        return replace(healthy, radius=healthy.radius * THIN * (1 - lesion.severity * near))
    if artery != lesion.artery:
        return replace(healthy, radius=(THIN if artery in BEYOND else 1.0) * healthy.radius)
    total = float(along[-1])
    points, radius = _finer(healthy, total - 0.5 * lesion.length_mm, lesion.length_mm)
    along = arc_length(points)
    into = np.clip((along - total + lesion.length_mm) / lesion.length_mm, 0, 1)
    narrow = radius * (1 - lesion.severity * 0.5 * (1 - np.cos(np.pi * into)))
    before = max(0, int(np.searchsorted(along, total - 1.5 * lesion.length_mm)))
    found = Lesion(
        lesion.kind,
        artery,
        label,
        _triple(points[-1]),
        length_mm=lesion.length_mm,
        eccentric=0.0,
    )
    return Shaped(points, narrow, 1.0, _graded(found, narrow[-1], radius[before], "proximal"))


def _graded(lesion: Lesion, least: float, reference: float, where: str) -> Lesion:
    """Add the percent stenosis, from radii in mm."""
    return replace(
        lesion,
        percent=float(100 * (1 - least / reference)),
        least_mm=float(2 * least),
        reference_mm=float(2 * reference),
        reference=where,
    )


def _finer(healthy: Shaped, centre: float, length_mm: float) -> tuple[Floats, Floats]:
    """Add points to the course round a place."""
    along = arc_length(healthy.points)
    low, high = max(0.0, centre - 0.6 * length_mm), min(along[-1], centre + 0.6 * length_mm)
    steps = max(2, round((high - low) / FINE_MM))
    outside = along[(along < low - 0.1) | (along > high + 0.1)]
    stations = np.unique(np.concatenate((outside, np.linspace(low, high, steps), [centre])))
    points = np.stack(
        [np.interp(stations, along, healthy.points[:, axis]) for axis in range(3)], axis=1
    )
    return points, np.interp(stations, along, healthy.radius)


def _tangent(points: Floats, index: int) -> Floats:
    way = points[min(index + 2, len(points) - 1)] - points[max(index - 2, 0)]
    return np.asarray(way / np.linalg.norm(way))


def _across(points: Floats, index: int, rng: np.random.Generator) -> Floats:
    """A random unit vector at right angles to the course, (3,)."""
    tangent = _tangent(points, index)
    way = rng.standard_normal(3)
    way -= tangent * (way @ tangent)
    return np.asarray(way / np.linalg.norm(way))


def _triple(point: Floats) -> tuple[float, float, float]:
    return float(point[0]), float(point[1]), float(point[2])
