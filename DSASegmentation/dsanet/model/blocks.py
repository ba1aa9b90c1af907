"""Convolution blocks, encoder and decoder of DSANet.

Source: DSANet (IEEE TMI 2025, doi of arXiv:2406.00341), section III and Fig. 3: five stages of
(3 x 3 convolution, normalisation, GELU) twice, four 2 x 2 max-pools, skips from the MinIP
branch.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

MAX_GROUPS = 8
CHANNELS_PER_GROUP = 4


def group_count(channels: int, norm: str) -> int:
    """In how many groups channels are normalised.

    Args:
        channels: Number of channels.
        norm: `instance`, each channel by itself, or `group`, at most eight groups of at least four
            channels; see `DSANetConfig.norm`.
    """
    if norm == "instance":
        return channels
    groups = min(MAX_GROUPS, max(1, channels // CHANNELS_PER_GROUP))
    while channels % groups:
        groups -= 1
    return groups


class Norm(nn.GroupNorm):
    """Normalises each image by itself.

    Unlike batch normalisation, that keeps the answer for one frame free of the others and of
    padding frames. Unlike `nn.GroupNorm`, it takes images of one pixel in training, too.
    """

    def forward(self, image: Tensor) -> Tensor:
        """(N, c, h, w) -> the same shape."""
        return torch.group_norm(image, self.num_groups, self.weight, self.bias, self.eps)


class ConvNormAct(nn.Sequential):
    """3 x 3 convolution, normalisation, GELU: (N, in, h, w) -> (N, out, h, w)."""

    def __init__(self, inputs: int, outputs: int, norm: str) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
            Norm(group_count(outputs, norm), outputs),
            nn.GELU(),
        )


class DoubleConv(nn.Sequential):
    """ConvNormAct twice."""

    def __init__(self, inputs: int, outputs: int, norm: str) -> None:
        super().__init__(ConvNormAct(inputs, outputs, norm), ConvNormAct(outputs, outputs, norm))


class Encoder(nn.Module):
    """Five stages, each at half the resolution of the one before."""

    def __init__(self, channels: tuple[int, ...], norm: str) -> None:
        super().__init__()
        inputs = (1, *channels[:-1])
        self.stages = nn.ModuleList(
            DoubleConv(below, own, norm) for below, own in zip(inputs, channels, strict=True)
        )

    def forward(self, image: Tensor, links: list[Tensor] | None = None) -> list[Tensor]:
        """Encode images.

        Args:
            image: (N, 1, H, W), H and W multiples of 16.
            links: Features to add to the first stages' outputs, from the other branch.

        Returns:
            One (N, c, H / 2^i, W / 2^i) a stage, the links added.
        """
        features: list[Tensor] = []
        x = image
        for i, stage in enumerate(self.stages):
            x = stage(functional.max_pool2d(x, 2) if i else x)
            if links is not None and i < len(links):
                x = x + links[i]
            features.append(x)
        return features


class Decoder(nn.Module):
    """One block at the bottleneck, four blocks upwards, one head a supervised level."""

    def __init__(
        self, channels: tuple[int, ...], classes: int, norm: str, supervised: int = 3
    ) -> None:
        super().__init__()
        self.bottom = DoubleConv(2 * channels[-1], channels[-2], norm)
        skips = channels[-2::-1]
        below = (channels[-2], *skips[:-1])
        self.blocks = nn.ModuleList(
            DoubleConv(low + skip, skip, norm) for low, skip in zip(below, skips, strict=True)
        )
        self.heads = nn.ModuleList(nn.Conv2d(c, classes, 1) for c in channels[:supervised])

    def forward(self, bottleneck: Tensor, skips: list[Tensor], levels: int = 1) -> list[Tensor]:
        """Decode to class scores.

        Args:
            bottleneck: (N, 2 c5, H / 16, W / 16).
            skips: Stage outputs 1 to 4 of the MinIP branch, finest first.
            levels: How many levels to give scores for, 1 to 3.

        Returns:
            Scores (N, classes, H / 2^i, W / 2^i), finest first.
        """
        x = self.bottom(bottleneck)
        outputs: list[Tensor] = []
        for level, block in zip(range(len(skips) - 1, -1, -1), self.blocks, strict=True):
            x = functional.interpolate(x, scale_factor=2.0, mode="bilinear")
            x = block(torch.cat((x, skips[level]), dim=1))
            if level < levels:
                outputs.insert(0, self.heads[level](x))
        return outputs
