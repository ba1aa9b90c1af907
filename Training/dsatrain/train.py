"""Training on phantoms: a plain loop, resumable to the step."""

import io
import json
import logging
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from dsanet import atomic
from dsanet.engine.torch_backend import load_network
from dsanet.model import DSANetConfig
from dsanet.model.dsanet import DSANet
from dsanet.packages import ModelPackage
from dsatrain.batches import Batch, batches
from dsatrain.losses import LEVEL_WEIGHTS, DeepSupervisionLoss
from dsatrain.samples import PhantomCrops

log = logging.getLogger(__name__)

CHECKPOINT = "checkpoint.pt"
HISTORY = "history.jsonl"
REPORT_EVERY = 20


@dataclass(frozen=True)
class TrainConfig:
    """All that a training run depends on.

    Attributes:
        network: The network to train.
        steps: Optimiser steps.
        batch_size: Crops a step.
        crop_px: Side of a crop.
        max_frames: Most frames of a crop; fewer are drawn as often.
        learning_rate: AdamW's at its highest, after the warm-up; it falls to 0 as a half cosine.
        warmup: Steps in which it rises from 0.
        weight_decay: AdamW's.
        ema_decay: Share of the averaged weights that stays at each step.
        max_norm: Gradients are scaled down to this norm.
        seed: Start of all randomness.
        bf16: Whether to compute in bfloat16 where that is safe.
        checkpoint_minutes: How often the state is saved.
        parent: SHA-256 of the weights that training started from, None for random ones.
        restart: Parts of the parent, such as `temporal_former`, that start from random weights.
    """

    network: DSANetConfig = field(default_factory=lambda: DSANetConfig(width=8))
    steps: int = 4000
    batch_size: int = 2
    crop_px: int = 256
    max_frames: int = 10
    learning_rate: float = 2e-3
    warmup: int = 100
    weight_decay: float = 1e-2
    ema_decay: float = 0.995
    max_norm: float = 1.0
    seed: int = 1
    bf16: bool = True
    checkpoint_minutes: float = 3.0
    parent: str | None = None
    restart: tuple[str, ...] = ()


def learning_rate_factor(step: int, warmup: int, steps: int) -> float:
    """Linear rise, then half a cosine down to 0.

    >>> learning_rate_factor(0, 10, 110), learning_rate_factor(10, 10, 110)
    (0.1, 1.0)
    """
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warmup) / max(1, steps - warmup))))


class Trainer:
    """The state of one training run and the steps that change it."""

    def __init__(self, config: TrainConfig, initial: dict[str, torch.Tensor] | None = None) -> None:
        """Build network, average and optimiser.

        Args:
            config: The run's settings.
            initial: Weights to start from; None starts from random ones.
        """
        torch.manual_seed(config.seed)
        self.config = config
        self.network = DSANet(config.network)
        if initial is not None:
            self.network.load_state_dict(self.network.state_dict() | initial)
        self.average = AveragedModel(
            self.network, multi_avg_fn=get_ema_multi_avg_fn(config.ema_decay)
        )
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
        )
        self.loss = DeepSupervisionLoss()
        self.step = 0

    def train_step(self, batch: Batch) -> float:
        """One optimiser step.

        Returns:
            The loss.

        Raises:
            FloatingPointError: The loss is not finite.
        """
        factor = learning_rate_factor(self.step, self.config.warmup, self.config.steps)
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.learning_rate * factor
        with torch.autocast("cpu", torch.bfloat16, enabled=self.config.bf16):
            scores = self.network(
                batch.frames, batch.minip, batch.times, batch.valid, levels=len(LEVEL_WEIGHTS)
            )
        loss = self.loss(scores, batch.labels)
        if not torch.isfinite(loss):
            msg = f"the loss is {loss.item()} at step {self.step}"
            raise FloatingPointError(msg)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), self.config.max_norm)
        self.optimizer.step()
        self.average.update_parameters(self.network)
        self.step += 1
        return float(loss.item())

    def averaged_weights(self) -> dict[str, torch.Tensor]:
        """The averaged network's weights, the ones to use."""
        return dict(self.average.module.state_dict())

    def save(self, folder: Path) -> None:
        """Write the checkpoint, atomically."""
        buffer = io.BytesIO()
        torch.save(
            {
                "config": _plain(self.config),
                "step": self.step,
                "network": self.network.state_dict(),
                "average": self.average.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "random": torch.get_rng_state(),
            },
            buffer,
        )
        atomic.write_bytes(folder / CHECKPOINT, buffer.getvalue())

    def resume(self, folder: Path) -> None:
        """Take up the state of a checkpoint of the same settings.

        Raises:
            ValueError: The checkpoint is of other settings.
        """
        state = torch.load(folder / CHECKPOINT, weights_only=True)
        if state["config"] != _plain(self.config):
            msg = f"{folder / CHECKPOINT} was made with other settings: {state['config']}"
            raise ValueError(msg)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"])
        self.step = state["step"]


