import numpy as np
import pytest

from dsanet.edit import arrival_time, erased, painted, reassigned, split
from dsanet.labels import BV, MAT


@pytest.fixture
def labels() -> np.ndarray:
    """A BV fork on a MAT trunk, and a piece apart."""
    empty = np.zeros((60, 80), np.uint8)
    empty = painted(empty, [(30, 40), (5, 10)], 3, BV)
    empty = painted(empty, [(30, 40), (5, 70)], 3, BV)
    empty = painted(empty, [(50, 4), (50, 20)], 3, BV)
    return painted(empty, [(59, 40), (30, 40)], 7, MAT)


def test_one_click_gives_a_branch_to_the_other_class(labels: np.ndarray) -> None:
    before = labels.copy()
    change = reassigned(labels, split(labels), (10, 16))
    assert change.labels[10, 16] == MAT
    assert change.labels[10, 64] == BV
    assert np.array_equal(change.mask, change.labels != before)
    assert np.array_equal(labels, before)


def test_downstream_of_the_trunk_is_all_that_hangs_on_it(labels: np.ndarray) -> None:
    change = erased(labels, split(labels), (50, 40), "downstream")
    assert np.array_equal(
        change.labels > 0,
        np.isin(np.arange(80), range(22))[None] & (labels > 0) & (np.arange(60) > 40)[:, None],
    )


def test_upstream_makes_a_trunk_as_far_as_the_click(labels: np.ndarray) -> None:
    change = reassigned(labels, split(labels), (10, 64), "upstream")
    assert change.labels[10, 64] == MAT
    assert change.labels[50, 40] == MAT
    assert change.labels[10, 16] == BV


def test_beyond_a_click_the_vessel_ends(labels: np.ndarray) -> None:
    change = erased(labels, split(labels), (10, 16), "beyond")
    gone = np.argwhere(change.mask)
    assert gone[:, 1].max() <= 20
    assert {(5, 10), (10, 16)} <= set(map(tuple, gone.tolist()))
    assert change.labels[18, 25] == BV
    assert change.labels[10, 64] == BV


def test_beyond_a_click_on_the_trunk_lies_the_rest_of_it_and_all_branches(
    labels: np.ndarray,
) -> None:
    change = reassigned(labels, split(labels), (45, 40), "beyond")
    assert (change.labels[34:44, 40] == BV).all()
    assert (change.labels[48:, 40] == MAT).all()
    assert change.labels[10, 64] == BV


def test_beyond_a_click_on_a_piece_apart_lies_its_smaller_side(labels: np.ndarray) -> None:
    change = erased(labels, split(labels), (50, 15), "beyond")
    assert np.flatnonzero(change.labels[50, :30]).tolist() == list(range(3, 15))


def test_connected_takes_both_classes_and_leaves_what_lies_apart(labels: np.ndarray) -> None:
    change = erased(labels, split(labels), (10, 16), "connected")
    assert not change.labels[:, 30:].any()
    assert change.labels[50, 10] == BV


def test_a_click_beside_a_thin_vessel_still_means_it(labels: np.ndarray) -> None:
    assert erased(labels, split(labels), (53, 10)).mask[50, 10]
    assert not erased(labels, split(labels), (55, 10)).mask.any()


@pytest.mark.parametrize("point", [(0, 40), (-50, 3), (500, 500), (30, -9)])
@pytest.mark.parametrize("tool", [erased, reassigned])
def test_a_click_on_nothing_changes_nothing(labels: np.ndarray, tool, point) -> None:
    change = tool(labels, split(labels), point, "connected")
    assert not change.mask.any()
    assert np.array_equal(change.labels, labels)


def test_empty_labels_can_be_clicked() -> None:
    empty = np.zeros((4, 6), np.uint8)
    assert not erased(empty, split(empty), (1, 1), "downstream").mask.any()


def rising(arrival: float, times: np.ndarray, shape=(4, 5)) -> np.ndarray:
    """Frames that get darker by 2 within a second round an arrival, and brighter at the end."""
    depth = 2 * np.clip(times - arrival + 0.5, 0, 1) * (times < times[-1])
    noise = np.random.default_rng(0).normal(0, 0.05, (len(times), *shape))
    return (10 - depth[:, None, None] + noise).astype(np.float32)


def test_arrival_is_read_between_frames_at_their_true_times() -> None:
    times = np.array([0, 0.25, 1, 1.5, 2.0, 3.5, 4.0])
    found = arrival_time(rising(1.7, times), times, np.ones((4, 5), bool))
    assert found is not None
    assert abs(found - 1.7) < 0.1


def test_arrival_is_unknown_without_a_rise() -> None:
    times, mask = np.arange(6.0), np.ones((4, 5), bool)
    noise = np.random.default_rng(1).normal(0, 1, (6, 4, 5)).astype(np.float32)
    assert arrival_time(noise, times, mask) is None
    assert arrival_time(noise[:1], times[:1], mask) is None
    assert arrival_time(noise, times, ~mask) is None
    assert arrival_time(np.ones((6, 4, 5), np.float32), times, mask) is None


def test_arrival_is_unknown_where_contrast_is_there_from_the_start() -> None:
    times = np.arange(6.0)
    assert arrival_time(rising(-3, times), times, np.ones((4, 5), bool)) is None
