from dataclasses import replace

import numpy as np
import pytest

from dsanet import labels
from dsatrain.phantom import sample_settings
from dsatrain.phantom.settings import VesselSettings
from dsatrain.phantom.tree import build_arteries
from dsatrain.phantom.vessels import Vessels

ANATOMIES = ["ICA", "VA", "ECA", "random"]


def tree_of(anatomy: str, rule: str = "trunk", seed: int = 1) -> Vessels:
    settings = sample_settings(seed).vessels
    chosen: VesselSettings = replace(settings, anatomy=anatomy, mat_rule=rule, joined=True)
    return build_arteries(chosen, 1.0, np.random.default_rng(seed))


@pytest.mark.parametrize("anatomy", ANATOMIES)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_vessel_starts_on_another_one(anatomy, seed):
    tree = tree_of(anatomy, seed=seed)
    for number in range(1, int(tree.vessel.max()) + 1):
        own = tree.vessel == number
        start = tree.points[own][0]
        gap = np.linalg.norm(tree.points[~own] - start, axis=1).min()
        assert gap < 0.01


@pytest.mark.parametrize("anatomy", ANATOMIES)
def test_contrast_arrives_later_downstream(anatomy):
    tree = tree_of(anatomy)
    same = np.diff(tree.vessel) == 0
    assert tree.arrival[0] == 0
    assert np.all(np.diff(tree.arrival)[same] > 0)


@pytest.mark.parametrize("anatomy", ANATOMIES)
def test_points_are_a_millimetre_apart_and_radii_anatomical(anatomy):
    tree = tree_of(anatomy)
    same = np.diff(tree.vessel) == 0
    steps = np.linalg.norm(np.diff(tree.points, axis=0), axis=1)[same]
    assert steps.max() < 4
    assert tree.radius.min() > 0.03
    assert tree.radius.max() < 4.5


@pytest.mark.parametrize("anatomy", ANATOMIES)
def test_the_trunk_is_one_vessel_or_a_chain_and_is_mat(anatomy):
    tree = tree_of(anatomy)
    mat = set(tree.vessel[tree.label == labels.MAT].tolist())
    assert mat == ({0, 1} if anatomy == "VA" else {0})


def test_the_first_continuation_adds_m1():
    tree = tree_of("ICA", "trunk and first continuation")
    assert set(tree.vessel[tree.label == labels.MAT].tolist()) == {0, 1}


def test_without_a_mat_rule_all_is_bv():
    assert set(tree_of("ECA", "none").label.tolist()) == {labels.BV}
