"""Gaps in the trunk's label, which only a picture can close."""

from dataclasses import replace

import numpy as np
import pytest

from dsanet.io import RunFacts
from dsanet.labels import BACKGROUND, BV, MAT
from dsanet.measure import measure
from dsanet.measure.lines.bridge import bridged

FACTS = RunFacts(times_stated=True, intensity_relationship="LOG")
GAP = slice(78, 122)


def with_gap(labels, value):
    """The trunk's label is another one, or missing, about the stenosis."""
    torn = labels.copy()
    torn[GAP][labels[GAP] == MAT] = value
    return torn


@pytest.mark.parametrize("value", [BV, BACKGROUND])
def test_a_stenosis_in_a_gap_of_the_label_is_graded_all_the_same(draw, value):
    prepared, labels = draw(percent=60.0)
    found = measure(prepared, with_gap(labels, value), facts=FACTS)
    (lesion,) = found.lesions
    assert lesion.row == pytest.approx(100, abs=2)
    assert lesion.percents["NASCET"].value == pytest.approx(60, abs=5)
    assert found.trunk.along[-1] == pytest.approx(130, abs=6)
    assert any("has 1 gap" in text for text in found.warnings)


def test_areas_are_those_of_the_label_and_not_of_what_was_followed(draw):
    prepared, labels = draw()
    torn = with_gap(labels, BV)
    mat = measure(prepared, torn, facts=FACTS).classes[1]
    assert mat.area_px == np.count_nonzero(torn == MAT)


def test_a_label_that_breaks_at_a_severe_stenosis_is_followed_through_it(draw):
    prepared, labels = draw(percent=85.0)
    torn = labels.copy()
    torn[95:106] = np.where(torn[95:106] == MAT, BACKGROUND, torn[95:106])
    (lesion,) = measure(prepared, torn, facts=FACTS).lesions
    assert lesion.row == pytest.approx(100, abs=2)
    assert lesion.percents["NASCET"].value == pytest.approx(85, abs=8)


def test_pieces_stay_apart_where_the_picture_shows_nothing_between(draw):
    prepared, labels = draw()
    frames = prepared.frames.copy()
    frames[:, GAP] = prepared.center
    minip = prepared.minip.copy()
    minip[GAP] = prepared.center
    torn = with_gap(labels, BACKGROUND)
    found = measure(replace(prepared, frames=frames, minip=minip), torn, facts=FACTS)
    assert found.trunk.along[-1] < 60
    assert any("in pieces" in text for text in found.warnings)


def test_a_thin_branch_between_two_pieces_is_no_trunk():
    labels = np.zeros((160, 90), np.uint8)
    labels[5:50, 40:56] = MAT
    labels[110:155, 40:56] = MAT
    labels[50:110, 47:50] = BV
    darkness = np.where(labels > 0, 10.0, 0.0).astype(np.float32)
    assert bridged(labels, darkness, np.ones(labels.shape, np.bool_)).gaps_px == ()


def test_a_hole_is_filled_with_vessel_and_never_a_loop():
    row, column = np.mgrid[:90, :120]
    apart = np.hypot(row - 45, column - 60)
    ring = np.where((apart < 30) & (apart > 8), MAT, BACKGROUND).astype(np.uint8)
    field = np.ones(ring.shape, np.bool_)
    for inside, value in ((10.0, MAT), (0.0, BACKGROUND)):
        darkness = np.where(ring > 0, 10.0, np.where(apart <= 8, inside, 0.0))
        assert bridged(ring, darkness.astype(np.float32), field).labels[45, 60] == value


def test_one_piece_stays_as_it_is(draw):
    prepared, labels = draw()
    result = bridged(labels, prepared.center - prepared.minip, prepared.field)
    assert np.array_equal(result.labels, labels)
    assert result.gaps_px == ()
