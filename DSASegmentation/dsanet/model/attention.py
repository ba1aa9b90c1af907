"""TemporalFormer: attention over time at each place, then over places at each time.

Source: DSANet section III-B, Eq. 1 and 2: at the bottleneck only, four layers; each layer has
temporal multi-head attention, spatial multi-head attention and a two-layer perceptron, each with a
residual sum and layer normalisation.
"""

from collections.abc import Callable

from torch import Tensor, nn
from torch.nn import functional

from dsanet.model.config import DSANetConfig

CODE_SHARE = 0.5
"""Standard deviation of the code of time beside features of 1, before training."""

LAST_STEPS = ("temporal.out.", "spatial.out.", "mlp.2.")
"""The parameters of a layer that make what its residual sums add."""


def add_and_norm(
    x: Tensor, step: Callable[[Tensor], Tensor], norm: nn.Module, first: bool
) -> Tensor:
    """Residual sum around a step, normalised before the step or after the sum."""
    if first:
        return x + step(norm(x))
    normed: Tensor = norm(x + step(x))
    return normed


class Attention(nn.Module):
    """Multi-head self-attention with residual sum and layer normalisation."""

    def __init__(self, channels: int, heads: int, *, norm_first: bool) -> None:
        super().__init__()
        self.heads = heads
        self.norm_first = norm_first
        self.qkv = nn.Linear(channels, 3 * channels)
        self.out = nn.Linear(channels, channels)
        self.norm = nn.LayerNorm(channels)

    def forward(self, x: Tensor, valid: Tensor | None = None) -> Tensor:
        """Attend along the tokens.

        Args:
            x: (N, L, c).
            valid: bool (N, L); tokens that are False are not attended to. None means all are.

        Returns:
            (N, L, c).
        """
        return add_and_norm(
            x, lambda tokens: self._attend(tokens, valid), self.norm, self.norm_first
        )

    def _attend(self, x: Tensor, valid: Tensor | None) -> Tensor:
        n, length, channels = x.shape
        qkv = self.qkv(x).reshape(n, length, 3, self.heads, channels // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind()  # (N, heads, L, c / heads) each
        mask = None if valid is None else valid[:, None, None, :]
        y = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        attended: Tensor = self.out(y.transpose(1, 2).reshape(n, length, channels))
        return attended


class TemporalFormerLayer(nn.Module):
    """One layer: time, place, perceptron."""

    def __init__(self, channels: int, heads: int, mlp_ratio: int, *, norm_first: bool) -> None:
        super().__init__()
        self.norm_first = norm_first
        self.temporal = Attention(channels, heads, norm_first=norm_first)
        self.spatial = Attention(channels, heads, norm_first=norm_first)
        self.mlp = nn.Sequential(
            nn.Linear(channels, mlp_ratio * channels),
            nn.GELU(),
            nn.Linear(mlp_ratio * channels, channels),
        )
        self.norm = nn.LayerNorm(channels)

    def forward(self, x: Tensor, valid: Tensor | None) -> Tensor:
        """Mix over time and place.

        Args:
            x: (B, T, P, c), P places of the bottleneck.
            valid: bool (B, T), False for padding frames; None where there are none.

        Returns:
            (B, T, P, c).
        """
        b, t, p, c = x.shape
        places = x.transpose(1, 2).reshape(b * p, t, c)
        keys = None if valid is None else valid[:, None].expand(b, p, t).reshape(b * p, t)
        places = self.temporal(places, keys)
        moments = places.reshape(b, p, t, c).transpose(1, 2).reshape(b * t, p, c)
        moments = self.spatial(moments)
        mixed = add_and_norm(moments, self.mlp, self.norm, self.norm_first)
        return mixed.reshape(b, t, p, c)


class TemporalFormer(nn.Module):
    """A stack of layers over the bottleneck features of the frames."""

    def __init__(self, config: DSANetConfig) -> None:
        super().__init__()
        channels = config.channels[-1]
        self.steady = config.steady
        self.code_every_layer = config.position_layers == "all"
        self.layers = nn.ModuleList(
            TemporalFormerLayer(
                channels, config.heads, config.mlp_ratio, norm_first=config.norm_first
            )
            for _ in range(config.layers)
        )
        if config.steady:
            self.features_norm = nn.LayerNorm(channels)
            self.code_norm = nn.LayerNorm(channels)
            self.sum_norm = nn.LayerNorm(channels)
            self._begin_steadily()

    def forward(self, features: Tensor, code: Tensor, valid: Tensor | None) -> Tensor:
        """Relate frames to one another.

        Args:
            features: (B, T, c, h, w).
            code: (B, T, c), the code of each frame's time or position.
            valid: bool (B, T), False for padding frames; None where there are none.

        Returns:
            (B, T, c, h, w).
        """
        b, t, c, h, w = features.shape
        x = features.flatten(3).transpose(2, 3)  # (B, T, h w, c)
        if self.steady:
            x, code = self.features_norm(x), self.code_norm(code)
        for i, layer in enumerate(self.layers):
            if i == 0 or self.code_every_layer:
                x = x + code[:, :, None]
            x = layer(x, valid)
        if self.steady:
            x = self.sum_norm(x)
        return x.transpose(2, 3).reshape(b, t, c, h, w)

    def _begin_steadily(self) -> None:
        nn.init.constant_(self.code_norm.weight, CODE_SHARE)
        for name, value in self.layers.named_parameters():
            if name.partition(".")[2].startswith(LAST_STEPS):
                nn.init.zeros_(value)
