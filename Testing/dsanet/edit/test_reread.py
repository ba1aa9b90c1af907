import numpy as np
import pytest

from dsanet.edit import Reading, with_fewer, with_more
from dsanet.labels import BV, MAT

SHAPE = (12, 20)
EVERYWHERE = np.ones(SHAPE, np.bool_)


def probabilities(*vessels: tuple[slice | int, slice | int, int, float]) -> np.ndarray:
    """Background but for some boxes, each with a class and its probability."""
    chance = np.zeros((3, *SHAPE), np.float16)
    chance[0] = 1
    for rows, columns, value, share in vessels:
        chance[:, rows, columns] = 0
        chance[value, rows, columns] = share
        chance[0, rows, columns] = 1 - share
    return chance


def rows_of(mask: np.ndarray) -> list[int]:
    return np.flatnonzero(mask.any(axis=1)).tolist()


def test_a_piece_is_as_strong_as_its_mean() -> None:
    reading = Reading.of(
        probabilities((2, slice(2, 10), BV, 0.6), (2, slice(10, 18), BV, 1.0), (8, 5, BV, 0.3))
    )
    assert reading.strength[2, 2:18] == pytest.approx(0.8, abs=1e-3)
    assert reading.strength[8, 5] == pytest.approx(0.3, abs=1e-3)
    assert reading.strength[5].max() == 0


def test_more_adds_what_is_strong_enough_in_its_class_and_only_in_the_region() -> None:
    reading = Reading.of(
        probabilities(
            (2, slice(1, 19), BV, 0.3), (6, slice(1, 19), MAT, 0.2), (10, slice(1, 19), BV, 0.05)
        )
    )
    nothing = np.zeros(SHAPE, np.uint8)
    region = EVERYWHERE.copy()
    region[:, 10:] = False
    found = with_more(nothing, reading, region, 0.1)
    assert found[2, 1:10].tolist() == [BV] * 9
    assert found[6, 1:10].tolist() == [MAT] * 9
    assert (np.count_nonzero(found), np.count_nonzero(nothing)) == (18, 0)
    assert rows_of(with_more(nothing, reading, region, 0.25)) == [2]


def test_more_makes_no_labelled_vessel_wider_but_goes_on_from_its_end() -> None:
    reading = Reading.of(probabilities((slice(4, 7), slice(0, 18), BV, 0.4)))
    labels = np.zeros(SHAPE, np.uint8)
    labels[5, :10] = MAT
    found = with_more(labels, reading, EVERYWHERE, 0.3)
    assert found[5, :10].tolist() == [MAT] * 10
    assert not found[[4, 6], :9].any()
    assert (found[4:7, 11:18] == BV).all()
    assert found[5, 10] == BV


def test_fewer_takes_whole_pieces_that_are_too_weak_and_only_in_the_region() -> None:
    reading = Reading.of(
        probabilities((2, slice(1, 10), BV, 0.95), (2, slice(10, 19), BV, 0.55), (8, 4, MAT, 0.6))
    )
    labels = np.where(reading.strength > 0.5, reading.classes, 0).astype(np.uint8)
    assert rows_of(with_fewer(labels, reading, EVERYWHERE, 0.7)) == [2]
    assert np.count_nonzero(with_fewer(labels, reading, EVERYWHERE, 0.7)) == 18
    region = np.zeros(SHAPE, np.bool_)
    region[:4] = True
    assert rows_of(with_fewer(labels, reading, region, 0.9)) == [8]


def test_an_empty_region_changes_nothing_and_what_is_not_finite_is_background() -> None:
    chance = probabilities((2, slice(1, 19), BV, 0.9))
    chance[:, 2, 3] = np.nan
    reading = Reading.of(chance)
    assert np.isfinite(reading.strength).all()
    labels = np.zeros(SHAPE, np.uint8)
    for tool in (with_more, with_fewer):
        assert np.array_equal(tool(labels, reading, ~EVERYWHERE, 0.5), labels)