def _plain(config: TrainConfig) -> dict[str, Any]:
    return dict(json.loads(json.dumps(asdict(config))))


def load_checkpoint(folder: Path) -> tuple[TrainConfig, int, dict[str, torch.Tensor]]:
    """Read what a training has reached.

    Args:
        folder: The training's folder.

    Returns:
        Its settings, the steps done, the averaged weights.
    """
    state = torch.load(folder / CHECKPOINT, weights_only=True)
    values = dict(state["config"])
    values["network"] = DSANetConfig.from_dict(values["network"])
    values["restart"] = tuple(values["restart"])
    config = TrainConfig(**values)
    trainer = Trainer(config)
    trainer.average.load_state_dict(state["average"])
    return config, state["step"], trainer.averaged_weights()


def train(config: TrainConfig, folder: Path, parent: ModelPackage | None = None) -> Trainer:
    """Train, or go on with the training that lies in a folder.

    Args:
        config: The run's settings.
        folder: Where checkpoint and history lie.
        parent: The model to start from; None starts from random weights.

    Returns:
        The trainer at its last step.

    Raises:
        ValueError: The folder holds a training with other settings.
        FloatingPointError: The loss is not finite.
    """
    trainer = Trainer(config, _inherited(parent, config.restart) if parent else None)
    if (folder / CHECKPOINT).exists():
        trainer.resume(folder)
    crops = PhantomCrops(config.seed, config.crop_px, config.max_frames)
    stream = batches(crops, config.batch_size, trainer.step)
    _run(trainer, stream, folder)
    return trainer


def _inherited(parent: ModelPackage, restart: tuple[str, ...]) -> dict[str, torch.Tensor]:
    """A parent's weights without the parts that start afresh."""
    weights = load_network(parent).state_dict()
    return {name: value for name, value in weights.items() if name.split(".")[0] not in restart}


def _run(trainer: Trainer, stream: Iterator[Batch], folder: Path) -> None:
    """Step until done; report and save on the way."""
    history = folder / HISTORY
    lines = history.read_text(encoding="utf-8").splitlines() if history.exists() else []
    losses: list[float] = []
    started = saved = time.monotonic()
    while trainer.step < trainer.config.steps:
        losses.append(trainer.train_step(next(stream)))
        if trainer.step % REPORT_EVERY == 0:
            record = {
                "step": trainer.step,
                "loss": round(sum(losses) / len(losses), 4),
                "seconds_per_step": round((time.monotonic() - started) / len(losses), 3),
            }
            log.info("%s", record)
            lines.append(json.dumps(record))
            losses, started = [], time.monotonic()
        done = trainer.step == trainer.config.steps
        if done or time.monotonic() - saved > 60 * trainer.config.checkpoint_minutes:
            trainer.save(folder)
            atomic.write_text(history, "\n".join(lines) + "\n")
            saved = time.monotonic()
