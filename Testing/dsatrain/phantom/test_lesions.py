from dataclasses import replace

import numpy as np
import pytest

from dsanet import labels
from dsatrain.phantom import sample_settings
from dsatrain.phantom.lesions import Shaped, shaped
from dsatrain.phantom.make import _part
from dsatrain.phantom.moyamoya import puff
from dsatrain.phantom.sampling_lesion import SITES
from dsatrain.phantom.settings import LesionSettings
from dsatrain.phantom.templates import template_of
from dsatrain.phantom.tree import build_arteries

STENOSIS = LesionSettings("stenosis", "M1", 0.5, severity=0.7, length_mm=8.0)


def straight_tube(radius_mm: float = 2.0) -> Shaped:
    points = np.zeros((41, 3))
    points[:, 2] = np.arange(41)
    return Shaped(points, np.full(41, radius_mm))


def ill(lesion: LesionSettings, tube: Shaped | None = None) -> Shaped:
    return shaped(tube or straight_tube(), "M1", labels.BV, lesion, np.random.default_rng(0))


def settings_with(anatomy: str, lesion: LesionSettings | None):
    vessels = sample_settings(1).vessels
    return replace(
        vessels, anatomy=anatomy, mat_rule="trunk", joined=False, lesion=lesion, tip=0.26
    )


def test_a_stenosis_is_as_narrow_and_as_long_as_stated():
    narrow = ill(STENOSIS)
    assert narrow.lesion.percent == pytest.approx(70, abs=0.1)
    assert narrow.lesion.least_mm == pytest.approx(2 * narrow.radius.min()) == pytest.approx(1.2)
    assert narrow.lesion.reference_mm == pytest.approx(4.0)
    assert narrow.lesion.place_mm == pytest.approx((0, 0, 20), abs=0.2)
    reached = narrow.points[narrow.radius < 1.999, 2]
    assert reached.min() == pytest.approx(16, abs=0.4)
    assert reached.max() == pytest.approx(24, abs=0.4)


def test_the_reference_is_the_normal_diameter_beyond_as_nascet_has_it():
    tapering = straight_tube()
    tapering = replace(tapering, radius=np.linspace(3, 1, 41))
    found = ill(STENOSIS, tapering).lesion
    assert found.reference == "distal"
    assert found.reference_mm == pytest.approx(2 * (3 - 2 * 28 / 40), abs=0.05)
    assert found.percent == pytest.approx(100 * (1 - found.least_mm / found.reference_mm))


def test_an_eccentric_stenosis_keeps_one_wall_in_its_place():
    tube = ill(replace(STENOSIS, eccentric=1.0))
    away = np.linalg.norm(tube.points[:, :2], axis=1)
    assert away + tube.radius == pytest.approx(2.0)
    assert away.max() == pytest.approx(1.4, abs=0.01)


def test_an_occlusion_ends_the_artery():
    cut = ill(LesionSettings("occlusion", "M1", 0.6))
    assert cut.points[-1, 2] == pytest.approx(24, abs=1)
    assert cut.kept == pytest.approx(0.6, abs=0.03)
    assert cut.lesion.percent == 100


def test_an_aneurysm_sits_on_the_wall_and_has_the_class_of_its_artery():
    found = ill(LesionSettings("aneurysm", "M1", 0.5, sac_mm=6.0, stasis_s=1.0)).lesion
    assert np.hypot(*found.place_mm[:2]) == pytest.approx(0.9 * (2 + 3))
    assert found.place_mm[2] == pytest.approx(20)
    assert (found.label, found.sac_mm) == (labels.BV, 6.0)


def test_another_artery_stays_as_it_is():
    healthy = straight_tube()
    assert shaped(healthy, "A1", labels.BV, STENOSIS, np.random.default_rng(0)) is healthy


def test_beyond_an_occlusion_nothing_fills():
    def names(lesion):
        return set(
            build_arteries(settings_with("ICA", lesion), 1.0, np.random.default_rng(1)).names
        )

    healthy, cut = names(None), names(LesionSettings("occlusion", "M1", 0.3))
    assert {"superior", "inferior", "angular"} <= healthy
    assert {"ICA", "M1", "A1"} <= cut
    assert not {"superior", "inferior", "angular"} & cut


def test_an_occluded_trunk_keeps_what_leaves_before():
    lesion = LesionSettings("occlusion", "VA", 0.95)
    tree = build_arteries(settings_with("VA", lesion), 1.0, np.random.default_rng(1))
    assert "BA" not in tree.names
    assert {"VA", "PICA"} & set(tree.names)


def test_moyamoya_narrows_the_end_of_the_carotid_and_grows_a_puff():
    lesion = LesionSettings("moyamoya", "ICA", 1.0, severity=0.8, length_mm=12.0)
    trees = [
        build_arteries(settings_with("ICA", given), 1.0, np.random.default_rng(1))
        for given in (None, lesion)
    ]
    ends = [tree.vessels.radius[tree.vessels.vessel == 0][-1] for tree in trees]
    assert ends[1] == pytest.approx(0.2 * ends[0], rel=1e-3)
    found = trees[1].lesions[0]
    assert found.reference == "proximal"
    assert found.percent > 80


def test_the_puff_is_fine_winding_and_leaves_the_forks_arteries():
    settings = settings_with("ICA", None)
    tree = build_arteries(settings, 1.0, np.random.default_rng(1))
    named = {
        name: _part(tree.vessels, tree.vessels.vessel == number)
        for number, name in enumerate(tree.names[:3])
    }
    cloud = puff(named, settings.side, 1.0, np.random.default_rng(1))
    assert 35 <= len(np.unique(cloud.vessel)) <= 80
    assert cloud.radius.max() <= 0.25
    starts = cloud.points[np.flatnonzero(np.diff(cloud.vessel, prepend=-1))]
    fork = named["ICA"].points[-1]
    assert np.linalg.norm(starts - fork, axis=1).max() < 20


@pytest.mark.parametrize(("kind", "anatomy"), SITES)
def test_every_site_is_an_artery_of_its_anatomy(kind, anatomy):
    for artery, low, high in SITES[kind, anatomy]:
        lesion = LesionSettings(kind, artery, (low + high) / 2, 0.5, 5.0, sac_mm=4, stasis_s=1)
        settings = settings_with(anatomy, lesion)
        names = {a.name for a in template_of(settings, np.random.default_rng(0))}
        assert artery in names
        tree = build_arteries(settings, 1.0, np.random.default_rng(0))
        assert [found.artery for found in tree.lesions] == [artery]
        assert tree.lesions[0].arrival_s > 0
