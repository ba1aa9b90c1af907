"""STF: spatio-temporal fusion of MinIP and frame features at the bottleneck.

Source: DSANet section III-C, Eq. 3 and 4. The features are max-pooled by 2, a convolution block
each makes query, key and value; the sum of both modalities' attention weighs both values; the
result is upsampled and added to what came in.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from dsanet.model.blocks import ConvNormAct
from dsanet.model.config import DSANetConfig


class QueryKeyValue(nn.Module):
    """Three convolution blocks that make query, key and value."""

    def __init__(self, channels: int, norm: str) -> None:
        super().__init__()
        self.query = ConvNormAct(channels, channels, norm)
        self.key = ConvNormAct(channels, channels, norm)
        self.value = ConvNormAct(channels, channels, norm)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(B, c, h, w) -> three tensors of tokens (B, h w, c)."""
        made = (layer(x).flatten(2).transpose(1, 2) for layer in (self.query, self.key, self.value))
        query, key, value = made
        return query, key, value


def attend(query: Tensor, key: Tensor, value: Tensor, kind: str) -> Tensor:
    """Weigh values by attention, one head.

    Args:
        query: (B, P, c).
        key: (B, P, c).
        value: (B, P, v).
        kind: `matrix` or `scalar`, see `DSANetConfig.fusion_attention`.

    Returns:
        (B, P, v).
    """
    if kind == "matrix":
        return functional.scaled_dot_product_attention(query, key, value)
    score = (query * key).sum(dim=2, keepdim=True) / query.shape[2] ** 0.5
    return torch.softmax(score, dim=1) * value


class Fusion(nn.Module):
    """STF: two feature maps of c channels become one of 2 c."""

    def __init__(self, channels: int, config: DSANetConfig) -> None:
        super().__init__()
        self.config = config
        self.frames_qkv = QueryKeyValue(channels, config.norm)
        if not config.fusion_shared_qkv:
            self.minip_qkv = QueryKeyValue(channels, config.norm)

    def forward(self, frames: Tensor, minip: Tensor) -> Tensor:
        """Fuse the two branches.

        Args:
            frames: (B, c, h, w), F_s, h and w even.
            minip: (B, c, h, w), F_m.

        Returns:
            (B, 2 c, h, w).
        """
        pooled_frames = functional.max_pool2d(frames, 2)
        pooled_minip = functional.max_pool2d(minip, 2)
        minip_qkv = self.frames_qkv if self.config.fusion_shared_qkv else self.minip_qkv
        query_s, key_s, value_s = self.frames_qkv(pooled_frames)
        query_m, key_m, value_m = minip_qkv(pooled_minip)
        value = torch.cat((value_m, value_s), dim=2)  # (B, P, 2 c)
        kind = self.config.fusion_attention
        fused = attend(query_m, key_m, value, kind) + attend(query_s, key_s, value, kind)
        grid = fused.transpose(1, 2).reshape(
            frames.shape[0], 2 * frames.shape[1], *pooled_frames.shape[-2:]
        )
        aligned = self.config.fusion_concat == "aligned"
        entering = (minip, frames) if aligned else (frames, minip)
        upsampled = functional.interpolate(grid, scale_factor=2.0, mode="bilinear")
        return upsampled + torch.cat(entering, dim=1)
