"""Builds the arterial tree of one injection from the templates."""

from dataclasses import dataclass, replace

import numpy as np

from dsatrain.phantom import moyamoya
from dsatrain.phantom.arteries import BRAIN, CEREBELLUM, Artery
from dsatrain.phantom.growth import Habit, Shell, add_branches, folded
from dsatrain.phantom.lesions import Lesion, Shaped, shaped
from dsatrain.phantom.rule import label_of
from dsatrain.phantom.settings import VesselSettings
from dsatrain.phantom.templates import template_of
from dsatrain.phantom.vessels import (
    Floats,
    Vessels,
    arc_length,
    join,
    one_vessel,
    radius_profile,
    smooth_curve,
    travel_time,
    wobble,
)

REFLUX_MM = 4.0
"""How far contrast flows back past the catheter's tip: it falls to 1 / e."""

MIDDLE = {
    "ICA": (10.0, -5.0, 28.0),
    "VA": (0.0, 28.0, -12.0),
    "ECA": (30.0, 0.0, -30.0),
    "random": (0.0, 0.0, 10.0),
    "forking": (0.0, 0.0, 10.0),
}
"""What the image is centred on, mm; x is multiplied by the side."""


def middle(settings: VesselSettings) -> Floats:
    """Point (3,) in mm that the view is centred on."""
    return np.array(MIDDLE[settings.anatomy]) * (settings.side, 1, 1)


@dataclass(frozen=True, eq=False)
class Tree:
    """The arteries of one injection.

    Attributes:
        vessels: All of them; polyline 0 is the artery that the catheter lies in.
        names: Name of each polyline, empty for side branches.
        lesions: What is ill.
        catheter: float64 (K, 3), mm: the course from where the catheter enters to its tip.
    """

    vessels: Vessels
    names: tuple[str, ...]
    lesions: tuple[Lesion, ...]
    catheter: Floats


@dataclass(frozen=True, eq=False)
class _Drawn:
    """A named artery, the share of its full length that fills, and what is ill."""

    vessel: Vessels
    kept: float
    lesion: Lesion | None


def build_arteries(settings: VesselSettings, speed: float, rng: np.random.Generator) -> Tree:
    """Build all arteries that fill.

    Args:
        settings: What to build.
        speed: Factor on blood speed.
        rng: Random stream.

    Returns:
        The tree; labels follow `settings.mat_rule`, whether visible or not.
    """
    template = template_of(settings, rng)
    named = _named(template, settings, speed, rng)
    vessels = {name: drawn.vessel for name, drawn in named.items()}
    parts = list(vessels.values())
    for field, spacing_mm, stems in _stems(template, vessels):
        habit = _habit(settings, field, 1.7 * spacing_mm / settings.density, speed)
        parts.append(add_branches(stems, habit, rng))
    if settings.lesion is not None and settings.lesion.kind == "moyamoya":
        parts.append(moyamoya.puff(vessels, settings.side, speed, rng))
    tree = join(parts)
    names = tuple(vessels) + ("",) * (int(tree.vessel.max()) + 1 - len(vessels))
    lesions = tuple(drawn.lesion for drawn in named.values() if drawn.lesion is not None)
    root = parts[0]
    tip = int(np.argmax(root.fill == 1)) + 1
    return Tree(tree, names, lesions, root.points[:tip])


def _named(
    template: tuple[Artery, ...],
    settings: VesselSettings,
    speed: float,
    rng: np.random.Generator,
) -> dict[str, _Drawn]:
    """Draw each named artery of a template that is present and fills."""
    needed = _needed(template, settings)
    named: dict[str, _Drawn] = {}
    for artery in template:
        absent = rng.random() > artery.chance and artery.name not in needed
        if absent or (artery.start and not _reached(artery.start, named)):
            continue
        named[artery.name] = _draw(artery, named, settings, speed, rng)
    return named


def _needed(template: tuple[Artery, ...], settings: VesselSettings) -> set[str]:
    """Names of the artery that is ill and of all that lead to it."""
    starts = {artery.name: artery.start for artery in template}
    needed: set[str] = set()
    name = settings.lesion.artery if settings.lesion else ""
    while name in starts:
        needed.add(name)
        start = starts[name]
        name = start[0] if start else ""
    return needed


def _reached(start: tuple[str, float], named: dict[str, _Drawn]) -> bool:
    """Whether contrast gets to where an artery leaves its stem."""
    return start[0] in named and start[1] <= named[start[0]].kept


