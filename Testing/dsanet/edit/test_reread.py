import numpy as np
import pytest

from dsanet.edit import Reading, levelled, split, with_fewer, with_more
from dsanet.labels import BV, MAT

SHAPE = (24, 40)
EVERYWHERE = 100


def probabilities(*vessels: tuple[slice | int, slice | int, int, float]) -> np.ndarray:
    """Background but for some boxes, each with a class and its probability."""
    chance = np.zeros((3, *SHAPE), np.float16)
    chance[0] = 1
    for rows, columns, value, share in vessels:
        chance[:, rows, columns] = 0
        chance[value, rows, columns] = share
        chance[0, rows, columns] = 1 - share
    return chance


THREE_FAINT = probabilities(
    (2, slice(2, 38), BV, 0.3), (10, slice(2, 38), MAT, 0.2), (18, slice(2, 38), BV, 0.1)
)
NOTHING = np.zeros(SHAPE, np.uint8)


def rows_of(labels: np.ndarray) -> list[int]:
    """The middle rows of the lines that are there."""
    return [row for row in (2, 10, 18) if labels[row, 4:36].any()]


def test_faint_lines_are_numbered_and_as_strong_as_their_mean() -> None:
    reading = Reading.of(
        probabilities((2, slice(2, 20), BV, 0.2), (2, slice(20, 38), BV, 0.4), (9, 5, BV, 0.9))
    )
    number = reading.faint[2, 10]
    assert number > 0
    assert (reading.faint[2, 3:37] == number).all()
    assert reading.strength[number] == pytest.approx(0.3, abs=0.01)
    assert reading.faint[9, 5] == 0  # the model believes in it
    assert not reading.faint[13:].any()


def test_more_takes_the_clicked_vessel_and_what_is_as_clear_within_the_circle() -> None:
    reading = Reading.of(THREE_FAINT)
    every = with_more(NOTHING, reading, (10, 20), EVERYWHERE)
    assert rows_of(every.labels) == [2, 10]
    assert (every.labels[2, 4:36] == BV).all()
    assert (every.labels[10, 4:36] == MAT).all()
    assert np.array_equal(every.mask, every.labels > 0)
    assert rows_of(with_more(NOTHING, reading, (10, 20), 0).labels) == [10]
    assert rows_of(with_more(NOTHING, reading, (18, 20), 12).labels) == [18]
    assert rows_of(with_more(NOTHING, reading, (18, 20), EVERYWHERE).labels) == [2, 10, 18]
    assert not NOTHING.any()


def test_more_changes_nothing_that_is_labelled_and_nothing_far_from_a_faint_vessel() -> None:
    reading = Reading.of(THREE_FAINT)
    labels = NOTHING.copy()
    labels[2, :20] = MAT
    found = with_more(labels, reading, (2, 30), 0)
    assert (found.labels[2, :20] == MAT).all()
    assert (found.labels[2, 20:37] == BV).all()
    assert not with_more(labels, reading, (23, 20), EVERYWHERE).mask.any()


def test_fewer_takes_the_clicked_piece_and_what_is_as_doubtful_within_the_circle() -> None:
    chance = probabilities(
        (2, slice(2, 38), BV, 0.95), (10, slice(2, 38), BV, 0.7), (18, slice(2, 38), MAT, 0.6)
    )
    reading = Reading.of(chance)
    labels = np.where(reading.chance > 0.5, reading.classes, 0).astype(np.uint8)
    pieces = split(labels)
    every = with_fewer(labels, pieces, reading, (10, 20), EVERYWHERE)
    assert rows_of(every.labels) == [2]
    assert every.mask.sum() == 2 * 36
    assert rows_of(with_fewer(labels, pieces, reading, (10, 20), 0).labels) == [2, 18]
    assert rows_of(with_fewer(labels, pieces, reading, (18, 20), EVERYWHERE).labels) == [2, 10]
    assert not with_fewer(labels, pieces, reading, (23, 20), EVERYWHERE).mask.any()


def test_what_is_not_finite_is_background() -> None:
    chance = THREE_FAINT.copy()
    chance[:, 2, 20] = np.nan
    reading = Reading.of(chance)
    assert np.isfinite(reading.chance).all()
    assert np.isfinite(reading.strength).all()
    nothing_seen = Reading.of(np.zeros((3, *SHAPE), np.float16))
    assert not with_more(NOTHING, nothing_seen, (10, 20), EVERYWHERE).mask.any()
    assert not with_fewer(NOTHING, split(NOTHING), nothing_seen, (9, 9), 5).mask.any()


def test_an_outline_moves_to_where_the_model_is_as_sure_as_at_the_click() -> None:
    chance = probabilities(
        (slice(8, 13), slice(2, 38), BV, 0.2), (slice(9, 12), slice(2, 38), MAT, 0.6)
    )
    reading = Reading.of(chance)
    labels = NOTHING.copy()
    labels[10, 2:38] = BV
    wider = levelled(labels, reading, (9, 20), 8)
    assert wider.labels[9, 13:28].tolist() == [MAT] * 15
    assert rows_near(wider.labels) == [9, 10, 11]
    assert not wider.mask[:, [5, 35]].any()
    assert (wider.labels[10] == labels[10]).all()
    widest = levelled(labels, reading, (8, 20), EVERYWHERE)
    assert rows_near(widest.labels) == [8, 9, 10, 11, 12]
    narrower = levelled(widest.labels, reading, (12, 20), EVERYWHERE)
    assert rows_near(narrower.labels) == [9, 10, 11]
    assert np.array_equal(narrower.mask, (widest.labels > 0) & (narrower.labels == 0))


def rows_near(labels: np.ndarray) -> list[int]:
    return np.flatnonzero(labels[:, 20]).tolist()
