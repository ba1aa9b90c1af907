"""A nameless artery that forks again and again, so that no anatomy is learnt by heart."""

import numpy as np

from dsatrain.phantom.arteries import Artery, Point
from dsatrain.phantom.vessels import Floats

GENERATIONS = 3
MURRAY = 3.0
"""r^3 of a parent is the sum over its children (Murray, PNAS 1926), but for the run's factor on the
width of branches."""
SHARE = (0.2, 0.5)
"""Of that sum: the thinner child's."""
TURN = (0.3, 1.4)
"""Size of the step sidewards of the thinner child, relative to the step onwards."""


def forking(rng: np.random.Generator) -> tuple[Artery, ...]:
    """Draw a wandering trunk up to its fork, and the arteries beyond, stems first.

    Args:
        rng: Random stream.

    Returns:
        Templates; the trunk is the first.
    """
    steps = int(rng.integers(3, 7))
    onwards = np.array((0.0, 0.0, rng.uniform(50, 120) / steps))
    course = np.array((0, 0, -100)) + _walk(onwards, steps, rng)
    radius = float(rng.uniform(1.2, 2.8))
    trunk = Artery(
        "trunk", None, _points(course), (radius, 0.8 * radius), 1.5, "trunk", spacing_mm=0
    )
    return (trunk, *_children(trunk, onwards / np.linalg.norm(onwards), GENERATIONS, rng))


def _children(
    stem: Artery, heading: Floats, generations: int, rng: np.random.Generator
) -> list[Artery]:
    """Draw the two arteries at the end of a stem, and theirs."""
    if not generations:
        return []
    share = rng.uniform(*SHARE)
    side = np.cross(heading, rng.standard_normal(3))
    side *= rng.uniform(*TURN) / max(float(np.linalg.norm(side)), 1e-9)
    found = []
    for number, (part, turn) in enumerate(((1 - share, -0.5 * side), (share, side))):
        way = (heading + turn) / np.linalg.norm(heading + turn)
        radius = stem.radii[-1] * float(part ** (1 / MURRAY))
        length = rng.uniform(8, 30) * (0.6 + radius)
        course = np.array(stem.control[-1]) + _walk(way * length / 3, 3, rng)
        name = f"{stem.name} {number}"
        start = (stem.name, 1.0)
        child = Artery(name, start, _points(course), (radius, 0.85 * radius), 2.0, spacing_mm=8)
        found += [child, *_children(child, way, generations - 1, rng)]
    return found


def _walk(step: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Places (count, 3) after steps that stray by a third of their length, from (0, 0, 0)."""
    stray = rng.normal(0, np.linalg.norm(step) / 3, (count, 3))
    return np.asarray(np.cumsum(step + stray, axis=0))


def _points(course: Floats) -> tuple[Point, ...]:
    return tuple((float(x), float(y), float(z)) for x, y, z in course)
