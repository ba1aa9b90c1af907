"""What a training depends on, and the two recipes."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal

from dsanet.model import STRIDE, DSANetConfig
from dsanet.packages.manifest import checked_look_px
from dsatrain.augment import CropSettings

PHANTOMS = "phantoms of dsatrain.phantom, revision 2"
"""What is drawn; the revision rises when the same seed gives other phantoms or labels, so that no
training goes on with others."""


LARGEST_NOISE = 1.0
"""As deep as an artery, in normalised greys."""


@dataclass(frozen=True)
class TrainConfig:
    """All that the weights depend on.

    The same values give the same weights, bit for bit, on one kind of CPU with as many threads.

    Attributes:
        network: The network to train.
        steps: Optimiser steps.
        batch_size: Crops a step, on each process.
        crop_px, max_frames, look_px, most_noise: As in `dsatrain.augment.CropSettings`.
        optimizer: `adamw`, or `sgd` with momentum 0.99.
        learning_rate: At its highest, after the warm-up; it falls to 0.
        attention_rate: Share of it at which the TemporalFormer and the code of time learn. At the
            whole rate their sum became a constant beside which the frames did not count.
        decay: How it falls: half a `cosine`, or `poly`, (1 - progress)^0.9.
        warmup: Steps in which it rises from 0.
        weight_decay: Of the optimiser.
        ema_decay: Share of the averaged weights that stays at each step; 0 averages nothing.
        max_norm: Gradients are scaled down to this norm.
        skeleton_recall: Weight of the Skeleton Recall loss, 0 for none.
        cl_dice: Weight of the soft clDice loss, 0 for none.
        seed: Start of all randomness.
        loaders: Processes that make samples; each makes its own phantoms.
        processes: Processes that train together (torchrun).
        bf16: Whether to compute in bfloat16 where that is safe.
        data: What the samples are drawn from, in words and hashes.
        parent: SHA-256 of the weights that training started from, None for random ones.
        restart: Parts of the parent, such as `temporal_former`, that start from random weights.
        frozen: Parts of the network, by the beginnings of their weights' names, that stay as they
            are during the first steps.
        frozen_steps: How many steps that is.
        distillation: Weight of the parent's own answers as targets in replayed samples, 0 for none.
        select_every: Steps between two validations of which the best one's weights are kept, those
            before the first step left out; 0 keeps the last step's.
        patience: Validations in a row without a better one after which training ends; 0 for never.
    """

    network: DSANetConfig = field(default_factory=lambda: DSANetConfig(width=8))
    steps: int = 4000
    batch_size: int = 2
    crop_px: int = 256
    max_frames: int = 10
    look_px: int | None = None
    most_noise: float = 0.0
    optimizer: Literal["adamw", "sgd"] = "adamw"
    learning_rate: float = 2e-3
    attention_rate: float = 0.1
    decay: Literal["cosine", "poly"] = "cosine"
    warmup: int = 100
    weight_decay: float = 1e-2
    ema_decay: float = 0.995
    max_norm: float = 1.0
    skeleton_recall: float = 0.0
    cl_dice: float = 0.0
    seed: int = 1
    loaders: int = 1
    processes: int = 1
    bf16: bool = True
    data: str = PHANTOMS
    parent: str | None = None
    restart: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()
    frozen_steps: int = 0
    distillation: float = 0.0
    select_every: int = 0
    patience: int = 0

    def __post_init__(self) -> None:
        """Refuse crops that the network would mostly see as padding, and averages of nothing.

        Raises:
            ValueError: A crop is smaller than the network's stride, no share stays or all, or noise
                or the size of a look is outside its range.
        """
        if self.crop_px < STRIDE:
            msg = f"crops have {self.crop_px} px, expected at least {STRIDE}; 256 is usual"
            raise ValueError(msg)
        if self.look_px is not None:
            checked_look_px("look_px", self.look_px)
        if not 0 <= self.most_noise <= LARGEST_NOISE:
            msg = f"most_noise is {self.most_noise}, expected 0 to {LARGEST_NOISE}; 0.25 is much"
            raise ValueError(msg)
        if not 0 <= self.ema_decay < 1:
            msg = f"ema_decay is {self.ema_decay}, expected 0 to below 1; 0.995 is usual"
            raise ValueError(msg)

    @property
    def crops(self) -> CropSettings:
        """How crops are drawn."""
        return CropSettings(
            self.crop_px, self.max_frames, look_px=self.look_px, most_noise=self.most_noise
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return dict(json.loads(json.dumps(asdict(self))))

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "TrainConfig":
        """Rebuild a configuration from `as_dict`.

        Raises:
            ValueError: A name is unknown.
        """
        if unknown := set(values) - {entry.name for entry in fields(cls)}:
            msg = f"unknown training settings {sorted(unknown)}; this dsatrain may be too old"
            raise ValueError(msg)
        rebuilt = {key: tuple(v) if isinstance(v, list) else v for key, v in values.items()}
        rebuilt["network"] = DSANetConfig.from_dict(rebuilt["network"])
        return cls(**rebuilt)


OnReport = Callable[[dict[str, object]], None]
"""Told each row of the history when it is added; keys of `dsatrain.train.history.COLUMNS`."""


@dataclass(frozen=True)
class Watch:
    """How a training is watched; the weights do not depend on it.

    Attributes:
        report_every: Steps between two lines of the history.
        checkpoint_minutes: Time between two checkpoints.
        validate_every: Steps between two validations; the last step is always validated.
        validation_runs: Held-out phantoms of each validation; 0 for none.
        tensorboard: Whether to write event files too.
        on_report: Called on the first process.
    """

    report_every: int = 20
    checkpoint_minutes: float = 3.0
    validate_every: int = 500
    validation_runs: int = 6
    tensorboard: bool = False
    on_report: OnReport = lambda _row: None


FAST = TrainConfig()
"""AdamW at a quarter of the paper's crop: leaves the all-background answer at once."""

PAPER = replace(
    FAST,
    network=DSANetConfig(width=32, temporal="fixed8"),
    steps=50_000,
    crop_px=512,
    max_frames=8,
    optimizer="sgd",
    learning_rate=1e-2,
    attention_rate=1.0,
    decay="poly",
    warmup=1,
    weight_decay=3e-5,
    ema_decay=0.0,
    max_norm=12.0,
)
"""DSANet, section IV-A: SGD with momentum 0.99, 500 epochs of 100 iterations, batch 2, crops of 512
at native resolution. The paper states neither the power of the polynomial decay nor a limit of the
gradients: both are nnU-Net's (0.9 and 12)."""

RECIPES = {"fast": FAST, "paper": PAPER}
