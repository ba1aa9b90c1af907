import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from dsanet.labels import BV, MAT
from dsanet.measure.lines.find import find_lines, owners_of, stations_of
from dsanet.measure.lines.graph import graph_of
from dsanet.measure.lines.thinning import thin


@given(arrays(np.bool_, (9, 13)))
@settings(max_examples=60, deadline=None)
def test_thinning_keeps_pieces_and_holes_and_leaves_no_block(mask):
    lines, _ = thin(mask)
    eight = np.ones((3, 3))
    assert not np.any(lines & ~mask)
    assert ndimage.label(lines, eight)[1] == ndimage.label(mask, eight)[1]
    assert ndimage.label(~np.pad(lines, 1))[1] == ndimage.label(~np.pad(mask, 1))[1]


def test_thinning_finds_the_middle():
    mask = np.zeros((11, 30), np.bool_)
    mask[3:8, 2:28] = True
    lines, distance = thin(mask)
    assert np.array_equal(np.unique(np.nonzero(lines[:, 8:22])[0]), [5])
    assert distance[5, 15] == pytest.approx(3.0)


def test_thinning_ends_for_a_full_and_an_empty_picture():
    assert thin(np.zeros((4, 6), np.bool_))[0].sum() == 0
    assert thin(np.ones((5, 7), np.bool_))[0].sum() >= 1


def test_a_fork_is_three_lines_and_one_meeting_place():
    mask = np.zeros((60, 50), np.bool_)
    mask[5:55, 23:26] = True
    mask[28:31, 24:46] = True
    graph = graph_of(mask)
    assert len(graph.edges) == 3
    assert sorted(graph.degrees[graph.degrees > 0].tolist()) == [1, 1, 1, 3]


def test_a_bump_is_no_branch():
    mask = np.zeros((60, 50), np.bool_)
    mask[5:55, 20:27] = True
    mask[30:32, 27:29] = True
    assert len(graph_of(mask).edges) == 1


def test_a_ring_is_one_closed_line():
    row, column = np.mgrid[:60, :50]
    ring = np.abs(np.hypot(row - 30, column - 25) - 15) < 2
    (edge,) = graph_of(ring).edges
    assert edge.nodes[0] == edge.nodes[1]
    (line,) = find_lines(np.where(ring, BV, 0).astype(np.uint8))
    assert line.course.along[-1] == pytest.approx(2 * np.pi * 15, rel=0.08)


def test_stations_of_a_diagonal_are_sub_pixel_and_evenly_spaced():
    row, column = np.mgrid[:70, :60]
    labels = np.where(np.abs(row - 1.2 * column) < 4, MAT, 0).astype(np.uint8)
    (trunk,) = find_lines(labels)
    points = trunk.course.points[8:-8]
    assert np.abs(points[:, 0] - 1.2 * points[:, 1]).max() < 0.8
    assert np.ptp(np.diff(trunk.course.along)) < 0.15


def test_the_trunk_begins_at_the_border_where_it_forks():
    labels = np.zeros((200, 160), np.uint8)
    labels[100:200, 78:84] = MAT
    labels[40:103, 60:66] = MAT
    labels[20:103, 100:106] = MAT
    labels[97:103, 60:106] = MAT
    trunk = find_lines(labels)[0]
    ends = trunk.course.points[[0, -1]]
    assert ends[:, 0].max() > 190
    assert ends[:, 0].min() < 30


def test_each_pixel_belongs_to_a_station_of_its_class():
    labels = np.zeros((40, 60), np.uint8)
    labels[10:14, 5:55] = BV
    labels[14:20, 5:55] = MAT
    lines = find_lines(labels)
    stations = stations_of(lines)
    owners = owners_of(labels, lines, stations)
    assert np.array_equal(owners >= 0, labels > 0)
    values = np.array([line.value for line in lines])[stations.line]
    assert np.array_equal(values[owners[labels > 0]], labels[labels > 0])
