"""The puff of fine collaterals at the base of the brain that moyamoya is named for."""

import numpy as np

from dsatrain.phantom.growth import Buds, Habit, Shell, grow, unit
from dsatrain.phantom.vessels import Floats, Vessels, arc_length, join

ROOTS = (("ICA", 8.0, True), ("M1", 14.0, False), ("A1", 9.0, False))
"""Arteries that bear collaterals, over how many mm, and whether at the end or the start."""
COUNT = (35, 80)
RADIUS_MM = (0.10, 0.25)
"""Collaterals are 0.2 to 0.5 mm wide (science notes, section 6)."""
GANGLIA = ((16.0, -6.0, 24.0), (13.0, 18.0, 15.0))
"""Centre and semi-axes in mm of where they go, on the left side."""


def puff(named: dict[str, Vessels], side: int, speed: float, rng: np.random.Generator) -> Vessels:
    """Grow the collaterals.

    Args:
        named: The arteries by name; the ICA is one of them.
        side: -1 right, 1 left.
        speed: Factor on blood speed.
        rng: Random stream.

    Returns:
        The collaterals, class BV.
    """
    stem = join(
        [_near_fork(named[name], reach, end) for name, reach, end in ROOTS if name in named]
    )
    at = rng.integers(0, len(stem.radius), int(rng.integers(*COUNT)))
    centre = np.array(GANGLIA[0]) * (side, 1, 1)
    aim: Floats = centre - stem.points[at] + rng.normal(0, 9, (len(at), 3))
    radius = rng.uniform(*RADIUS_MM, len(at))
    buds = Buds(stem.points[at], unit(aim), radius, stem.arrival[at], stem.fill[at])
    habit = Habit(
        shell=Shell(centre, np.array(GANGLIA[1])),
        hold=0.08,
        spacing_mm=np.inf,
        reach=1.2,
        tortuosity=2.2,
        exponent=2.7,
        thinnest_mm=RADIUS_MM[0],
        speed=0.8 * speed,
    )
    return grow(buds, habit, rng)


def _near_fork(vessel: Vessels, reach_mm: float, at_end: bool) -> Vessels:
    along = arc_length(vessel.points)
    chosen = along > along[-1] - reach_mm if at_end else along < reach_mm
    parts = {name: getattr(vessel, name)[chosen] for name in vessel.__annotations__}
    return Vessels(**parts)
