"""Veins and sinuses: they appear late and are background in the labels."""

from dataclasses import dataclass, replace

import numpy as np

from dsanet import labels
from dsatrain.phantom.arteries import BRAIN, CEREBELLUM, FACE, Point
from dsatrain.phantom.growth import Habit, Shell, add_branches
from dsatrain.phantom.settings import VesselSettings
from dsatrain.phantom.vessels import (
    Floats,
    Vessels,
    arc_length,
    join,
    one_vessel,
    radius_profile,
    smooth_curve,
    wobble,
)

SINUS_MM_S, VEIN_MM_S = 190.0, 60.0
"""Speed of blood in sinuses and in the veins that feed them."""


@dataclass(frozen=True)
class Course:
    """A named vein or sinus, in the direction of flow.

    Attributes:
        control: Control points, mm, on the left side.
        radii: Radius in mm from start to end.
        wobble_mm: Size of its random displacement.
        delay_s: When its start fills, after the first vein.
    """

    control: tuple[Point, ...]
    radii: tuple[float, ...]
    wobble_mm: float
    delay_s: float


TORCULA = (0.0, 91.0, 4.0)
SAGITTAL = Course(
    ((0, -70, 22), (0, -62, 50), (0, -38, 79), (0, 0, 95), (0, 42, 88), (0, 76, 62), (0, 90, 30),
     TORCULA),
    (0.8, 1.5, 2.3, 3.0, 3.4), 1.2, 0.3,
)  # fmt: skip
TRANSVERSE = Course(
    (TORCULA, (22, 84, 2), (44, 66, -2), (53, 42, -8), (46, 24, -22), (36, 18, -34), (31, 12, -42),
     (32, 12, -70), (30, 14, -160)),
    (2.6, 2.6, 3.0, 3.3, 3.0), 1.6, 1.4,
)  # fmt: skip
STRAIGHT = Course(
    ((3, -4, 24), (3, 14, 30), (2, 34, 28), (0, 44, 24), (0, 66, 16), TORCULA),
    (0.7, 0.9, 1.5, 1.8), 1.2, 0.5,
)  # fmt: skip
BASAL = Course(
    ((26, -14, 2), (18, -4, -2), (20, 14, 4), (14, 32, 16), (1, 42, 24)), (0.6, 0.9, 1.1), 1.2, 0.3
)
LABBE = Course(((54, -4, 16), (60, 16, 10), (58, 36, 2), (52, 46, -6)), (0.6, 1.0, 1.3), 3.0, 0.2)
SYLVIAN = Course(
    ((56, 24, 28), (60, 4, 18), (54, -18, 10), (40, -26, 0), (24, -20, -8)), (0.5, 0.9, 1.1), 3.0,
    0.1,
)  # fmt: skip
FACIAL = Course(
    ((16, -80, -34), (30, -62, -64), (38, -34, -90), (32, -8, -104)), (0.8, 1.1, 1.4), 2.0, 0.0
)


def build_veins(settings: VesselSettings, rng: np.random.Generator) -> Vessels:
    """Build the veins that drain what was injected.

    Args:
        settings: The arteries' settings; a posterior injection fills the posterior sinuses only.
        rng: Random stream.

    Returns:
        The veins; arrival counts from the first vein to fill, labels are background.
    """
    side = settings.side
    drained = side if rng.random() < 0.7 else -side
    deep = [(STRAIGHT, side), (BASAL, side), (TRANSVERSE, drained)]
    if settings.anatomy == "ECA":
        courses, field = [(FACIAL, side)], FACE
    elif settings.anatomy == "VA":
        courses, field = deep + _bridging(CEREBELLUM, 4, rng), CEREBELLUM
    else:
        courses = [(SAGITTAL, side), (LABBE, side), (SYLVIAN, side), *deep]
        courses += [(course, side) for course, _ in _bridging(BRAIN, 12, rng)]
        field = BRAIN
    kept = [entry for index, entry in enumerate(courses) if index == 0 or rng.random() < 0.85]
    drawn = [_draw(course, on, settings.scale, rng) for course, on in kept]
    small = [vein for vein, (course, _) in zip(drawn, kept, strict=True) if course.radii[-1] < 1.5]
    habit = Habit(
        shell=field,
        hold=0.16,
        spacing_mm=9 / settings.density,
        reach=1.1,
        tortuosity=0.8 * settings.tortuosity,
        exponent=settings.exponent,
        thinnest_mm=0.2,
        speed=-0.4,
        label=labels.BACKGROUND,
    )
    twigs = [add_branches(join(small), habit, rng)] if small else []
    veins = join(drawn + twigs)
    arrival = np.maximum(veins.arrival, 0)
    return replace(veins, arrival=arrival)


def _bridging(shell: Shell, count: int, rng: np.random.Generator) -> list[tuple[Course, int]]:
    """Draw cortical veins that climb the surface of a shell to the sagittal plane."""
    found = []
    for angle in np.linspace(-1.2, 1.7, count) + rng.normal(0, 0.12, count):
        # Angles from the top, positive to the back; veins enter the sinus slanting forwards.
        start, lean = rng.uniform(0.5, 1.3), rng.uniform(0.1, 0.5)
        way = np.linspace(start, 0.04, 5)
        along = angle - lean * way / start
        directions = np.stack((np.sin(way), np.cos(way) * np.sin(along),
                               np.cos(way) * np.cos(along)), axis=1)  # fmt: skip
        points = shell.centre + 0.99 * shell.axes * directions
        control = tuple((float(x), float(y), float(z)) for x, y, z in points)
        radius = float(rng.uniform(0.8, 1.5))
        delay_s = float(rng.uniform(0, 0.6))
        found.append((Course(control, (0.5 * radius, 0.8 * radius, radius), 3.5, delay_s), 1))
    return found


def _draw(course: Course, side: int, scale: float, rng: np.random.Generator) -> Vessels:
    control = np.array(course.control, float) * (side, 1, 1)
    control += rng.normal(0, 1.5, control.shape) * (0.4, 1, 1)
    path: Floats = wobble(smooth_curve(control), 0.5 * course.wobble_mm, rng)
    stations = np.linspace(0, 1, len(course.radii))
    size = scale * float(rng.uniform(0.7, 1.15))
    radius = size * radius_profile(list(zip(stations, course.radii, strict=True)), len(path))
    speed = SINUS_MM_S if course.radii[-1] > 1.5 else VEIN_MM_S
    arrival = course.delay_s + arc_length(path) / speed
    return one_vessel(path, radius, arrival, labels.BACKGROUND)
