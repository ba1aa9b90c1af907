"""The frozen configuration of one DSANet: everything needed to rebuild it from its weights."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args, get_origin

from dsanet.errors import PackageError

STAGES = 5
"""Encoder stages (DSANet, Fig. 3): widths w, 2w, 4w, 8w, 16w with four 2 x 2 max-pools between."""

STRIDE = 2**STAGES
"""Sides are padded to a multiple of this: four poolings, and one more inside the fusion."""

BEFORE = {"steady": False, "norm": "group"}
"""What networks were like before these settings existed."""


@dataclass(frozen=True)
class DSANetConfig:
    """Choices that fix the network; those after `mlp_ratio` are open in the paper.

    Attributes:
        width: Channels of the first stage; the paper uses 32.
        temporal: `fixed8` resamples every run to eight frames and learns a code for each of the
            eight positions, as the paper does; `timestamps` takes 1 to 40 frames at their true
            times and codes the times.
        layers: TemporalFormer layers at the bottleneck (paper: 4).
        heads: Attention heads of the TemporalFormer.
        mlp_ratio: Hidden width of its perceptron over its input width.
        position_layers: Layers that receive the code of time: `first` or `all`.
        norm_first: Whether the TemporalFormer normalises before each step and leaves the sum as it
            is, or after the sum. The paper says after; trained so, all frames and places came out
            equal (standard deviation 2e-5) and the answer no longer depended on time.
        steady: Whether features and code of time enter the TemporalFormer normalised, each of its
            steps begins as no change, and the sum leaves it normalised. Without, the sum grew to
            400 times the features in training, and neither the frames' deepest features nor their
            times reached the answer.
        norm: What each convolution's output is normalised over: `instance`, each channel by itself,
            or `group`, up to eight groups of channels, as in the paper. With groups, what a channel
            has everywhere outweighed what differs from place to place, and after 250 steps of the
            same training the deepest features were nearly the same at all places.
        fusion_attention: What the fusion's attention is: `matrix`, a position by position matrix
            as in Eq. 3, or `scalar`, one weight for each position as in the text around it.
        fusion_shared_qkv: Whether MinIP and frames share the fusion's query, key and value.
        fusion_concat: Order of the two concatenations of Eq. 4: `aligned` adds each modality to
            itself, `paper` adds them crosswise as printed.
        link_bottleneck: Whether the pooled frame features also enter the MinIP branch at its last
            stage, where the fusion brings them in anyway.
    """

    width: int = 32
    temporal: Literal["fixed8", "timestamps"] = "timestamps"
    layers: int = 4
    heads: int = 8
    mlp_ratio: int = 4
    position_layers: Literal["first", "all"] = "first"
    norm_first: bool = True
    steady: bool = True
    norm: Literal["instance", "group"] = "instance"
    fusion_attention: Literal["matrix", "scalar"] = "matrix"
    fusion_shared_qkv: bool = False
    fusion_concat: Literal["aligned", "paper"] = "aligned"
    link_bottleneck: bool = False

    def __post_init__(self) -> None:
        """Check every value.

        Raises:
            PackageError: A value is outside its range.
        """
        for entry in fields(self):
            value = getattr(self, entry.name)
            if get_origin(entry.type) is Literal and value not in get_args(entry.type):
                msg = f"{entry.name} is {value!r}, expected one of {get_args(entry.type)}"
                raise PackageError(msg)
            if entry.type is int and not (type(value) is int and 1 <= value <= 128):
                msg = f"{entry.name} is {value!r}, expected a whole number from 1 to 128"
                raise PackageError(msg)
            if entry.type is bool and type(value) is not bool:
                msg = f"{entry.name} is {value!r}, expected true or false"
                raise PackageError(msg)
        if self.channels[-1] % self.heads:
            msg = f"width {self.width} x 16 is not divisible by {self.heads} heads"
            raise PackageError(msg)

    @property
    def channels(self) -> tuple[int, ...]:
        """Channels of the five stages."""
        return tuple(self.width * 2**stage for stage in range(STAGES))

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "DSANetConfig":
        """Rebuild a configuration from `as_dict`; settings that older packages lack are `BEFORE`.

        Raises:
            PackageError: A name is unknown or a value is outside its range.
        """
        unknown = set(values) - {entry.name for entry in fields(cls)}
        if unknown:
            msg = f"unknown network settings {sorted(unknown)}; this dsanet may be too old"
            raise PackageError(msg)
        return cls(**{**BEFORE, **values})
