"""DSANet: spatial branch on the MinIP, temporal branch on the frames, TemporalFormer, fusion.

Source: DSANet, IEEE TMI 44(6):2515-2527, 2025 (arXiv:2406.00341), rebuilt from the paper's facts.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from dsanet.labels import CLASS_COUNT
from dsanet.model.attention import TemporalFormer
from dsanet.model.blocks import Decoder, Encoder
from dsanet.model.config import STRIDE, DSANetConfig
from dsanet.model.fusion import Fusion
from dsanet.model.times import PositionCode, TimeCode, resample_to_fixed


def max_avg_pool(features: Tensor, valid: Tensor | None) -> Tensor:
    """Maximum plus mean over the frames (DSANet Fig. 3, "Max-Avg pool").

    Args:
        features: (B, T, ...).
        valid: bool (B, T); frames that are False do not count. None means all count.

    Returns:
        (B, ...).
    """
    if valid is None:
        return features.amax(dim=1) + features.mean(dim=1)
    shape = valid.shape + (1,) * (features.ndim - 2)
    mask = valid.reshape(shape)
    highest = features.masked_fill(~mask, -torch.inf).amax(dim=1)
    mean = (features * mask).sum(dim=1) / mask.sum(dim=1)
    return highest + mean


def padded(image: Tensor) -> Tensor:
    """Pad the lower and right edge of (..., H, W) with 0 to multiples of the stride."""
    height, width = image.shape[-2:]
    return functional.pad(image, (0, -width % STRIDE, 0, -height % STRIDE))


def cut(scores: Sequence[Tensor], height: int, width: int) -> list[Tensor]:
    """Cut the padding off scores of all levels, finest first, each half as large as the last."""
    return [
        score[..., : -(-height // 2**level), : -(-width // 2**level)]
        for level, score in enumerate(scores)
    ]


class DSANet(nn.Module):
    """Any number of frames, any height and width in; class scores on the MinIP's grid out."""

    def __init__(self, config: DSANetConfig) -> None:
        super().__init__()
        self.config = config
        channels = config.channels
        self.frame_encoder = Encoder(channels, config.norm)
        self.minip_encoder = Encoder(channels, config.norm)
        fixed = config.temporal == "fixed8"
        self.time_code = PositionCode(channels[-1]) if fixed else TimeCode(channels[-1])
        self.temporal_former = TemporalFormer(config)
        self.fusion = Fusion(channels[-1], config)
        self.decoder = Decoder(channels, CLASS_COUNT, config.norm)

    def forward(
        self,
        frames: Tensor,
        minip: Tensor,
        times: Tensor,
        valid: Tensor | None = None,
        levels: int = 1,
    ) -> list[Tensor]:
        """Score every pixel of the MinIP.

        Args:
            frames: (B, T, H, W), normalised, T >= 1, any H and W.
            minip: (B, H, W), normalised.
            times: (B, T), seconds, rising over the valid frames, which come first.
            valid: bool (B, T), False for padding frames; None where there are none.
            levels: How many resolutions to answer at, 1 to 3.

        Returns:
            Scores (B, 3, H, W), then (B, 3, ceil(H / 2), ceil(W / 2)) and so on.
        """
        height, width = minip.shape[-2:]
        frames, minip = padded(frames), padded(minip)
        if self.config.temporal == "fixed8":
            frames, times = resample_to_fixed(frames, times, valid)
            valid = None
        b, t, h, w = frames.shape
        encoded = self.frame_encoder(frames.reshape(b * t, 1, h, w))
        stacked = [feature.unflatten(0, (b, t)) for feature in encoded]
        links = [max_avg_pool(feature, valid) for feature in stacked]
        scores = self.fuse(minip[:, None], links, stacked[-1], times, valid, levels)
        return cut(scores, height, width)

    def fuse(
        self,
        minip: Tensor,
        links: Sequence[Tensor],
        bottleneck: Tensor,
        times: Tensor,
        valid: Tensor | None = None,
        levels: int = 1,
    ) -> list[Tensor]:
        """Everything after the frame encoder.

        Args:
            minip: (B, 1, H, W), H and W multiples of 32.
            links: The frame encoder's outputs pooled over time, one (B, c, h, w) a stage.
            bottleneck: Its last output for each frame, (B, T, c5, H / 16, W / 16).
            times: (B, T), seconds.
            valid: bool (B, T) or None.
            levels: How many resolutions to answer at, 1 to 3.

        Returns:
            Scores, finest first.
        """
        linked = list(links) if self.config.link_bottleneck else list(links[:-1])
        features = self.minip_encoder(minip, linked)
        moments = self.temporal_former(bottleneck, self.time_code(times), valid)
        fused = self.fusion(max_avg_pool(moments, valid), features[-1])
        scores: list[Tensor] = self.decoder(fused, features[:-1], levels)
        return scores
