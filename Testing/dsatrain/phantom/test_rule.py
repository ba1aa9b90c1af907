from dataclasses import replace

import numpy as np

from dsanet import labels
from dsatrain.phantom.projection import Samples
from dsatrain.phantom.rule import deepest, label_of, visible


def pieces(label, radius_mm, arrival, fill=1.0) -> Samples:
    count = len(label)
    ones = np.ones(count)
    return Samples(
        row=ones, column=ones, radius_px=ones, length_mm=ones, arrival=np.array(arrival, float),
        label=np.array(label, np.uint8), radius_mm=np.array(radius_mm, float), fill=fill * ones,
    )  # fmt: skip


def test_the_rules_by_role():
    classes = [
        [label_of(role, rule) for role in ("trunk", "continuation", "branch")]
        for rule in ("trunk", "trunk and first continuation", "none")
    ]
    bv, mat = labels.BV, labels.MAT
    assert classes == [[mat, bv, bv], [mat, mat, bv], [bv, bv, bv]]


def test_branches_show_if_wide_and_dark_enough():
    branches = pieces([labels.BV] * 4, [0.5, 0.1, 0.5, 0.5], [0, 0, 0, 0])
    depth, noise = np.array([0.2, 0.2, 0.05, 0.2]), np.array([0.02, 0.02, 0.02, 0.2])
    assert visible(branches, depth, noise, 0.5).tolist() == [True, False, False, False]


def test_the_trunk_is_whole_up_to_where_it_is_last_seen():
    trunk = pieces([labels.MAT] * 4, [2, 0.1, 2, 2], [0, 1, 2, 3])
    seen = visible(trunk, np.array([0.5, 0.01, 0.5, 0.01]), np.full(4, 0.02), 0.5)
    assert seen.tolist() == [True, True, True, False]


def test_a_trunk_that_is_never_seen_or_before_the_tip_is_not_labelled():
    trunk = pieces([labels.MAT] * 2, [2, 2], [0, 1])
    assert not visible(trunk, np.array([0.01, 0.01]), np.full(2, 0.02), 0.5).any()
    before = pieces([labels.MAT] * 2, [2, 2], [0, 1], fill=0.3)
    assert visible(before, np.array([0.5, 0.01]), np.full(2, 0.02), 0.5).tolist() == [True, False]


def test_wide_arteries_show_in_more_noise_than_thin_ones():
    both = pieces([labels.BV] * 2, [0.5, 0.5], [0, 0])
    both = replace(both, radius_px=np.array((0.5, 4.5)))
    assert visible(both, np.array([0.2, 0.2]), np.full(2, 0.3), 0.5).tolist() == [False, True]


def test_what_shows_depends_on_the_deepest_arteries():
    faint = pieces([labels.BV], [0.5], [0])
    shown = [visible(faint, np.array([0.08]), np.full(1, 0.01), most)[0] for most in (0.39, 0.41)]
    assert shown == [True, False]


def test_the_deepest_arteries_cover_a_fiftieth_of_the_field():
    many = pieces([labels.BV] * 100, [0.5] * 100, range(100))  # 4 px each: 2 px/mm, 1 mm, 2 px
    depth = np.linspace(1.0, 0.01, 100)
    assert deepest(many, depth, 10_000) == depth[49]


def test_few_arteries_are_measured_by_half_of_them():
    few = pieces([labels.BV] * 4, [0.5] * 4, range(4))
    assert deepest(few, np.array([0.1, 0.4, 0.3, 0.2]), 10_000) == 0.3


def test_no_arteries_have_no_depth():
    assert deepest(pieces([], [], []), np.empty(0), 100) == 0
