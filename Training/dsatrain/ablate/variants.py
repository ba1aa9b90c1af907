"""DSANet with parts left out, after the rows of the paper's ablation (DSANet, Table V).

| row | frames | between frames | at the bottleneck |
| --- | --- | --- | --- |
| MinIP | none | | |
| Channels | eight, as channels beside the MinIP | | |
| TEB | encoder of its own, linked stage by stage | pooled | linked too |
| TEB + TF | the same | TemporalFormer | concatenated |
| DSANet fixed8 | the same | TemporalFormer | fusion |
| DSANet timestamps | any number at their true times | TemporalFormer | fusion |
| the same, groups of channels, not steady | the same, normalised as the paper says | | |

All have the blocks, widths, decoder and supervised levels of DSANet; only the part in question
differs, so they differ in parameters and time too, which the study reports.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from dsanet.labels import CLASS_COUNT
from dsanet.model import DSANetConfig
from dsanet.model.attention import TemporalFormer
from dsanet.model.blocks import Decoder, DoubleConv, Encoder
from dsanet.model.dsanet import DSANet, cut, max_avg_pool, padded
from dsanet.model.resample import FIXED_FRAMES
from dsanet.model.times import PositionCode, resample_to_fixed


@dataclass(frozen=True)
class Variant:
    """One row of the ablation.

    Attributes:
        name: Of the row.
        build: Makes the network; it takes what DSANet takes and gives what DSANet gives.
        config: Changes the settings that `build` gets.
    """

    name: str
    build: Callable[[DSANetConfig], nn.Module]
    config: Callable[[DSANetConfig], DSANetConfig]


class ImageNetwork(nn.Module):
    """A plain U-Net on the MinIP, with or without eight frames as further channels."""

    def __init__(self, config: DSANetConfig, frames: int) -> None:
        super().__init__()
        channels = config.channels
        self.frames = frames
        self.encoder = Encoder(channels, config.norm)
        self.encoder.stages[0] = DoubleConv(1 + frames, channels[0], config.norm)
        self.bridge = nn.Conv2d(channels[-1], 2 * channels[-1], 1)
        self.decoder = Decoder(channels, CLASS_COUNT, config.norm)

    def forward(
        self,
        frames: Tensor,
        minip: Tensor,
        times: Tensor,
        valid: Tensor | None = None,
        levels: int = 1,
    ) -> list[Tensor]:
        """As `DSANet.forward`; times matter only to take eight frames."""
        image = minip[:, None]
        if self.frames:
            image = torch.cat((image, resample_to_fixed(frames, times, valid)[0]), dim=1)
        features = self.encoder(padded(image))
        scores = self.decoder(self.bridge(features[-1]), features[:-1], levels)
        return cut(scores, *minip.shape[-2:])


class FrameNetwork(nn.Module):
    """Both encoders, linked at every stage; the fusion left out, the TemporalFormer at will."""

    def __init__(self, config: DSANetConfig, *, temporal_former: bool) -> None:
        super().__init__()
        channels = config.channels
        self.frame_encoder = Encoder(channels, config.norm)
        self.minip_encoder = Encoder(channels, config.norm)
        self.time_code = PositionCode(channels[-1]) if temporal_former else None
        self.temporal_former = TemporalFormer(config) if temporal_former else None
        self.decoder = Decoder(channels, CLASS_COUNT, config.norm)

    def forward(
        self,
        frames: Tensor,
        minip: Tensor,
        times: Tensor,
        valid: Tensor | None = None,
        levels: int = 1,
    ) -> list[Tensor]:
        """As `DSANet.forward` with `fixed8`."""
        eight, moments = resample_to_fixed(padded(frames), times, valid)
        b, t, h, w = eight.shape
        encoded = self.frame_encoder(eight.reshape(b * t, 1, h, w))
        stacked = [feature.unflatten(0, (b, t)) for feature in encoded]
        links = [max_avg_pool(feature, None) for feature in stacked]
        features = self.minip_encoder(padded(minip[:, None]), links)
        last = stacked[-1]
        if self.temporal_former is not None and self.time_code is not None:
            last = self.temporal_former(last, self.time_code(moments), None)
        joined = torch.cat((features[-1], max_avg_pool(last, None)), dim=1)
        return cut(self.decoder(joined, features[:-1], levels), *minip.shape[-2:])


def _fixed(config: DSANetConfig) -> DSANetConfig:
    return replace(config, temporal="fixed8")


def _timed(config: DSANetConfig) -> DSANetConfig:
    return replace(config, temporal="timestamps")


def _unsteady(config: DSANetConfig) -> DSANetConfig:
    return replace(_timed(config), norm="group", steady=False)


VARIANTS: dict[str, Variant] = {
    key: Variant(name, build, config)
    for key, name, build, config in (
        ("minip", "MinIP U-Net", lambda c: ImageNetwork(c, 0), _fixed),
        ("channels", "frames as channels", lambda c: ImageNetwork(c, FIXED_FRAMES), _fixed),
        ("teb", "+ TEB", lambda c: FrameNetwork(c, temporal_former=False), _fixed),
        ("tf", "+ TEB + TF", lambda c: FrameNetwork(c, temporal_former=True), _fixed),
        ("fixed8", "+ TEB + TF + STF = DSANet fixed8", DSANet, _fixed),
        ("timestamps", "DSANet timestamps", DSANet, _timed),
        ("unsteady", "the same, groups of channels, not steady", DSANet, _unsteady),
    )
}
"""By the name for the command line, in the order of the table."""
