"""The names and shapes of a DSANet's weights, told from its architecture without torch.

`dsanet.model` builds the network; this is the list that a weights file must match before anything
is built, so that no file can ask for more memory than it brings. A test compares the two for every
choice of architecture.
"""

from collections.abc import Iterator
from math import prod

from dsanet.labels import CLASS_COUNT
from dsanet.model import FIXED_FRAMES, DSANetConfig

WAVES = 16
"""Of `dsanet.model.times.TimeCode`, which takes torch to import."""

SUPERVISED = 3
"""Levels with a head, the default of `dsanet.model.blocks.Decoder`."""

BYTES_PER_WEIGHT = 2
"""fp16."""

Shapes = dict[str, tuple[int, ...]]
_Named = Iterator[tuple[str, tuple[int, ...]]]


def expected_shapes(config: DSANetConfig) -> Shapes:
    """Names and shapes of all weights of a network, as its state dict has them.

    Args:
        config: The architecture.
    """
    channels = config.channels
    return {
        **dict(_encoder("frame_encoder", channels)),
        **dict(_encoder("minip_encoder", channels)),
        **dict(_time_code(config)),
        **dict(_temporal_former(config)),
        **dict(_fusion(config)),
        **dict(_decoder(channels)),
    }


def weight_bytes(shapes: Shapes) -> int:
    """Bytes that weights of these shapes take in fp16."""
    return BYTES_PER_WEIGHT * sum(map(prod, shapes.values()))


def _with_bias(name: str, *shape: int) -> _Named:
    yield f"{name}.weight", shape
    yield f"{name}.bias", shape[:1]


def _convolution(name: str, inputs: int, outputs: int) -> _Named:
    """`ConvNormAct`."""
    yield f"{name}.0.weight", (outputs, inputs, 3, 3)
    yield from _with_bias(f"{name}.1", outputs)


def _double(name: str, inputs: int, outputs: int) -> _Named:
    yield from _convolution(f"{name}.0", inputs, outputs)
    yield from _convolution(f"{name}.1", outputs, outputs)


def _encoder(name: str, channels: tuple[int, ...]) -> _Named:
    for stage, (inputs, outputs) in enumerate(zip((1, *channels), channels, strict=False)):
        yield from _double(f"{name}.stages.{stage}", inputs, outputs)


def _time_code(config: DSANetConfig) -> _Named:
    c = config.channels[-1]
    if config.temporal == "fixed8":
        yield "time_code.positions", (FIXED_FRAMES, c)
    else:
        yield from _with_bias("time_code.mlp.0", c, 2 * WAVES)
        yield from _with_bias("time_code.mlp.2", c, c)


def _temporal_former(config: DSANetConfig) -> _Named:
    c = config.channels[-1]
    hidden = config.mlp_ratio * c
    for number in range(config.layers):
        layer = f"temporal_former.layers.{number}"
        for attention in ("temporal", "spatial"):
            yield from _with_bias(f"{layer}.{attention}.qkv", 3 * c, c)
            yield from _with_bias(f"{layer}.{attention}.out", c, c)
            yield from _with_bias(f"{layer}.{attention}.norm", c)
        yield from _with_bias(f"{layer}.mlp.0", hidden, c)
        yield from _with_bias(f"{layer}.mlp.2", c, hidden)
        yield from _with_bias(f"{layer}.norm", c)
    if config.steady:
        for norm in ("features_norm", "code_norm", "sum_norm"):
            yield from _with_bias(f"temporal_former.{norm}", c)


def _fusion(config: DSANetConfig) -> _Named:
    c = config.channels[-1]
    for branch in ("frames_qkv",) if config.fusion_shared_qkv else ("frames_qkv", "minip_qkv"):
        for made in ("query", "key", "value"):
            yield from _convolution(f"fusion.{branch}.{made}", c, c)


def _decoder(channels: tuple[int, ...]) -> _Named:
    skips = channels[-2::-1]
    yield from _double("decoder.bottom", 2 * channels[-1], channels[-2])
    for number, (low, skip) in enumerate(zip((channels[-2], *skips), skips, strict=False)):
        yield from _double(f"decoder.blocks.{number}", low + skip, skip)
    for level in range(SUPERVISED):
        yield from _with_bias(f"decoder.heads.{level}", CLASS_COUNT, channels[level], 1, 1)
