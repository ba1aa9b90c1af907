"""Grows side branches on vessels, one generation at a time and all its branches at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsanet import labels
from dsatrain.phantom.vessels import STEP_MM, Floats, Vessels, join, speed_of

GENERATIONS = 4
MOST_BRANCHES = 600
FURROW_MM = (14.0, 30.0)
"""Distance along an artery from one dip into a furrow to the next."""
LEAST_FILL = 0.03
"""Branches with a smaller share of the contrast are not made."""
TAPER = 0.35
"""Share of its radius that a branch loses to the side branches on its way."""


@dataclass(frozen=True, eq=False)
class Shell:
    """An ellipsoid near whose surface vessels run: cortex, cerebellum, scalp.

    Attributes:
        centre: float64 (3,), mm.
        axes: float64 (3,), semi-axes in mm.
    """

    centre: Floats
    axes: Floats

    def level(self, points: Floats) -> Floats:
        """Distance from the centre relative to the surface: (N, 3) to (N,), 1 on the surface."""
        return np.asarray(np.linalg.norm((points - self.centre) / self.axes, axis=-1))

    def onto(self, points: Floats, level: float | Floats = 1.0) -> Floats:
        """Move points (N, 3) along their rays from the centre until they lie at a level."""
        now = np.maximum(self.level(points), 1e-6)[..., None]
        return np.asarray(self.centre + (points - self.centre) * np.asarray(level)[..., None] / now)

    def normal(self, points: Floats) -> Floats:
        """Unit outward normals, (N, 3) to (N, 3)."""
        return unit((points - self.centre) / self.axes**2)


@dataclass(frozen=True, eq=False)
class Habit:
    """How branches grow.

    Attributes:
        shell: The surface they seek.
        hold: How strongly they keep to it, 0 to about 0.3.
        spacing_mm: Mean distance between side branches.
        reach: Factor on the length of a branch.
        tortuosity: Factor on the curvature.
        exponent: x of r0^x = r1^x + r2^x.
        thinnest_mm: Radius at which growth stops.
        speed: Factor on blood speed; negative where blood flows towards the stem (veins).
        label: Label of what grows.
        folding_mm: How deep branches dip into the furrows of the surface.
    """

    shell: Shell
    hold: float
    spacing_mm: float
    reach: float
    tortuosity: float
    exponent: float
    thinnest_mm: float
    speed: float
    label: int = labels.BV
    folding_mm: float = 0.0


@dataclass(frozen=True, eq=False)
class Buds:
    """Branches about to grow: position and unit direction (n, 3); radius, arrival, fill (n,)."""

    position: Floats
    direction: Floats
    radius: Floats
    arrival: Floats
    fill: Floats

    def pick(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> "Buds":
        """Keep those that are chosen, in the order chosen."""
        return Buds(**{name: getattr(self, name)[chosen] for name in self.__annotations__})


def unit(vectors: Floats) -> Floats:
    """Scale vectors (..., 3) to length 1."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))


def add_branches(stems: Vessels, habit: Habit, rng: np.random.Generator) -> Vessels:
    """Grow side branches, their side branches and so on, and the ends of the stems.

    Args:
        stems: The vessels that bear the first generation; they are not changed.
        habit: How branches grow.
        rng: Random stream.

    Returns:
        The new branches alone, perhaps none.
    """
    grown: list[Vessels] = []
    parents, budget = stems, MOST_BRANCHES
    for _ in range(GENERATIONS):
        buds = _buds(parents, habit, rng)
        order = np.argsort(-buds.radius, kind="stable")[:budget]
        if not len(order):
            break
        buds = buds.pick(order)
        parents = grow(buds, habit, rng)
        grown.append(parents)
        budget -= len(order)
    return join(grown) if grown else _no_vessels()


def _no_vessels() -> Vessels:
    empty = np.zeros(0)
    numbers, label = np.zeros(0, np.int64), np.zeros(0, np.uint8)
    return Vessels(np.zeros((0, 3)), empty, empty, numbers, label, empty)


