"""Resampling to eight frames."""

import numpy as np
import torch

from dsanet.model import resampling_weights
from dsanet.model.times import resample_to_fixed


def test_eight_even_frames_stay_as_they_are():
    np.testing.assert_allclose(resampling_weights(np.arange(8) / 4), np.eye(8), atol=1e-6)


def test_uneven_frames_are_interpolated_at_even_moments():
    times = np.array([0.0, 1.0, 7.0])
    values = resampling_weights(times) @ np.array([0.0, 1.0, 7.0])
    np.testing.assert_allclose(values, np.arange(8), atol=1e-5)


def test_padding_frames_are_left_out():
    frames = torch.tensor([0.0, 7.0, 99.0])[None, :, None, None]
    times = torch.tensor([[0.0, 7.0, 7.0]])
    valid = torch.tensor([[True, True, False]])
    resampled, moments = resample_to_fixed(frames, times, valid)
    torch.testing.assert_close(resampled.flatten(), torch.arange(8.0))
    torch.testing.assert_close(moments.flatten(), torch.arange(8.0))
