"""Bones, teeth and air of the head as ellipsoids.

Rough anatomy in the coordinates of `dsatrain.phantom.vessels`: x to the left, y to the back, z up,
mm. What matters is where edges lie (calvarium, skull base, petrous bones, jaws, teeth, spine,
sinuses) and that they are as contrasty as real ones, because those are what a moving patient
leaves on a subtracted run.
"""

import numpy as np

Triple = tuple[float, float, float]
Part = tuple[Triple, Triple, float]
"""Centre, semi-axes, natural-log units a mm (above water; air is negative)."""

BASE: tuple[Part, ...] = (((0, 5, -18), (58, 70, 20), 0.012),)
TEXTURED_FACE: tuple[Part, ...] = (((0, -52, -45), (48, 32, 45), 0.010),)
PETROUS: tuple[Part, ...] = tuple(
    part
    for side in (-1, 1)
    for part in (
        ((side * 34.0, 14.0, -22.0), (24.0, 10.0, 9.0), 0.024),
        ((side * 30.0, 15.0, -20.0), (8.0, 6.0, 6.0), 0.035),
        ((side * 50.0, 26.0, -32.0), (9.0, 12.0, 16.0), 0.016),
    )
)
"""Petrous pyramids with the dense ear capsule, and mastoids; the carotid passes under them."""
THROAT: tuple[Part, ...] = (((0, -14, -92), (14, 16, 30), 1.0), ((0, -40, -78), (20, 26, 14), 1.0))
EYES: tuple[Part, ...] = tuple(
    ((side * 31.0, -60.0, -11.0), (13.0, 13.0, 12.0), 1.0) for side in (-1, 1)
)


def details_of(fillings: int, rng: np.random.Generator) -> list[Part]:
    """List the small parts.

    Args:
        fillings: Teeth that hold metal.
        rng: Random stream.

    Returns:
        The parts.
    """
    return [*_face(rng), *_teeth(fillings, rng), *_spine()]


def _face(rng: np.random.Generator) -> list[Part]:
    air = float(rng.uniform(0.6, 1.3))
    parts: list[Part] = [
        ((0, -8, -90), (9, 7, 45), -0.03),
        ((0, -66, 12), (20 * air, 7, 10 * air), -0.02),
        ((0, -22, -18), (12 * air, 12, 9), -0.02),
        ((0, -46, -34), (12, 26, 20), -0.018),
        ((0, 8, -8), (14, 8, 14), 0.016),
        ((0, -32, -96), (20, 3, 3), 0.02),
    ]
    for side in (-1, 1):
        parts += [
            ((side * 31.0, -58.0, -12.0), (17.0, 17.0, 16.0), -0.010),
            ((side * 34.0, -70.0, -12.0), (19.0, 4.0, 18.0), 0.012),
            ((side * 28.0, -48.0, -38.0), (13.0 * air, 17.0, 15.0), -0.016),
            ((side * 43.0, -12.0, -62.0), (4.0, 14.0, 28.0), 0.03),
            ((side * 32.0, -44.0, -92.0), (6.0, 38.0, 10.0), 0.028),
            ((side * 52.0, -40.0, -26.0), (6.0, 28.0, 4.0), 0.02),
        ]
    return parts


def _teeth(fillings: int, rng: np.random.Generator) -> list[Part]:
    parts: list[Part] = []
    for height in (-66.0, -79.0):
        for side in (-1, 1):
            for tooth in range(7):
                place = (side * (4 + 3.2 * tooth), -88 + 1.1 * tooth**1.7, height)
                parts.append((place, (2.8, 3.5, float(rng.uniform(5, 8))), 0.05))
    for index in rng.integers(0, len(parts), fillings):
        (x, y, z), _, _ = parts[int(index)]
        parts.append(((x, y, z), (2.2, 2.4, 1.8), 0.45))
    return parts


def _spine() -> list[Part]:
    parts: list[Part] = []
    for level in range(5):
        parts.append(((0.0, 22.0, -52.0 - 19 * level), (15.0, 11.0, 8.0), 0.012))
        parts.append(((0.0, 38.0, -54.0 - 19 * level), (22.0, 8.0, 6.0), 0.012))
        parts.append(((0.0, 56.0, -58.0 - 19 * level), (4.0, 12.0, 4.0), 0.014))
    return parts
