"""Builds the arterial tree of one injection from the templates."""

from dataclasses import replace

import numpy as np

from dsanet import labels
from dsatrain.phantom.arteries import Artery, Role
from dsatrain.phantom.carotid import CAROTID, MIDDLE_CEREBRAL, SYLVIAN
from dsatrain.phantom.external import EXTERNAL
from dsatrain.phantom.growth import Habit, Shell, add_branches
from dsatrain.phantom.settings import VesselSettings
from dsatrain.phantom.vertebral import VERTEBRAL
from dsatrain.phantom.vessels import (
    Floats,
    Vessels,
    join,
    one_vessel,
    radius_profile,
    smooth_curve,
    travel_time,
    wobble,
)

MIDDLE = {
    "ICA": (10.0, -5.0, 28.0),
    "VA": (0.0, 28.0, -12.0),
    "ECA": (30.0, 0.0, -30.0),
    "random": (0.0, 0.0, 10.0),
}
"""What the image is centred on, mm; x is multiplied by the side."""


def middle(settings: VesselSettings) -> Floats:
    """Point (3,) in mm that the view is centred on."""
    return np.array(MIDDLE[settings.anatomy]) * (settings.side, 1, 1)


def build_arteries(settings: VesselSettings, speed: float, rng: np.random.Generator) -> Vessels:
    """Build all arteries that fill.

    Args:
        settings: What to build.
        speed: Factor on blood speed.
        rng: Random stream.

    Returns:
        The arteries; labels follow `settings.mat_rule`, whether visible or not.
    """
    template = _template(settings, rng)
    named = _named(template, settings, speed, rng)
    parts = list(named.values())
    for field, spacing_mm, stems in _stems(template, named):
        habit = _habit(settings, field, 1.7 * spacing_mm / settings.density, speed)
        parts.append(add_branches(stems, habit, rng))
    return join(parts)


def _template(settings: VesselSettings, rng: np.random.Generator) -> tuple[Artery, ...]:
    """The named arteries that may fill, stems before what leaves them."""
    if settings.anatomy == "ICA":
        template = CAROTID + _middle_cerebral(rng)
        if rng.random() < 0.15:
            template += _second_anterior()
        return template + _external_branch() if settings.joined else template
    if settings.anatomy == "VA":
        own = {"VA", "BA", "PICA", "muscular"}
        crossed = tuple(_mirrored(artery, own) for artery in VERTEBRAL if artery.name not in own)
        return VERTEBRAL + crossed if settings.joined else VERTEBRAL
    return EXTERNAL if settings.anatomy == "ECA" else _random_template(rng)


def _mirrored(artery: Artery, own: set[str]) -> Artery:
    """The same artery on the other side; it leaves its mirrored stem unless that is one's own."""
    if artery.start is None:
        return artery
    stem, at = artery.start
    start = (stem if stem in own else f"{stem} crossed", at)
    control = tuple((-x, y, z) for x, y, z in artery.control)
    return replace(artery, name=f"{artery.name} crossed", start=start, control=control)


def _external_branch() -> tuple[Artery, ...]:
    """The ECA as a branch of the carotid, for an injection below the fork."""
    root, *others = EXTERNAL
    branch = replace(root, start=("ICA", 0.24), control=root.control[3:], role="branch")
    # What leaves the ECA below the fork's height would be lost with its first part.
    higher = (replace(a, start=_raised(a.start)) for a in others)
    return (branch, *higher)


def _raised(start: tuple[str, float] | None) -> tuple[str, float] | None:
    if start is None or start[0] != "ECA":
        return start
    return ("ECA", max(0.05, (start[1] - 0.4) / 0.6))


def _middle_cerebral(rng: np.random.Generator) -> tuple[Artery, ...]:
    """Draw the branches of M1: two or three trunks in the fissure, cortical arteries on them."""
    three = rng.random() < 0.3
    found: list[Artery] = []
    for name, (way, radii) in SYLVIAN.items():
        if name != "middle" or three:
            found.append(Artery(name, ("M1", float(rng.uniform(0.7, 1))), way, radii, 2.2))
    for name, trunk, at, chance, control, radius in MIDDLE_CEREBRAL:
        stem = trunk if three or trunk != "middle" else "inferior"
        leaves = float(np.clip(at + rng.normal(0, 0.08), 0.02, 1))
        radii = (radius * 1.15, radius, 0.5 * radius)
        found.append(Artery(name, (stem, leaves), control, radii, 4.0, "branch", chance, 6))
    return tuple(found)


