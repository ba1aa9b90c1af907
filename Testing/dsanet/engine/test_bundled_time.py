"""The bundled model's weights use the frames, their order and their times; padding never counts."""

import numpy as np
import pytest
import torch

from dsanet.engine import Engine
from dsanet.engine.postprocess import softmax
from dsanet.engine.scoring import NetworkInput, score_tiles
from dsanet.engine.torch_backend import load_network
from dsanet.packages import DEFAULT_NAME, find_package
from dsanet.prepare import with_window
from dsatrain.data.phantoms import prepared_phantom
from dsatrain.evaluate import TEST_SEEDS_FROM, dice_scores
from dsatrain.phantom import make_phantom, sample_settings
from dsatrain.sample import make_sample

SIZE = (256, 224)
EVERY_PIXEL = (slice(None), slice(None))


@pytest.fixture(scope="module")
def engine():
    return Engine.load(DEFAULT_NAME, "openvino", "float32")


@pytest.fixture(scope="module")
def sample():
    """A whole run of 12 frames: empty ones, arteries, veins."""
    phantom = make_phantom(sample_settings(TEST_SEEDS_FROM + 8, size=SIZE, frame_count=12))
    return make_sample(with_window(prepared_phantom(phantom), (0, 11)), phantom.labels)


def probabilities(engine, frames, sample, times):
    given = NetworkInput(np.ascontiguousarray(frames), sample.minip, times)
    scores = score_tiles(engine.backend, given, [EVERY_PIXEL], lambda *_: None, None)
    return softmax(scores, engine.package.temperatures)


def test_the_order_of_the_frames_changes_the_answer(engine, sample):
    usual = probabilities(engine, sample.frames, sample, sample.times)
    reversed_ = probabilities(engine, sample.frames[::-1], sample, sample.times)
    assert np.abs(usual - reversed_).max() > 0.005


def test_doubled_intervals_change_the_answer_a_little(engine, sample):
    usual = probabilities(engine, sample.frames, sample, sample.times)
    slower = probabilities(engine, sample.frames, sample, 2 * sample.times)
    assert np.abs(usual - slower).max() > 1e-3
    assert np.mean(usual.argmax(axis=0) != slower.argmax(axis=0)) < 0.01


def test_the_frames_decide_beside_their_minip(engine, sample):
    usual = probabilities(engine, sample.frames, sample, sample.times)
    still = probabilities(engine, sample.minip[None].repeat(12, axis=0), sample, sample.times)
    assert np.mean(usual.argmax(axis=0) != still.argmax(axis=0)) > 0.001


def test_padding_frames_change_nothing(sample):
    network = load_network(find_package(DEFAULT_NAME))
    frames, minip, times = (
        torch.from_numpy(array)[None] for array in (sample.frames, sample.minip, sample.times)
    )
    padded = torch.cat((frames, torch.full((1, 3, *SIZE), 9.0)), dim=1)
    padded_times = torch.cat((times, torch.full((1, 3), 99.0)), dim=1)
    valid = torch.arange(15)[None] < 12
    with torch.inference_mode():
        alone = network(frames, minip, times)[0]
        together = network(padded, minip, padded_times, valid)[0]
    torch.testing.assert_close(together, alone, rtol=1e-3, atol=1e-3)


def test_one_frame_is_segmented_well(engine):
    settings = sample_settings(TEST_SEEDS_FROM + 2, size=(384, 320), frame_count=1)
    phantom = make_phantom(settings)
    prediction = engine.segment(phantom.run)
    assert dice_scores(prediction.labels, phantom.labels)["whole"] > 0.7
