import numpy as np
import pytest
from scipy import ndimage

from dsanet.edit import painted, split
from dsanet.edit.thinning import thinned
from dsanet.labels import BV, MAT

EIGHT = np.ones((3, 3))


def fork() -> np.ndarray:
    """A trunk from below that forks into a left and a right branch."""
    labels = np.zeros((60, 80), np.uint8)
    labels = painted(labels, [(30, 40), (5, 10)], 3, BV)
    labels = painted(labels, [(30, 40), (5, 70)], 3, BV)
    return painted(labels, [(59, 40), (30, 40)], 7, MAT)


def test_a_bar_thins_to_its_middle_row() -> None:
    mask = np.zeros((7, 20), bool)
    mask[1:6, 2:18] = True
    rows, columns = np.nonzero(thinned(mask))
    assert set(rows) == {3}
    assert len(set(columns)) == len(columns) >= 10


def test_thinning_keeps_pieces_and_holes() -> None:
    mask = ndimage.gaussian_filter(np.random.default_rng(1).normal(size=(90, 70)), 2) > 0.05
    line = thinned(mask)
    assert not (line & ~mask).any()
    assert ndimage.label(line, EIGHT)[1] == ndimage.label(mask, EIGHT)[1]
    assert ndimage.label(~np.pad(line, 1))[1] == ndimage.label(~np.pad(mask, 1))[1]
    blocks = line[1:, 1:] & line[:-1, 1:] & line[1:, :-1] & line[:-1, :-1]
    assert not blocks.any()


def test_a_fork_has_three_pieces_and_blood_comes_by_the_trunk() -> None:
    found = split(fork())
    trunk, left, right = (int(found.pieces[at]) for at in ((50, 40), (10, 16), (10, 64)))
    assert sorted((trunk, left, right)) == [1, 2, 3]
    assert found.before[[trunk, left, right]].tolist() == [0, trunk, trunk]
    assert found.downstream(trunk).tolist() == [1, 2, 3]
    assert found.downstream(left).tolist() == [left]
    assert found.upstream(right).tolist() == [right, trunk]


def test_every_pixel_of_vessel_has_a_piece_and_no_other() -> None:
    labels = fork()
    assert np.array_equal(split(labels).pieces > 0, labels > 0)


def test_a_given_root_turns_the_flow_round() -> None:
    found = split(fork(), root=(10, 16))
    trunk, left = int(found.pieces[50, 40]), int(found.pieces[10, 16])
    assert found.before[left] == 0
    assert found.before[trunk] == left


def test_a_ring_is_one_piece_and_a_loop_ends() -> None:
    rows, columns = np.mgrid[:50, :70]
    ring = (np.abs(np.hypot(rows - 25, columns - 35) - 15) < 2).astype(np.uint8)
    assert split(ring).count == 1
    tailed = painted(ring, [(25, 50), (25, 69)], 3, BV)
    found = split(tailed, root=(25, 65))
    assert all(len(found.upstream(piece)) <= found.count for piece in range(1, found.count + 1))
    tail = int(found.pieces[25, 65])
    assert len(found.downstream(tail)) == found.count


def test_pieces_that_do_not_hang_together_have_their_own_first_piece() -> None:
    labels = painted(fork(), [(50, 5), (50, 25)], 3, BV)
    found = split(labels)
    apart = int(found.pieces[50, 15])
    assert found.before[apart] == 0
    assert np.count_nonzero(found.before[1:] == 0) == 2


def test_a_fat_vessel_beside_a_thin_one_keeps_its_pixels() -> None:
    labels = np.zeros((60, 90), np.uint8)
    labels[5:36, 5:85] = MAT
    labels[38, 5:85] = BV
    found = split(labels)
    assert not set(found.pieces[5:36, 5:85].ravel()) & set(found.pieces[38, 5:85])


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (2, 2), (5, 3)])
def test_full_and_empty_small_pictures(shape: tuple[int, int]) -> None:
    assert split(np.zeros(shape, np.uint8)).count == 0
    full = split(np.full(shape, BV, np.uint8))
    assert full.count >= 1
    assert (full.pieces > 0).all()


def test_a_vessel_along_the_border_is_split_too() -> None:
    labels = np.zeros((20, 30), np.uint8)
    labels[0] = labels[:, 0] = BV
    assert np.array_equal(split(labels).pieces > 0, labels > 0)


@pytest.mark.parametrize("seed", range(25))
def test_random_vessels_are_split_without_loss_or_endless_ways(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 40, 2))
    mask = ndimage.gaussian_filter(rng.normal(size=shape), rng.choice([0, 0.7, 1.5])) > 0.05
    found = split((mask * rng.integers(1, 3, shape)).astype(np.uint8))
    whole, count = ndimage.label(mask, EIGHT)
    assert np.array_equal(found.pieces > 0, mask)
    assert np.count_nonzero(found.before[1:] == 0) == count
    for piece in range(1, found.count + 1):
        assert len(set(whole[found.pieces == piece])) == 1
        assert len(set(found.upstream(piece))) == len(found.upstream(piece))
