"""Runs whose truth is known, each with what it is grouped by."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsanet.io import DSARun
from dsanet.labels import CLASSES
from dsanet.prepare import PreparedRun
from dsatrain.phantom import Phantom, PhantomSettings, make_phantom, sample_settings

TEST_SEEDS_FROM = 900_000
"""First phantom seed of the test set, below all that `dsatrain.crops.SEEDS_APART` lets train."""

FROZEN_SEEDS_FROM = 970_000
"""First phantom seed of the frozen test set, which nothing is tuned on."""

FROZEN_COUNT = 200
FROZEN_SIZES = ((512, 512), (512, 472), (480, 544), (560, 512))
"""Rows and columns: those of DSCA and their kin."""

FROZEN_FRAMES = (3, 22)
"""Fewest and most frames; DSCA has 5 to 22."""

OBLIQUE_DEG = 30.0
"""A view further than this from AP and from lateral is called oblique."""

FRAME_COUNTS = ((1, "1"), (4, "2 to 4"), (8, "5 to 8"), (16, "9 to 16"), (np.inf, "17 and more"))
NOISES = ((0.008, "low"), (0.017, "medium"), (np.inf, "high"))
"""Upper bounds and names: thirds of the phantoms by the standard deviation of a subtracted pixel in
the open field, natural-log units."""

CLASS_NAMES = (*(entry.name for entry in CLASSES), "whole")
"""`whole` is BV and MAT as one vessel."""


@dataclass(frozen=True, eq=False)
class LabelledRun:
    """A run with its truth.

    Attributes:
        name: For people.
        source: The run as read, or prepared already.
        labels: uint8 (H, W), values of `dsanet.labels`.
        arterial_window: The true one; None where it is not known.
        groups: What the run is compared by, such as `{"artery": "ICA"}`.
        classes: Those of `CLASS_NAMES` that the labels can judge.
    """

    name: str
    source: DSARun | PreparedRun
    labels: NDArray[np.uint8]
    arterial_window: tuple[int, int] | None
    groups: dict[str, str]
    classes: tuple[str, ...] = CLASS_NAMES


def held_out_phantoms(count: int) -> Iterator[LabelledRun]:
    """Make the first phantoms of the test set, one after the other."""
    for seed in range(TEST_SEEDS_FROM, TEST_SEEDS_FROM + count):
        yield labelled_phantom(make_phantom(sample_settings(seed)))


def frozen_phantoms() -> Iterator[LabelledRun]:
    """Make the frozen test set: 200 runs of about 512 x 512, every number of frames ten times."""
    counts = range(FROZEN_FRAMES[0], FROZEN_FRAMES[1] + 1)
    for number in range(FROZEN_COUNT):
        turn, nth = divmod(number, len(counts))
        size = FROZEN_SIZES[turn % len(FROZEN_SIZES)]
        settings = sample_settings(FROZEN_SEEDS_FROM + number, size, counts[nth])
        yield labelled_phantom(make_phantom(settings))


def labelled_phantom(phantom: Phantom) -> LabelledRun:
    """Give a phantom the form in which it is scored."""
    groups = phantom_groups(phantom.settings)
    return LabelledRun(
        phantom.run.name, phantom.run, phantom.labels, phantom.arterial_window, groups
    )


def phantom_groups(settings: PhantomSettings) -> dict[str, str]:
    """Name what a phantom's score may depend on: artery, view, frames, noise."""
    return {
        "artery": settings.vessels.anatomy,
        "view": view_name(settings.view.angles_deg[0]),
        "frames": frames_name(len(settings.flow.times)),
        "noise": _bounded(settings.image.noise, NOISES),
    }


def view_name(primary_deg: float) -> str:
    """Name a primary angle: 0 is AP, 90 lateral.

    >>> view_name(-12), view_name(85), view_name(45)
    ('AP', 'lateral', 'oblique')
    """
    if abs(primary_deg) < OBLIQUE_DEG:
        return "AP"
    return "lateral" if abs(abs(primary_deg) - 90) < OBLIQUE_DEG else "oblique"


def frames_name(count: int) -> str:
    """Name a number of frames.

    >>> frames_name(8)
    '5 to 8'
    """
    return _bounded(count, FRAME_COUNTS)


def _bounded(value: float, names: tuple[tuple[float, str], ...]) -> str:
    return next(name for bound, name in names if value <= bound)
