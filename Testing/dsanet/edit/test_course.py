import numpy as np

from dsanet.edit import painted, reassigned_between
from dsanet.edit.course import course_between
from dsanet.labels import BV, MAT

SHAPE = (60, 90)


def striped() -> np.ndarray:
    """A straight trunk, 9 px wide, with stripes of BV in it, and a branch."""
    labels = np.zeros(SHAPE, np.uint8)
    labels[20:29, 5:85] = MAT
    labels[20:29, 30:36] = BV
    labels[20:29, 50:60] = BV
    labels[29:55, 66:70] = BV
    return labels


def test_what_lies_between_is_whole_and_cut_straight_across() -> None:
    found = course_between(striped() > 0, (24, 20), (24, 50))
    expected = np.zeros(SHAPE, np.bool_)
    expected[20:29, 20:51] = True
    assert np.array_equal(found, expected)


def test_a_course_goes_round_a_corner_and_leaves_the_branches() -> None:
    found = course_between(striped() > 0, (24, 20), (50, 67))
    assert found is not None
    assert found[24, 20:66].all()
    assert found[30:50, 66:70].all()
    assert not found[:, 75:].any()
    assert not found[52:].any()


def test_the_wide_vessel_is_preferred_to_a_short_cut() -> None:
    arch = [(50, 10), (15, 10), (15, 70), (50, 70)]
    vessels = painted(np.zeros(SHAPE, np.uint8), arch, 9, BV)
    vessels = painted(vessels, [(50, 10), (50, 70)], 1, BV)
    found = course_between(vessels > 0, (50, 10), (50, 70))
    assert found is not None
    assert found[15, 20:60].all()
    assert not found[50, 20:60].any()


def test_nothing_joins_two_vessels() -> None:
    apart = np.zeros(SHAPE, np.bool_)
    apart[10], apart[40] = True, True
    assert course_between(apart, (10, 5), (40, 5)) is None
    assert course_between(apart, (10, 5), (10, 5)) is not None


def test_reassigning_between_two_places_mends_a_striped_trunk() -> None:
    labels = striped()
    change = reassigned_between(labels, (24, 30), (24, 62))
    assert (change.labels[20:29, 5:85] == MAT).sum() == 9 * 80
    assert np.array_equal(change.mask, (labels == BV) & (change.labels == MAT))
    assert (change.labels[32:55, 66:70] == BV).all()
    assert (labels[24, 30], change.labels[24, 30]) == (BV, MAT)


def test_a_drag_that_begins_or_ends_beside_all_vessels_changes_nothing() -> None:
    labels = striped()
    for start, end in (((5, 5), (24, 40)), ((24, 40), (50, 20))):
        change = reassigned_between(labels, start, end)
        assert not change.mask.any()
        assert np.array_equal(change.labels, labels)
    island = labels.copy()
    island[5:8, 5:30] = BV
    assert not reassigned_between(island, (6, 10), (24, 40)).mask.any()
