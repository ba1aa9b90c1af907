from dataclasses import replace

import numpy as np
import pytest

from dsanet.io import RunFacts
from dsanet.labels import BV, MAT
from dsanet.measure import measure
from dsanet.measure.width.doubts import Doubt

FACTS = RunFacts(times_stated=True, intensity_relationship="LOG")
ROWS, COLUMNS, TRUNK_COLUMN, TRUNK_PX = 220, 160, 80.0, 20.0
MIDDLE_ROW = 110.0


def crossed(draw, degrees, width, contrast=6.0, gap=0.0):
    """A healthy straight trunk that another vessel crosses, over or under it."""
    blank, _ = draw(percent=0.0)
    row, column = np.mgrid[:ROWS, :COLUMNS].astype(float)
    angle = np.deg2rad(degrees)
    across = (row - MIDDLE_ROW) * np.sin(angle) - (column - TRUNK_COLUMN) * np.cos(angle)
    apart = np.abs(column - TRUNK_COLUMN)
    depth = contrast * (chord(apart, TRUNK_PX) + chord(across, width))
    rng = np.random.default_rng(5)
    noise = rng.normal(0, 1.0, (len(blank.frames), ROWS, COLUMNS))
    share = np.minimum(np.arange(len(blank.frames)) / 6, 1.0)
    frames = (200.0 - share[:, None, None] * depth + noise).astype(np.float32)
    labels = np.zeros((ROWS, COLUMNS), np.uint8)
    labels[(np.abs(across) < width / 2) & (apart > TRUNK_PX / 2 + gap)] = BV
    labels[apart < TRUNK_PX / 2] = MAT
    field = np.ones((ROWS, COLUMNS), np.bool_)
    window = (5, len(frames) - 1)
    prepared = replace(
        blank, frames=frames, field=field, minip=frames[5:].min(axis=0), arterial_window=window
    )
    return prepared, labels


def chord(distance, diameter):
    steps = np.linspace(-0.9, 0.9, 13)
    parts = [np.sqrt(np.maximum((diameter / 2) ** 2 - (distance + s) ** 2, 0)) for s in steps]
    return 2 * np.mean(parts, axis=0)


@pytest.mark.parametrize("width", [6.0, 12.0, 18.0])
@pytest.mark.parametrize("degrees", [35.0, 50.0, 65.0, 90.0])
def test_a_crossing_is_not_read_as_a_narrowing(draw, degrees, width):
    prepared, labels = crossed(draw, degrees, width)
    found = measure(prepared, labels, facts=FACTS)
    trunk = found.trunk
    assert found.lesions == ()
    assert np.mean(trunk.counts) > 0.3
    off = np.abs(trunk.diameter_px - TRUNK_PX)[trunk.counts]
    assert off.max() < 0.15 * TRUNK_PX
    under = np.abs(trunk.points[:, 0] - MIDDLE_ROW) < 2
    assert np.all(trunk.doubt[under] == Doubt.CROSSING)


def test_a_crossing_is_seen_though_its_label_ends_before_the_trunk(draw):
    prepared, labels = crossed(draw, 50.0, 12.0, gap=3.0)
    found = measure(prepared, labels, facts=FACTS)
    assert found.lesions == ()
    assert np.any(found.trunk.doubt == Doubt.CROSSING)


def test_a_branch_that_only_leaves_crosses_nothing(draw):
    prepared, labels = draw()
    found = measure(prepared, labels, facts=FACTS)
    assert not np.any(found.trunk.doubt == Doubt.CROSSING)
