"""Puts the templates of one injection together."""

from dataclasses import replace

import numpy as np

from dsatrain.phantom.arteries import Artery, Role
from dsatrain.phantom.carotid import CAROTID, COMMON_CAROTID_RADII, MIDDLE_CEREBRAL, SYLVIAN
from dsatrain.phantom.external import EXTERNAL
from dsatrain.phantom.forking import forking
from dsatrain.phantom.settings import VesselSettings
from dsatrain.phantom.vertebral import VERTEBRAL


def template_of(settings: VesselSettings, rng: np.random.Generator) -> tuple[Artery, ...]:
    """Give the named arteries that may fill, stems before what leaves them.

    Args:
        settings: Which artery was injected.
        rng: Random stream.

    Returns:
        The templates.
    """
    if settings.anatomy == "ICA":
        template = _carotid(settings.joined) + _middle_cerebral(rng)
        if rng.random() < 0.15:
            template += _second_anterior()
        return template + _external_branch() if settings.joined else template
    if settings.anatomy == "VA":
        own = {"VA", "BA", "PICA", "muscular"}
        crossed = tuple(_mirrored(artery, own) for artery in VERTEBRAL if artery.name not in own)
        return VERTEBRAL + crossed if settings.joined else VERTEBRAL
    if settings.anatomy == "forking":
        return forking(rng)
    return EXTERNAL if settings.anatomy == "ECA" else _nameless(settings.mat_rule != "none", rng)


def _carotid(joined: bool) -> tuple[Artery, ...]:
    """The carotid and its branches; with the common carotid and its bulb below if it fills."""
    root, *others = CAROTID
    return (replace(root, radii=COMMON_CAROTID_RADII) if joined else root, *others)


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


def _nameless(with_trunk: bool, rng: np.random.Generator) -> tuple[Artery, ...]:
    """Random branches on a random curve, so that no anatomy is learnt by heart.

    With a trunk, the curve stands out by its width; without, it is a thin artery with branches
    about as wide as itself, as superselective injections show them.
    """
    control = np.array((0, 0, -100)) + rng.normal((0, 0, 26), (12, 16, 8), (6, 3)).cumsum(axis=0)
    radius = float(rng.uniform(1.5, 2.8) if with_trunk else rng.uniform(0.5, 0.9))
    low, high = (0.25, 0.55) if with_trunk else (0.6, 0.95)
    role: Role = "trunk" if with_trunk else "branch"
    trunk = Artery(
        "trunk",
        None,
        tuple(map(tuple, control)),
        (radius, 0.75 * radius),
        1.5 if with_trunk else 4.0,
        role,
        spacing_mm=0,
    )
    branches = []
    for index in range(int(rng.integers(4, 13))):
        at = float(rng.uniform(0.2, 1.0))
        start = control[round(at * 5)]
        way = start + np.cumsum(rng.normal(0, 1, 3) * 22 + rng.normal(0, 9, (4, 3)), axis=0)
        first = float(rng.uniform(low, high) * radius)
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
