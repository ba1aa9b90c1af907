"""How a frame's moment enters the network: the code of time, and resampling to eight frames."""

import math

import torch
from torch import Tensor, nn

from dsanet.model.resample import FIXED_FRAMES, resampling_weights

SHORTEST_PERIOD_S = 0.25
LONGEST_PERIOD_S = 64.0
WAVES = 16


class TimeCode(nn.Module):
    """Continuous code of a frame's time, so that any spacing of frames has its own code.

    Sines and cosines of 16 periods from 0.25 s (two frames at 7.5 a second differ clearly) to 64 s
    (longer than any run), through a two-layer perceptron. Times count from the first valid frame.
    """

    rates: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        periods = torch.logspace(math.log10(SHORTEST_PERIOD_S), math.log10(LONGEST_PERIOD_S), WAVES)
        self.register_buffer("rates", 2 * math.pi / periods, persistent=False)
        self.mlp = nn.Sequential(
            nn.Linear(2 * WAVES, channels), nn.GELU(), nn.Linear(channels, channels)
        )

    def forward(self, times: Tensor) -> Tensor:
        """Seconds (B, T) -> code (B, T, c)."""
        phase = (times - times[:, :1])[:, :, None] * self.rates
        coded: Tensor = self.mlp(torch.cat((phase.sin(), phase.cos()), dim=2))
        return coded


class PositionCode(nn.Module):
    """A learnable code f_p for each of the eight resampled positions (DSANet section III-B)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.positions = nn.Parameter(torch.empty(FIXED_FRAMES, channels))
        nn.init.trunc_normal_(self.positions, std=0.02)

    def forward(self, times: Tensor) -> Tensor:
        """Any times (B, 8) -> code (B, 8, c)."""
        return self.positions.expand(times.shape[0], *self.positions.shape)


def resample_to_fixed(frames: Tensor, times: Tensor, valid: Tensor | None) -> tuple[Tensor, Tensor]:
    """Interpolate each run linearly in time at eight even moments.

    Args:
        frames: (B, T, H, W).
        times: (B, T), seconds, rising over the valid frames, which come first.
        valid: bool (B, T), or None where all frames are valid.

    Returns:
        Frames (B, 8, H, W) and their times (B, 8).
    """
    b, t = times.shape
    weights = times.new_zeros(b, FIXED_FRAMES, t)
    for i in range(b):
        count = t if valid is None else int(valid[i].sum())
        moments = times[i, :count].detach().cpu().double().numpy()
        weights[i, :, :count] = torch.from_numpy(resampling_weights(moments)).to(times)
    resampled = torch.einsum("bkt,bthw->bkhw", weights.to(frames), frames)
    return resampled, torch.einsum("bkt,bt->bk", weights, times)