def _draw(
    artery: Artery,
    named: dict[str, _Drawn],
    settings: VesselSettings,
    speed: float,
    rng: np.random.Generator,
) -> _Drawn:
    control = np.array(artery.control, float) * (settings.side, 1, 1)
    control += rng.normal(0, 0.7 * artery.wobble_mm, control.shape)
    begin, fill = 0.0, 1.0
    if artery.start:
        stem = named[artery.start[0]]
        at = _index_at(stem.vessel.points, artery.start[1] / stem.kept)
        control = np.concatenate((stem.vessel.points[at : at + 1], control))
        begin, fill = float(stem.vessel.arrival[at]), float(stem.vessel.fill[at])
    label = label_of(artery.role, settings.mat_rule)
    shape = shaped(_shape(artery, control, settings, rng), artery.name, label, settings.lesion, rng)
    delay = travel_time(shape.points, shape.radius, speed)
    share = np.full(len(delay), fill)
    if artery.start is None:
        tip = _index_at(shape.points, settings.tip / shape.kept)
        delay = np.abs(delay - delay[tip])
        back = np.maximum(0, arc_length(shape.points)[tip] - arc_length(shape.points))
        share *= np.exp(-back / REFLUX_MM)
    vessel = one_vessel(shape.points, shape.radius, begin + delay, label, share)
    return _Drawn(vessel, shape.kept, _timed(shape.lesion, vessel))


def _timed(lesion: Lesion | None, vessel: Vessels) -> Lesion | None:
    """Add when contrast arrives at a lesion."""
    if lesion is None:
        return None
    nearest = np.argmin(np.linalg.norm(vessel.points - np.array(lesion.place_mm), axis=1))
    return replace(lesion, arrival_s=float(vessel.arrival[nearest]))


def _shape(
    artery: Artery, control: Floats, settings: VesselSettings, rng: np.random.Generator
) -> Shaped:
    """Course and radii of a healthy artery."""
    points = wobble(smooth_curve(control), 0.45 * artery.wobble_mm * settings.tortuosity, rng)
    if artery.role == "branch":
        points = _kept_within(artery.field, points)
        if artery.field in (BRAIN, CEREBELLUM) and artery.wobble_mm >= 2:
            points = folded(points, artery.field, 0.7 * settings.folding_mm, rng)
    scale = settings.scale * (1.0 if artery.role == "trunk" else settings.branch_scale)
    stations = np.linspace(0, 1, len(artery.radii))
    radius = scale * radius_profile(list(zip(stations, artery.radii, strict=True)), len(points))
    return Shaped(points, radius)


def _index_at(points: Floats, share: float) -> int:
    """Index of the point at a share of a polyline's length."""
    along = arc_length(points)
    return int(np.argmin(np.abs(along - share * along[-1])))


def _kept_within(field: Shell, points: Floats) -> Floats:
    """Push a curve (N, 3) into a shell; one that starts outside enters by its end, unbroken."""
    level = field.level(points)
    limit = 1 + max(float(level[0]) - 1, 0) * np.linspace(1, 0, len(points))
    return field.onto(points, np.minimum(level, limit))


def _stems(
    template: tuple[Artery, ...], named: dict[str, Vessels]
) -> list[tuple[Shell, float, Vessels]]:
    """Named arteries that bear side branches, joined by where those go and how dense they are."""
    groups: dict[tuple[int, float], tuple[Shell, float, list[Vessels]]] = {}
    for artery in template:
        if artery.name in named and artery.spacing_mm > 0:
            key = (id(artery.field), artery.spacing_mm)
            group = groups.setdefault(key, (artery.field, artery.spacing_mm, []))
            group[2].append(named[artery.name])
    return [(field, spacing_mm, join(stems)) for field, spacing_mm, stems in groups.values()]


def _habit(settings: VesselSettings, field: Shell, spacing_mm: float, speed: float) -> Habit:
    return Habit(
        shell=field,
        hold=0.10,
        spacing_mm=spacing_mm,
        reach=1.0,
        tortuosity=settings.tortuosity,
        exponent=settings.exponent,
        thinnest_mm=settings.thinnest_mm,
        speed=speed,
        folding_mm=settings.folding_mm if field in (BRAIN, CEREBELLUM) else 0.0,
    )
