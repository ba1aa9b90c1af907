"""Templates of the cerebral arteries: control points in mm, radii, what is trunk.

Diameters from the tables cited in the project's science notes: cervical ICA 4.7, cavernous 5.0,
terminus 3.6, M1 3.1, M2 2.4, vertebral 3.9 to 2.8, basilar 3.6 to 3.1, A1 2.3, PCA 2.1, ECA 4.5 to
branches of 1 to 2 mm (https://pmc.ncbi.nlm.nih.gov/articles/PMC8398484 and others).
Control points are those of a left side; x is multiplied by the side.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from dsatrain.phantom.growth import Shell

Role = Literal["trunk", "continuation", "branch"]
Point = tuple[float, float, float]

BRAIN = Shell(np.array([0.0, 10.0, 34.0]), np.array([64.0, 82.0, 58.0]))
CEREBELLUM = Shell(np.array([0.0, 46.0, -18.0]), np.array([48.0, 34.0, 24.0]))
SCALP = Shell(np.array([0.0, 8.0, 24.0]), np.array([76.0, 97.0, 84.0]))
FACE = Shell(np.array([0.0, -25.0, -45.0]), np.array([58.0, 62.0, 60.0]))


@dataclass(frozen=True)
class Artery:
    """One named artery.

    Attributes:
        name: Name that others start from.
        start: Artery it leaves and the share of that artery's length, or None for the root.
        control: Further control points, mm.
        radii: Radius in mm at the start and the end (and evenly between).
        wobble_mm: Size of its random displacement.
        role: What it is for the MAT rule.
        chance: Probability that it is there and fills.
        spacing_mm: Mean distance between its side branches; 0 for none.
        field: Where its side branches go.
    """

    name: str
    start: tuple[str, float] | None
    control: tuple[Point, ...]
    radii: tuple[float, ...]
    wobble_mm: float = 0.8
    role: Role = "branch"
    chance: float = 1.0
    spacing_mm: float = 9.0
    field: Shell = BRAIN
