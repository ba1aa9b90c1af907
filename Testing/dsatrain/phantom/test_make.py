"""Whole phantoms: what a training loop and the reader rely on."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import label

from dsatrain.phantom import Phantom, make_phantom, sample_settings
from dsatrain.phantom.settings import LesionSettings

SMALL = (96, 120)


def fingerprint(phantom: Phantom) -> str:
    return hashlib.sha256(phantom.run.pixel_hash.encode() + phantom.labels.tobytes()).hexdigest()


@pytest.fixture(scope="module")
def phantoms() -> list[Phantom]:
    return [make_phantom(sample_settings(seed, SMALL, 10)) for seed in range(12)]


@pytest.mark.parametrize(("hash_seed", "threads"), [("1", "1"), ("2", "4")])
def test_the_same_seed_gives_the_same_phantom_in_a_fresh_process(hash_seed, threads):
    code = (
        "import hashlib; from dsatrain.phantom import make_phantom, sample_settings;"
        f"p = make_phantom(sample_settings(7, {SMALL}, 5));"
        "h = hashlib.sha256(p.run.pixel_hash.encode() + p.labels.tobytes());"
        "import sys; sys.stdout.write(h.hexdigest())"
    )
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PYTHONHASHSEED": hash_seed,
        **dict.fromkeys(names, threads),
    }
    there = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert there.stdout == fingerprint(make_phantom(sample_settings(7, SMALL, 5)))


def test_other_seeds_give_other_phantoms(phantoms):
    assert len({fingerprint(phantom) for phantom in phantoms}) == len(phantoms)


def test_labels_have_the_runs_shape_and_only_the_three_values(phantoms):
    for phantom in phantoms:
        assert phantom.labels.dtype == np.uint8
        assert phantom.labels.shape == phantom.run.pixels.shape[1:] == SMALL
        assert set(np.unique(phantom.labels)) <= {0, 1, 2}


def test_a_run_without_mat_rule_has_no_mat():
    settings = sample_settings(3, SMALL, 6)
    vessels = replace(settings.vessels, anatomy="ICA", tip=0.0, joined=True, lesion=None)
    settings = replace(settings, vessels=vessels)
    without = replace(settings, vessels=replace(settings.vessels, mat_rule="none"))
    with_trunk = replace(settings, vessels=replace(settings.vessels, mat_rule="trunk"))
    assert not np.any(make_phantom(without).labels == 2)
    assert np.any(make_phantom(with_trunk).labels == 2)


@pytest.mark.parametrize("count", [1, 2, 40])
def test_runs_of_any_length_work(count):
    phantom = make_phantom(sample_settings(2, SMALL, count))
    first, last = phantom.arterial_window
    assert phantom.run.frame_count == len(phantom.phases) == count
    assert 0 <= first <= last < count


def test_phases_follow_each_other_and_the_window_is_the_arterial_phase(phantoms):
    order = ["mask", "arterial", "capillary", "venous"]
    for phantom in phantoms:
        ranks = [order.index(phase) for phase in phantom.phases]
        assert ranks == sorted(ranks)
        first, last = phantom.arterial_window
        arterial = [index for index, phase in enumerate(phantom.phases) if phase == "arterial"]
        assert arterial == list(range(first, last + 1))


def test_vessels_are_dark_in_the_arterial_window(phantoms):
    for phantom in phantoms:
        first, last = phantom.arterial_window
        minip = phantom.run.pixels[first : last + 1].min(axis=0)
        if np.any(phantom.labels == 2):
            assert np.median(minip[phantom.labels == 2]) < np.median(minip[phantom.labels == 0])


def test_pixels_and_header_facts_agree_with_the_bits(phantoms):
    for phantom in phantoms:
        bits = phantom.run.facts.bits_stored
        assert phantom.run.pixels.dtype == (np.uint8 if bits == 8 else np.uint16)
        assert phantom.run.pixels.max() < 2**bits
        assert phantom.run.facts.viewing_mode == "SUB"
        assert phantom.run.facts.times_stated


def test_labels_follow_the_lesion():
    """The trunk ends at an occlusion; the sac is labelled; a stenosis leaves the trunk whole."""

    def mat(lesion):
        settings = sample_settings(3, (160, 160), 8)
        image = replace(settings.image, shutter="none", padding=(0, 0))
        view = replace(
            settings.view, pixel_mm=1.0, centre_mm=(0.0, -40.0), angles_deg=(90.0, 0.0, 0.0)
        )
        vessels = replace(
            settings.vessels,
            anatomy="ICA", mat_rule="trunk", joined=False, tip=0.3, scale=1.0, lesion=lesion,
        )  # fmt: skip
        changed = replace(settings, vessels=vessels, image=image, view=view)
        return make_phantom(changed).labels == 2

    healthy = mat(None)
    cut = mat(LesionSettings("occlusion", "ICA", 0.6))
    narrow = mat(LesionSettings("stenosis", "ICA", 0.6, severity=0.95, length_mm=6))
    sac = mat(LesionSettings("aneurysm", "ICA", 0.95, sac_mm=10, stasis_s=1.0))
    assert 0.3 * healthy.sum() < cut.sum() < 0.75 * healthy.sum()
    assert label(narrow, np.ones((3, 3)))[1] == label(healthy, np.ones((3, 3)))[1] == 1
    assert 25 < sac.sum() - healthy.sum() < 110


def test_shutter_and_padding_are_constant_in_every_frame():
    settings = sample_settings(5, SMALL, 4)
    image = replace(settings.image, shutter="rectangle", padding=(6, 4), shutter_grey=0.0)
    pixels = make_phantom(replace(settings, image=image)).run.pixels
    assert not pixels[:, :4].any()
    assert not pixels[:, :, :6].any()
    assert not pixels[:, :, -6:].any()
