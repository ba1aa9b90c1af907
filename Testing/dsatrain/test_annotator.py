import numpy as np
import pytest

from dsanet.edit import Reading, Tracer, painted
from dsanet.labels import BV, MAT
from dsatrain.annotator import Tools, annotate
from dsatrain.annotator.mistakes import Truth
from dsatrain.metrics.surface import surface_dice
from dsatrain.metrics.topology import cl_dice

SHAPE = (70, 100)
BRANCH = [(30, 50), (12, 62), (30, 74), (10, 82), (24, 90), (5, 98)]


@pytest.fixture
def truth() -> np.ndarray:
    """A trunk that forks."""
    empty = np.zeros(SHAPE, np.uint8)
    labels = painted(empty, BRANCH, 3, BV)
    labels = painted(labels, [(30, 50), (10, 20)], 4, BV)
    return painted(labels, [(69, 50), (57, 40), (44, 58), (30, 50)], 8, MAT)


def picture(truth: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, 0.05, SHAPE)
    return (noise - (truth > 0)).astype(np.float32)


def test_its_scores_are_the_projects_own(truth: np.ndarray) -> None:
    answer = painted(truth, [(20, 60)], 7, 0)
    answer = painted(answer, [(60, 80), (60, 99)], 3, BV)
    for value, scores in Truth(truth).scores(answer).items():
        masks = answer == value, truth == value
        assert scores == pytest.approx((surface_dice(*masks), cl_dice(*masks)), abs=1e-6)


def test_a_right_answer_needs_no_click(truth: np.ndarray) -> None:
    session = annotate(truth, truth)
    assert (session.clicks, session.reached) == (0, True)


def test_brush_alone_reaches_the_goal_from_nothing(truth: np.ndarray) -> None:
    session = annotate(np.zeros(SHAPE, np.uint8), truth)
    assert session.reached
    assert not Truth(truth).lacking(session.labels, 0.97)
    assert set(session.tools) <= {"paint", "erase"}
    assert session.clicks == sum(session.tools.values()) == len(session.points) >= 3


def test_reassigning_a_trunk_that_was_taken_for_a_branch_saves_clicks(truth: np.ndarray) -> None:
    wrong = np.where(truth > 0, np.uint8(BV), np.uint8(0))
    session = annotate(wrong, truth, Tools(picks=True))
    assert session.reached
    assert session.points[0][2].startswith("reassigned")
    assert session.clicks < annotate(wrong, truth).clicks


def test_one_click_takes_a_false_vessel_away(truth: np.ndarray) -> None:
    wrong = painted(truth, [(55, 5), (60, 20), (50, 35)], 3, BV)
    session = annotate(wrong, truth, Tools(picks=True))
    assert (session.clicks, session.reached) == (1, True)
    assert np.array_equal(session.labels, truth)


def test_tracing_a_missed_branch_costs_fewer_clicks_than_painting_it(truth: np.ndarray) -> None:
    wrong = np.where(np.arange(SHAPE[1]) > 58, np.uint8(0), truth)
    traced = annotate(wrong, truth, Tools(Tracer(picture(truth))))
    painted_by_hand = annotate(wrong, truth)
    assert traced.reached
    assert traced.tools["trace"] >= 1
    assert traced.clicks < painted_by_hand.clicks


def test_one_click_at_the_tip_brings_a_missed_branch(truth: np.ndarray) -> None:
    arc = [(40 - 30 * np.sin(at), 45 + 40 * at) for at in np.linspace(0, 1.2, 30)]
    wrong = np.where(truth == MAT, truth, np.uint8(0))
    whole = painted(wrong, arc, 3, BV, {MAT})
    session = annotate(wrong, whole, Tools(brancher=Tracer(picture(whole))))
    assert session.reached
    assert session.tools["branch"] == 1
    assert session.clicks <= 2 < annotate(wrong, whole).clicks


def test_one_gesture_takes_all_faint_false_vessels_away(truth: np.ndarray) -> None:
    wrong = truth
    for row in (40, 47, 54, 61):
        wrong = painted(wrong, [(row, 65), (row, 95)], 3, BV)
    strength = np.where(truth > 0, 0.95, np.where(wrong > 0, 0.55, 0.01))
    chance = np.stack([1 - strength, strength * (wrong == BV), strength * (wrong == MAT)])
    session = annotate(wrong, truth, Tools(reading=Reading.of(chance.astype(np.float32))))
    assert (session.tools, session.reached) == ({"fewer": 1}, True)


def test_the_budget_ends_the_work(truth: np.ndarray) -> None:
    session = annotate(np.zeros(SHAPE, np.uint8), truth, budget=2)
    assert (session.clicks, session.reached) == (2, False)


def test_a_class_that_the_truth_lacks_must_go(truth: np.ndarray) -> None:
    only_bv = np.where(truth == MAT, np.uint8(0), truth)
    session = annotate(truth, only_bv, Tools(picks=True))
    assert session.reached
    assert not (session.labels == MAT).any()


def test_one_circle_takes_all_vessels_that_the_model_saw_as_clearly(truth: np.ndarray) -> None:
    rows = (36, 43, 50, 57)
    whole = truth
    for row in rows:
        whole = painted(whole, [(row, 65), (row, 95)], 2, BV)
    chance = np.where(truth > 0, 0.95, np.where(whole > 0, 0.2, 0.0))
    chances = np.stack([1 - chance, chance * (whole != MAT), chance * (whole == MAT)])
    session = annotate(truth, whole, Tools(reading=Reading.of(chances.astype(np.float32))))
    assert session.reached
    assert session.points[0][2] in ("more", "level")
    assert session.clicks < len(rows) == annotate(truth, whole).clicks


def test_one_drag_takes_the_part_of_a_vessel_that_is_trunk(truth: np.ndarray) -> None:
    part = (truth == MAT) & (np.arange(SHAPE[0])[:, None] >= 46)
    ended = np.where(part, truth, np.where(truth > 0, BV, 0)).astype(np.uint8)
    wrong = np.where(truth > 0, BV, 0).astype(np.uint8)
    session = annotate(wrong, ended, Tools(picks=True))
    assert session.reached
    assert session.points[0][2] == "reassigned between"
    assert session.clicks < annotate(wrong, ended).clicks


def test_scores_that_are_good_enough_count_no_more_but_for_harm(truth: np.ndarray) -> None:
    known = Truth(truth)
    worse = painted(truth, [(10, 20)], 9, 0)
    assert known.lacking(truth, 0.97) == frozenset()
    lacking = known.lacking(worse, 0.999)
    assert lacking == {(BV, "surface"), (BV, "centre")}
    assert not known.mistakes(worse, frozenset({(MAT, "surface")})).any()
    assert known.mistakes(worse, lacking).any()
    box = (slice(None), slice(None))
    saved = known.saved(worse, truth, box, lacking)
    assert saved > 0
    assert known.saved(worse, truth, box, frozenset()) == 0
    assert known.saved(truth, worse, box, frozenset()) == -saved
    assert known.saved(truth, worse, box, frozenset(), careful=False) == 0
