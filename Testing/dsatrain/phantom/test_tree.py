from dataclasses import replace

import numpy as np
import pytest

from dsanet import labels
from dsatrain.phantom import sample_settings
from dsatrain.phantom.arteries import BRAIN
from dsatrain.phantom.growth import _split, folded
from dsatrain.phantom.settings import VesselSettings
from dsatrain.phantom.tree import _habit, build_arteries
from dsatrain.phantom.vessels import Vessels

ANATOMIES = ["ICA", "VA", "ECA", "random", "forking"]


def tree_of(anatomy: str, rule: str = "trunk", seed: int = 1) -> Vessels:
    settings = sample_settings(seed).vessels
    chosen: VesselSettings = replace(
        settings, anatomy=anatomy, mat_rule=rule, joined=True, tip=0.0, lesion=None
    )
    return build_arteries(chosen, 1.0, np.random.default_rng(seed)).vessels


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


def test_contrast_hardly_flows_back_past_the_catheters_tip():
    settings = replace(sample_settings(1).vessels, anatomy="VA", tip=0.3, lesion=None)
    tree = build_arteries(settings, 1.0, np.random.default_rng(1))
    trunk = tree.vessels.vessel == 0
    fill = tree.vessels.fill[trunk]
    tip = len(tree.catheter) - 1
    assert tip / trunk.sum() == pytest.approx(0.3, abs=0.03)
    assert np.all(fill[tip:] == 1)
    assert fill[tip - 20] < 0.02
    assert tree.vessels.arrival[trunk][tip] == 0


def test_forks_obey_the_radius_law():
    settings = sample_settings(1).vessels
    for exponent in (2.3, 2.7):
        habit = _habit(replace(settings, exponent=exponent), BRAIN, 9.0, 1.0)
        first, second = _split(500, habit, np.random.default_rng(0)).reshape(-1, 2).T
        assert first**exponent + second**exponent == pytest.approx(1)
        assert 0.3 <= (second / first).min() < (second / first).max() <= 1


@pytest.mark.parametrize(
    ("anatomy", "name", "low_mm", "high_mm"),
    [("ICA", "M1", 2.4, 3.6), ("VA", "BA", 2.8, 4.0), ("VA", "PCA", 0.8, 2.6)],
)
def test_named_arteries_are_as_wide_as_published(anatomy, name, low_mm, high_mm):
    settings = replace(
        sample_settings(1).vessels, anatomy=anatomy, scale=1.0, branch_scale=1.0, lesion=None
    )
    tree = build_arteries(settings, 1.0, np.random.default_rng(1))
    own = tree.vessels.vessel == tree.names.index(name)
    diameter = 2 * tree.vessels.radius[own]
    assert low_mm <= diameter.min() <= diameter.max() <= high_mm


def test_folded_arteries_dip_under_the_surface():
    points = BRAIN.centre + BRAIN.axes * np.array((0.0, 0.0, 1.0)) + np.zeros((80, 3))
    points[:, 1] += np.arange(80) - 40
    flat = BRAIN.onto(points)
    dips = BRAIN.level(folded(flat, BRAIN, 3.0, np.random.default_rng(0))) - 1
    assert dips[0] == pytest.approx(0)
    assert dips.max() > 0.02
    assert dips.min() < -0.02


@pytest.mark.parametrize("seed", range(5))
def test_a_forking_artery_forks_where_its_trunk_ends(seed):
    settings = replace(sample_settings(seed).vessels, anatomy="forking", tip=0.0, lesion=None)
    tree = build_arteries(settings, 1.0, np.random.default_rng(seed))
    number = {name: index for index, name in enumerate(tree.names) if name}
    assert len(number) == 15  # a trunk and three generations
    trunk = tree.vessels.points[tree.vessels.vessel == 0]
    for child in ("trunk 0", "trunk 1"):
        own = tree.vessels.points[tree.vessels.vessel == number[child]]
        assert np.linalg.norm(own[0] - trunk[-1]) < 0.01
    widths = [tree.vessels.radius[tree.vessels.vessel == number[name]].max() for name in number]
    assert widths[0] == max(widths)
