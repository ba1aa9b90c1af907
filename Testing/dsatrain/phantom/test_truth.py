import json
from dataclasses import replace

import numpy as np
import pytest

from dsanet.io import read_run
from dsatrain.phantom import make_phantom, sample_settings
from dsatrain.phantom.settings import LesionSettings
from dsatrain.phantom.truth import write_phantom

LESION = LesionSettings("stenosis", "ICA", 0.8, severity=0.6, length_mm=6.0)


@pytest.fixture(scope="module")
def phantom():
    settings = sample_settings(3, (90, 100), 6)
    vessels = replace(settings.vessels, anatomy="ICA", mat_rule="trunk", tip=0.3, lesion=LESION)
    view = replace(settings.view, pixel_mm=1.5, centre_mm=(0.0, 0.0))
    return make_phantom(replace(settings, vessels=vessels, view=view))


@pytest.fixture(scope="module")
def written(phantom, tmp_path_factory):
    return write_phantom(phantom, tmp_path_factory.mktemp("truth"), arrays=True)


def test_the_run_is_read_as_it_was_made(phantom, written):
    run = read_run(written)
    assert np.array_equal(run.pixels, phantom.run.pixels)
    assert run.times == pytest.approx(phantom.run.times, abs=1e-6)


def test_facts_tell_the_lesion_the_phases_and_the_motion(phantom, written):
    facts = json.loads(written.with_name(f"{phantom.run.name}_truth.json").read_text("utf-8"))
    (lesion,) = facts["lesions"]
    assert (lesion["kind"], lesion["artery"]) == ("stenosis", "ICA")
    assert lesion["percent"] == pytest.approx(60, abs=8)
    assert lesion["percent"] == pytest.approx(
        100 * (1 - lesion["least_mm"] / lesion["reference_mm"])
    )
    assert lesion["in_image"]
    assert len(facts["phases"]) == len(facts["motion"]["shift_px"]) == 6
    assert facts["settings"]["seed"] == 3
    assert facts["mat_rule"] == "trunk"


def test_the_lesion_lies_on_the_trunk_in_the_image(phantom):
    row, column = phantom.truth.place_px(phantom.truth.lesions[0])
    near = phantom.labels[round(row) - 2 : round(row) + 3, round(column) - 2 : round(column) + 3]
    assert np.any(near == 2)


def test_arrays_come_back_without_pickle(phantom, written):
    with np.load(written.with_name(f"{phantom.run.name}_truth.npz"), allow_pickle=False) as arrays:
        assert arrays["frames"].shape == phantom.run.pixels.shape
        assert arrays["centreline_points_mm"].shape == (len(arrays["centreline_row"]), 3)
        assert "ICA" in arrays["centreline_names"].tolist()
        labelled = phantom.labels > 0
        assert np.array_equal(np.isfinite(arrays["arrival_s"]) & labelled, labelled)
        late = arrays["peak_s"] > arrays["arrival_s"]
        assert np.all(late[labelled])


def test_without_arrays_there_are_three_files(phantom, tmp_path):
    write_phantom(phantom, tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def test_centrelines_lie_on_the_labels_they_explain(phantom):
    lines = phantom.truth.centrelines()
    rows, columns = np.round(lines.row).astype(int), np.round(lines.column).astype(int)
    inside = (rows >= 0) & (rows < 90) & (columns >= 0) & (columns < 100) & (lines.fill > 0.9)
    trunk = inside & (lines.label == 2)
    assert np.mean(phantom.labels[rows[trunk], columns[trunk]] == 2) > 0.9
    assert np.all(lines.radius_px > 0)


def test_the_motion_field_has_the_size_of_the_image(phantom):
    assert phantom.truth.motion_field(2).shape == (2, 90, 100)
