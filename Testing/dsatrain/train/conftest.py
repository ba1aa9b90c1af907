"""Small samples, settings and sources of crops."""

import numpy as np
import pytest

from dsanet.model import DSANetConfig
from dsatrain.sample import Sample
from dsatrain.train import TrainConfig, TrainingData, validation_phantoms


def make_sample(frame_count=2, seed=0):
    """A run of noise with a BV band and a MAT band that crosses it."""
    rng = np.random.default_rng(seed)
    frames = rng.standard_normal((frame_count, 32, 32), np.float32)
    labels = np.zeros((32, 32), np.uint8)
    labels[8:16, :] = 1
    labels[:, 12:16] = 2
    times = np.arange(frame_count, dtype=np.float32)
    return Sample(frames, times, frames.min(axis=0), labels, f"sample-{seed}")


def make_config(**choices):
    network = DSANetConfig(width=2, layers=1)
    return TrainConfig(**{"network": network, "steps": 6, "warmup": 2, "bf16": False, **choices})


class Crops:
    """Samples that depend on lane and index alone."""

    def __init__(self, lane):
        self.lane = lane

    def item(self, index):
        return make_sample(2 + index % 2, 1000 * self.lane + index)


DATA = TrainingData("noise", lambda config, lane: Crops(lane), validation_phantoms)


@pytest.fixture
def sample():
    return make_sample


@pytest.fixture
def config():
    return make_config


@pytest.fixture
def crops():
    return DATA
