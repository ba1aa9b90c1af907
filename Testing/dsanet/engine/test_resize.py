"""Pictures are resized as torch does it, and answers stay probabilities."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from dsanet.engine.resize import interpolation_weights, resized, shrunk
from dsanet.engine.scoring import NetworkInput


def given(count: int, height: int, width: int) -> NetworkInput:
    rng = np.random.default_rng(0)
    frames = rng.standard_normal((count, height, width), np.float32)
    return NetworkInput(frames, frames.min(axis=0), np.arange(count, dtype=np.float32))


@pytest.mark.parametrize("shape", [(250, 320), (1, 1), (500, 17), (503, 700)])
def test_a_picture_is_resized_as_torch_does_it(shape: tuple[int, int]) -> None:
    images = given(2, 500, 640).frames
    found = resized(images, shape)
    expected = functional.interpolate(
        torch.from_numpy(images).double()[:, None], shape, mode="bilinear", antialias=True
    )
    assert found.dtype == np.float32
    assert found.flags.c_contiguous
    np.testing.assert_allclose(found, expected[:, 0].numpy(), atol=1e-5)


def test_a_smaller_run_has_smaller_frames_and_minip_and_the_same_times() -> None:
    run = given(3, 33, 47)
    small = shrunk(run, 0.7)
    assert small.frames.shape == (3, 23, 33)
    assert small.minip.shape == (23, 33)
    assert small.times is run.times
    assert shrunk(run, 1.0).minip is run.minip


def test_a_picture_of_one_column_stays_one_column() -> None:
    assert shrunk(given(1, 900, 1), 0.3).minip.shape == (270, 1)


@pytest.mark.parametrize(("before", "after"), [(7, 3), (3, 7), (1, 5), (5, 1), (4, 4)])
def test_weights_sum_to_one(before: int, after: int) -> None:
    weights = interpolation_weights(before, after)
    assert weights.shape == (after, before)
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-6)


def test_probabilities_made_larger_still_sum_to_one() -> None:
    chance = np.random.default_rng(1).dirichlet(np.ones(3), (20, 30)).transpose(2, 0, 1)
    np.testing.assert_allclose(resized(chance, (41, 29)).sum(axis=0), 1, rtol=1e-5)
