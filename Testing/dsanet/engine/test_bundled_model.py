"""The bundled model on the whole path: a phantom on disk, and the real run."""

import numpy as np
import pytest

from dsanet import labels
from dsanet.engine import Engine
from dsanet.io import read_run
from dsanet.packages import DEFAULT_NAME
from dsatrain.evaluate import TEST_SEEDS_FROM, dice_scores
from dsatrain.phantom import make_phantom, sample_settings
from dsatrain.phantom.truth import write_phantom


@pytest.fixture(scope="module")
def engine():
    return Engine.load(DEFAULT_NAME)


def test_a_phantom_read_from_dicom_is_segmented_well(engine, tmp_path):
    phantom = make_phantom(sample_settings(TEST_SEEDS_FROM + 2, size=(384, 320)))
    prediction = engine.segment(read_run(write_phantom(phantom, tmp_path)))
    scores = dice_scores(prediction.labels, phantom.labels)
    assert scores["MAT"] > 0.8
    assert scores["whole"] > 0.7


def test_a_run_of_1024_px_is_segmented_as_well_as_a_small_one(engine):
    """Shown as large as it is, in tiles, BV scores 0.82 and MAT 0.76."""
    phantom = make_phantom(sample_settings(867_108, size=(1024, 1024), frame_count=6))
    prediction = engine.segment(phantom.run, phantom.arterial_window)
    scores = dice_scores(prediction.labels, phantom.labels)
    assert scores["BV"] > 0.86
    assert scores["MAT"] > 0.9


def test_torch_and_openvino_agree_on_the_bundled_model(engine):
    phantom = make_phantom(sample_settings(TEST_SEEDS_FROM + 2, size=(256, 224), frame_count=6))
    window = phantom.arterial_window
    on_openvino = Engine.load(DEFAULT_NAME, "openvino", "float32").segment(phantom.run, window)
    on_torch = Engine.load(DEFAULT_NAME, "cpu").segment(phantom.run, window)
    assert np.mean(on_openvino.labels != on_torch.labels) < 0.0005


@pytest.mark.slow
def test_the_real_carotid_run_is_segmented_into_trunk_and_branches(engine, real_data):
    prediction = engine.segment(read_run(real_data / "gendsa-2d-head"))
    first, last = prediction.arterial_window
    assert 3 <= first <= 6
    assert 14 <= last <= 21
    found = prediction.labels
    trunk = [(480, 388), (500, 440), (590, 520), (690, 520), (740, 590), (820, 620)]
    assert sum(found[pixel] == labels.MAT for pixel in trunk) >= 5
    assert not found[:, :116].any()
    assert not found[:, 909:].any()