def _buds(parents: Vessels, habit: Habit, rng: np.random.Generator) -> Buds:
    """Choose where branches leave: at random along the parents, and two at each parent's end."""
    count = len(parents.vessel)
    inside = np.ones(count, bool)
    inside[1:] &= parents.vessel[1:] == parents.vessel[:-1]
    ends = np.append(parents.vessel[1:] != parents.vessel[:-1], True)
    steps = np.linalg.norm(np.diff(parents.points, axis=0, prepend=parents.points[:1]), axis=1)
    chance = steps / (habit.spacing_mm * np.clip(parents.radius / 0.5, 0.5, 1.6))
    chosen = np.flatnonzero((rng.random(count) < chance) & inside & ~ends)
    tips = np.repeat(np.flatnonzero(ends), 2)
    share = rng.uniform(0.3, 0.7, len(chosen))
    at = np.concatenate((chosen, tips))
    radius = parents.radius[at] * np.concatenate((share, _split(len(tips) // 2, habit, rng)))
    # A thick stem gives off twigs, not branches as thick as itself.
    radius = np.minimum(radius, rng.uniform(0.2, 0.6, len(at)))
    tangent = unit(parents.points[at] - parents.points[np.maximum(at - 1, 0)])
    spread = np.concatenate((rng.uniform(0.6, 1.5, len(chosen)), np.full(len(tips), 0.5)))
    direction = unit(tangent + spread[:, None] * unit(rng.standard_normal((len(at), 3))))
    buds = Buds(parents.points[at], direction, radius, parents.arrival[at], parents.fill[at])
    return buds.pick((radius > habit.thinnest_mm) & (buds.fill > LEAST_FILL))


def _split(count: int, habit: Habit, rng: np.random.Generator) -> Floats:
    """Radii of the two daughters of each fork relative to the mother's, (2 * count,).

    They obey r0^x = r1^x + r2^x with r2 / r1 between 0.3 and 1.
    """
    ratio = rng.uniform(0.3, 1.0, count)
    larger = (1 + ratio**habit.exponent) ** (-1 / habit.exponent)
    return np.stack((larger, ratio * larger), axis=1).ravel()


def grow(buds: Buds, habit: Habit, rng: np.random.Generator) -> Vessels:
    """Let all buds of one generation grow to their length.

    Args:
        buds: At least one bud.
        habit: How branches grow.
        rng: Random stream.

    Returns:
        One polyline a bud, in the same order.
    """
    count = len(buds.radius)
    length = 62 * habit.reach * buds.radius**0.7 * rng.lognormal(0, 0.35, count)
    steps = np.maximum(4, np.round(length / STEP_MM)).astype(np.int64)
    most = int(steps.max())
    path = np.empty((count, most + 1, 3))
    path[:, 0], heading = buds.position, buds.direction
    aim = unit(buds.direction + 0.5 * unit(rng.standard_normal((count, 3))))
    bend = rng.standard_normal((count, 3))
    twist = 0.23 * habit.tortuosity * rng.uniform(0.4, 1.6, (count, 1))
    level = rng.uniform(0.86, 1.0, count)
    memory = np.exp(-STEP_MM / rng.uniform(2.0, 5.0, (count, 1)))
    for step in range(most):
        here = path[:, step]
        bend = memory * bend + np.sqrt(1 - memory**2) * rng.standard_normal((count, 3))
        normal = habit.shell.normal(here)
        off = np.clip(4 * (level - habit.shell.level(here)), -1.5, 1.5)[:, None]
        drift = normal * (off - np.sum(heading * normal, axis=1, keepdims=True))
        heading = unit(heading + twist * bend + habit.hold * drift + 0.07 * aim)
        path[:, step + 1] = here + STEP_MM * heading
    if habit.folding_mm:
        for index in range(count):
            path[index] = folded(path[index], habit.shell, habit.folding_mm, rng)
    return _as_vessels(path, steps, buds, habit)


def folded(points: Floats, shell: Shell, depth_mm: float, rng: np.random.Generator) -> Floats:
    """Let a curve dip under a surface and rise again, as arteries do in the furrows of the brain.

    Args:
        points: float64 (N, 3), about `STEP_MM` apart; the first one stays.
        shell: The surface.
        depth_mm: Typical size of the dips.
        rng: Random stream.

    Returns:
        float64 (N, 3).
    """
    index = np.arange(len(points))
    length = rng.uniform(*FURROW_MM) / STEP_MM
    phase = rng.uniform(0, 2 * np.pi) + 0.6 * np.sin(index / (1.3 * length) + rng.uniform(0, 6))
    dip = np.sin(2 * np.pi * index / length + phase) * np.minimum(1, index / length)
    return np.asarray(points + depth_mm * dip[:, None] * shell.normal(points))


def _as_vessels(path: Floats, steps: NDArray[np.int64], buds: Buds, habit: Habit) -> Vessels:
    """Cut the padded paths (n, S, 3) to their lengths; radii taper towards the tips."""
    index = np.arange(path.shape[1])
    used = index <= steps[:, None]
    share = np.minimum(index / steps[:, None], 1)
    radius = buds.radius[:, None] * (1 - TAPER * share)
    delay = np.cumsum(STEP_MM / (habit.speed * speed_of(radius)), axis=1)
    arrival = buds.arrival[:, None] + delay
    vessel = np.broadcast_to(np.arange(len(path))[:, None], used.shape)
    total = int(np.count_nonzero(used))
    return Vessels(
        path[used],
        radius[used],
        arrival[used],
        vessel[used].astype(np.int64),
        np.full(total, habit.label, np.uint8),
        np.repeat(buds.fill, np.count_nonzero(used, axis=1)),
    )
