import numpy as np
import pytest

from dsanet.edit import painted, uncertain_places
from dsanet.labels import BV, MAT

SHAPE = (120, 170)
FIELD = np.ones(SHAPE, bool)


def sure(labels: np.ndarray, chance: float = 0.99) -> np.ndarray:
    """Probabilities that give each pixel its label."""
    other = (1 - chance) / 2
    return np.stack([np.where(labels == value, chance, other) for value in range(3)])


def doubtful(probabilities, mask, background, bv, mat):
    for plane, value in zip(probabilities, (background, bv, mat), strict=True):
        np.putmask(plane, mask, value)


@pytest.fixture
def scene():
    """A sure trunk; a doubtful branch, a missed one, and a piece of trunk that may be BV."""
    labels = painted(np.zeros(SHAPE, np.uint8), [(119, 30), (10, 30)], 9, MAT)
    labels = painted(labels, [(20, 80), (20, 110)], 3, BV)
    probabilities = sure(labels)
    missed = painted(np.zeros(SHAPE, np.uint8), [(100, 90), (100, 130)], 3, BV) > 0
    doubtful(probabilities, missed, 0.6, 0.4, 0)
    doubtful(probabilities, labels == BV, 0.3, 0.7, 0)
    trunk_end = (labels == MAT) & (np.arange(SHAPE[0]) < 16)[:, None]
    doubtful(probabilities, trunk_end, 0, 0.45, 0.55)
    return labels, probabilities.astype(np.float16)


def test_the_three_kinds_are_told_apart_and_found_where_they_are(scene) -> None:
    labels, probabilities = scene
    found = {place.why: place for place in uncertain_places(probabilities, labels, FIELD, 20)}
    assert set(found) == {"missed vessel", "false vessel", "MAT or BV"}
    assert abs(found["missed vessel"].row - 100) <= 2
    assert abs(found["false vessel"].row - 20) <= 2
    assert found["MAT or BV"].row <= 20
    assert abs(found["MAT or BV"].column - 30) <= 2


def test_the_score_is_the_expected_number_of_wrong_pixels() -> None:
    labels = np.zeros(SHAPE, np.uint8)
    probabilities = sure(labels)
    spot = painted(labels, [(60, 70)], 5, BV) > 0
    doubtful(probabilities, spot, 0.75, 0.25, 0)
    (place,) = uncertain_places(probabilities, labels, FIELD)
    assert (place.row, place.column) == (60, 70)
    assert place.score == pytest.approx(0.25 * spot.sum())


def test_places_are_ranked_and_do_not_overlap() -> None:
    labels = np.zeros(SHAPE, np.uint8)
    probabilities = sure(labels)
    noise = np.random.default_rng(0).random(SHAPE) ** 3
    doubtful(probabilities, FIELD, 1 - noise, noise, 0)
    places = uncertain_places(probabilities, labels, FIELD, 12)
    scores = [place.score for place in places]
    assert len(places) == 12
    assert scores == sorted(scores, reverse=True)
    for one in places:
        for two in places:
            apart = np.hypot(one.row - two.row, one.column - two.column)
            assert one is two or apart > one.radius_px + two.radius_px


def test_the_rim_of_a_sure_vessel_is_no_place() -> None:
    labels = painted(np.zeros(SHAPE, np.uint8), [(60, 5), (60, 160)], 9, MAT)
    rim = painted(labels, [(60, 5), (60, 160)], 11, MAT) > 0
    rim &= ~(painted(np.zeros(SHAPE, np.uint8), [(60, 5), (60, 160)], 6, MAT) > 0)
    probabilities = sure(labels)
    doubtful(probabilities, rim, 0.5, 0, 0.5)
    assert uncertain_places(probabilities, labels, FIELD) == []


def test_an_edited_place_drops_out_and_the_others_stay(scene) -> None:
    labels, probabilities = scene
    before = uncertain_places(probabilities, labels, FIELD, 20)
    first = before[0]
    edited = np.zeros(SHAPE, bool)
    edited[first.row, first.column] = True
    after = uncertain_places(probabilities, labels, FIELD, 20, edited)
    assert all(np.hypot(p.row - first.row, p.column - first.column) > 3 for p in after)
    assert {place.why for place in before} - {first.why} <= {place.why for place in after}


def test_outside_the_field_nothing_is_asked(scene) -> None:
    labels, probabilities = scene
    assert uncertain_places(probabilities, labels, ~FIELD) == []


def test_the_answer_is_the_same_twice(scene) -> None:
    labels, probabilities = scene
    assert uncertain_places(probabilities, labels, FIELD) == uncertain_places(
        probabilities.copy(), labels.copy(), FIELD
    )


def test_odd_inputs() -> None:
    one = np.zeros((1, 1), np.uint8)
    assert uncertain_places(sure(one), one, one == 0) == []
    assert (
        uncertain_places(
            np.full((3, 9, 7), np.nan), np.ones((9, 7), np.uint8), np.ones((9, 7), bool)
        )
        == []
    )
    assert uncertain_places(sure(one), one, one == 0, count=0) == []
    with pytest.raises(ValueError, match="do not fit"):
        uncertain_places(sure(one), np.zeros((2, 3), np.uint8), np.ones((2, 3), bool))
