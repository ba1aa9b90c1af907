"""Runs in which the table moves while contrast flows."""

import numpy as np
import pytest
from scipy import ndimage

from dsanet.prepare import prepare

SIDE, FRAMES, STEP = 128, 10, 6
COLUMNS = np.clip(np.arange(FRAMES) - 3, 0, 5) * STEP
"""Columns by which the picture has moved to the left; the table stands still at both ends."""


@pytest.fixture(scope="module")
def anatomy():
    """Logarithms of grey values: a slope and edges of all sizes, wider than the picture."""
    rng = np.random.default_rng(3)
    grains = [ndimage.gaussian_filter(rng.normal(size=(SIDE, 200)), width) for width in (2, 5, 12)]
    edges = sum(grain / grain.std() for grain in grains)
    return 5 + 0.1 * edges + np.linspace(-0.7, 0.7, SIDE)[:, None]


@pytest.fixture(scope="module")
def vessel():
    """Depth of contrast (T, rows, wide columns): a trunk that fills in frame 2 and stays."""
    depth = np.zeros((FRAMES, SIDE, 200))
    depth[2:, 20:110, 60:64] = 0.7
    return depth


def seen(wide):
    return np.stack([frame[:, c : c + SIDE] for frame, c in zip(wide, COLUMNS, strict=True)])


@pytest.fixture(scope="module")
def panned(anatomy, vessel):
    return np.rint(np.exp(seen(anatomy - vessel))).astype(np.uint16)


def test_mask_follows_a_moving_table(make_run, panned, vessel):
    prepared = prepare(make_run(panned, intensity_relationship="LIN", bits_stored=12))
    errors = prepared.frames + seen(vessel)
    reached = np.s_[:, 4:-4, 4 : SIDE - COLUMNS[-1] - 4]
    assert np.sqrt(np.mean(errors[reached] ** 2)) < 0.06
    unmoved = np.log(panned[9]) - np.log(panned[0])
    assert np.sqrt(np.mean((unmoved + seen(vessel)[9])[4:-4, 4:94] ** 2)) > 0.2


def test_what_the_mask_does_not_reach_stays_empty(make_run, panned):
    prepared = prepare(make_run(panned, intensity_relationship="LIN", bits_stored=12))
    assert not prepared.frames[9, :, SIDE - COLUMNS[-1] + 1 :].any()


def test_moving_table_is_said(make_run, panned):
    prepared = prepare(make_run(panned, intensity_relationship="LIN", bits_stored=12))
    (note,) = (note for note in prepared.warnings if "table" in note)
    assert "0 rows and 30 columns" in note


def test_still_table_is_not_mentioned(make_run, anatomy, vessel):
    still = np.rint(np.exp(anatomy - vessel))[:, :, :SIDE].astype(np.uint16)
    prepared = prepare(make_run(still, intensity_relationship="LIN", bits_stored=12))
    assert prepared.warnings == ()


def test_frames_of_another_place_are_said_not_to_fit(make_run, panned):
    turned = panned.copy()
    turned[5:] = panned[5:, ::-1, ::-1].transpose(0, 2, 1)
    prepared = prepare(make_run(turned, intensity_relationship="LIN", bits_stored=12))
    (note,) = (note for note in prepared.warnings if "does not fit" in note)
    assert "5 of 10 frames (the first is 5)" in note


def test_subtracted_run_of_a_moving_table_is_used_as_stored(make_run, vessel):
    grain = np.random.default_rng(0).normal(0, 1, (FRAMES, SIDE, SIDE))
    stored = np.rint(160 - 100 * seen(vessel) + grain).astype(np.uint8)
    prepared = prepare(make_run(stored))
    assert prepared.subtraction == "as stored: the run came subtracted"
    np.testing.assert_array_equal(prepared.frames, stored)