def _second_anterior() -> tuple[Artery, ...]:
    """The other side's anterior cerebral artery, filled across the communicating artery."""
    bridge = Artery(
        "A1 crossed", ("A1", 1.0), ((0, -26, 13), (-2.5, -28, 13)), (0.8, 1.0), 0.3, spacing_mm=0
    )
    names = ("A2", "callosomarginal", "frontopolar")
    return (bridge, *(_mirrored(a, set()) for a in CAROTID if a.name in names))


def _random_template(rng: np.random.Generator) -> tuple[Artery, ...]:
    """A trunk on a random curve with random branches, so that no anatomy is learnt by heart."""
    control = np.array((0, 0, -100)) + rng.normal((0, 0, 26), (12, 16, 8), (6, 3)).cumsum(axis=0)
    radius = float(rng.uniform(1.3, 2.8))
    trunk = Artery(
        "trunk",
        None,
        tuple(map(tuple, control)),
        (radius, 0.75 * radius),
        1.5,
        "trunk",
        spacing_mm=0,
    )
    branches = []
    for index in range(int(rng.integers(4, 13))):
        at = float(rng.uniform(0.2, 1.0))
        start = control[round(at * 5)]
        way = start + np.cumsum(rng.normal(0, 1, 3) * 22 + rng.normal(0, 9, (4, 3)), axis=0)
        first = float(rng.uniform(0.4, 0.7) * radius)
        branches.append(
            Artery(
                f"branch {index}",
                ("trunk", at),
                tuple(map(tuple, way)),
                (first, 0.45 * first),
                float(rng.uniform(1, 2.5)),
                spacing_mm=6,
            )
        )
    return (trunk, *branches)


def _named(
    template: tuple[Artery, ...],
    settings: VesselSettings,
    speed: float,
    rng: np.random.Generator,
) -> dict[str, Vessels]:
    """Draw each named artery of a template that is present."""
    named: dict[str, Vessels] = {}
    for artery in template:
        if rng.random() > artery.chance or (artery.start and artery.start[0] not in named):
            continue
        named[artery.name] = _draw(artery, named, settings, speed, rng)
    return named


def _draw(
    artery: Artery,
    named: dict[str, Vessels],
    settings: VesselSettings,
    speed: float,
    rng: np.random.Generator,
) -> Vessels:
    control = np.array(artery.control, float) * (settings.side, 1, 1)
    control += rng.normal(0, 0.7 * artery.wobble_mm, control.shape)
    begin = 0.0
    if artery.start:
        stem = named[artery.start[0]]
        at = round(artery.start[1] * (len(stem.points) - 1))
        control = np.concatenate((stem.points[at : at + 1], control))
        begin = float(stem.arrival[at])
    points = wobble(smooth_curve(control), 0.45 * artery.wobble_mm * settings.tortuosity, rng)
    if artery.role == "branch":
        points = _kept_within(artery.field, points)
    scale = settings.scale * (1.0 if artery.role == "trunk" else settings.branch_scale)
    stations = np.linspace(0, 1, len(artery.radii))
    radius = scale * radius_profile(list(zip(stations, artery.radii, strict=True)), len(points))
    arrival = begin + travel_time(points, radius, speed)
    return one_vessel(points, radius, arrival, _label(artery.role, settings))


def _kept_within(field: Shell, points: Floats) -> Floats:
    """Push a curve (N, 3) into a shell; one that starts outside enters by its end, unbroken."""
    level = field.level(points)
    limit = 1 + max(float(level[0]) - 1, 0) * np.linspace(1, 0, len(points))
    return field.onto(points, np.minimum(level, limit))


def _label(role: Role, settings: VesselSettings) -> int:
    if settings.mat_rule == "none" or role == "branch":
        return labels.BV
    if role == "continuation" and settings.mat_rule == "trunk":
        return labels.BV
    return labels.MAT


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
    )
