"""The steps that tidy labels: exactly what each takes, and that each can be left out."""

import numpy as np
import pytest

from dsanet.engine import NO_STEPS, CleanUp, Engine
from dsanet.engine.cleanup import ALL_STEPS, clean
from dsanet.labels import BV, MAT


@pytest.fixture
def found():
    """A trunk of 100 px, a BV vessel with 9 px of MAT in it, specks of 11 and 12 px."""
    labels = np.zeros((40, 60), np.uint8)
    labels[0:20, 10:15] = MAT
    labels[20:23, 10:50] = BV
    labels[20:23, 40:43] = MAT
    labels[30, 2:13] = BV
    labels[35, 2:14] = BV
    return labels


def test_a_piece_of_eleven_pixels_goes_and_one_of_twelve_stays(found, still):
    tidied, counts = clean(found, CleanUp(minor_trunks=False), still(found))
    assert counts == {"small_pieces": 11, "unfilled": 0}
    assert not tidied[30].any()
    assert np.count_nonzero(tidied[35]) == 12
    assert np.array_equal(tidied[:30], found[:30])


def test_a_stray_piece_of_the_trunk_becomes_bv(found, still):
    tidied, counts = clean(found, CleanUp(small_pieces=False), still(found))
    assert counts == {"unfilled": 0, "minor_trunks": 9}
    assert np.all(tidied[20:23, 40:43] == BV)
    assert np.all(tidied[0:20, 10:15] == MAT)


def test_a_piece_of_a_tenth_of_the_trunk_stays(found, still):
    found[20:23, 40:43] = BV
    found[10:20, 30] = MAT
    assert clean(found, ALL_STEPS, still(found))[1]["minor_trunks"] == 0


def test_corners_connect(found, still):
    found[30, 2:13] = 0
    for step in range(12):
        found[25 + step, 45 + step] = BV
    assert clean(found, ALL_STEPS, still(found))[1]["small_pieces"] == 0


def test_the_input_stays_and_no_steps_change_nothing(found, still):
    before = found.copy()
    clean(found, ALL_STEPS, still(found))
    assert np.array_equal(found, before)
    tidied, counts = clean(found, NO_STEPS, still(found))
    assert tidied is found
    assert counts == {}


@pytest.mark.parametrize("value", [0, BV, MAT])
def test_one_value_everywhere_stays(value, still):
    labels = np.full((8, 8), value, np.uint8)
    tidied, counts = clean(labels, ALL_STEPS, still(labels))
    assert np.array_equal(tidied, labels)
    assert counts == {"small_pieces": 0, "unfilled": 0, "minor_trunks": 0}


def test_the_engine_counts_and_can_be_told_not_to(tiny_package, dark_line):
    engine = Engine.load(tiny_package, "cpu")
    tidied = engine.segment(dark_line(48, 64))
    raw = engine.segment(dark_line(48, 64), clean_up=NO_STEPS)
    assert raw.provenance["clean_up"] == {}
    assert set(tidied.provenance["clean_up"]) == {"small_pieces", "unfilled", "minor_trunks"}
    assert np.array_equal(raw.probabilities, tidied.probabilities)
    assert np.array_equal(clean(raw.labels, ALL_STEPS, raw.prepared)[0], tidied.labels)
