"""train(): the whole of a training, from its settings to its last checkpoint."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from dsanet.engine.torch_backend import load_network
from dsanet.packages import ModelPackage
from dsatrain.batches import Batch, batches
from dsatrain.evaluate import LabelledRun
from dsatrain.train import checkpoints
from dsatrain.train.config import TrainConfig, Watch
from dsatrain.train.data import TrainingData, phantoms
from dsatrain.train.distributed import Place, joined
from dsatrain.train.history import History
from dsatrain.train.trainer import Trainer
from dsatrain.train.validate import Validation, validate

log = logging.getLogger(__name__)

OnStep = Callable[[int, float], None]
"""Told the steps done and the loss of the last."""


def train(
    config: TrainConfig,
    folder: Path,
    parent: ModelPackage | None = None,
    *,
    data: TrainingData | None = None,
    watch: Watch | None = None,
    device: str = "auto",
    on_step: OnStep = lambda _step, _loss: None,
) -> Trainer:
    """Train, or go on with the training that lies in a folder.

    Under torchrun every process calls this; the first one writes.

    Args:
        config: The training's settings; `processes` and `data` are set to what they are.
        folder: Where checkpoints, history and pictures lie; it exists.
        parent: The model to start from; None starts from random weights.
        data: What it learns from; None is phantoms.
        watch: How often to report, save and validate.
        device: `auto`, `cuda`, `mps` or `cpu`.
        on_step: Called after each step.

    Returns:
        The trainer at its last step.

    Raises:
        ValueError: The folder holds a training with other settings, or only damaged checkpoints.
        FloatingPointError: The loss is not finite.
        WriteError: The disk is full or not writable; the checkpoints before are whole.
    """
    data = data or phantoms()
    with joined(device) as place:
        config = replace(config, processes=place.count, data=data.words)
        initial = inherited(parent, config.restart) if parent else None
        trainer = Trainer(config, place, initial)
        state = checkpoints.newest(folder)
        if state is not None:
            trainer.restore(state)
            log.info("going on from step %d", trainer.step)
        stream = batches(
            partial(data.make_crops, config),
            batch_size=config.batch_size,
            start_step=trainer.step,
            loaders=config.loaders,
            rank=place.rank,
            skeletons=config.skeleton_recall > 0,
        )
        watch = watch or Watch()
        runs = data.validation_runs(watch.validation_runs) if place.is_first else []
        _Watched(trainer, folder, watch, runs, on_step).run(stream)
        return trainer


def inherited(parent: ModelPackage, restart: tuple[str, ...]) -> dict[str, torch.Tensor]:
    """A parent's weights without the parts that start afresh.

    Raises:
        ValueError: The network has no such part.
    """
    weights = load_network(parent).state_dict()
    parts = {name.split(".")[0] for name in weights}
    if unknown := sorted(set(restart) - parts):
        msg = f"the network has no part {', '.join(unknown)}; its parts are {sorted(parts)}"
        raise ValueError(msg)
    return {name: value for name, value in weights.items() if name.split(".")[0] not in restart}


class _Watched:
    """Steps a trainer to its end; on the first process also reports, validates and saves."""

    def __init__(
        self,
        trainer: Trainer,
        folder: Path,
        watch: Watch,
        runs: list[LabelledRun],
        on_step: OnStep,
    ) -> None:
        self.trainer, self.folder, self.watch, self.on_step = trainer, folder, watch, on_step
        self.runs = runs
        place: Place = trainer.place
        tensorboard = watch.tensorboard and place.is_first
        self.history = History(folder, trainer.step, tensorboard=tensorboard)
        self.reported = self.saved = time.monotonic()

    def run(self, stream: Iterator[Batch]) -> None:
        trainer = self.trainer
        while trainer.step < trainer.config.steps:
            loss = trainer.train_step(next(stream))
            self.on_step(trainer.step, loss)
            if trainer.place.is_first:
                self._after_step(trainer.step == trainer.config.steps)

    def _after_step(self, done: bool) -> None:
        watch, step = self.watch, self.trainer.step
        if step % watch.report_every == 0 or done:
            self._report(validated=done or step % watch.validate_every == 0)
        if done or time.monotonic() - self.saved > 60 * watch.checkpoint_minutes:
            self._save()

    def _report(self, validated: bool) -> None:
        trainer, losses = self.trainer, self.trainer.recent_losses
        seconds = (time.monotonic() - self.reported) / len(losses)
        row = {
            "step": trainer.step,
            "loss": round(sum(losses) / len(losses), 4),
            "learning_rate": f"{trainer.learning_rate:.3g}",
            "seconds_per_step": round(seconds, 3),
        }
        if validated and self.runs:
            found = self._validate()
            row |= {f"{name} dice": v for name, v in found.dice.items() if v is not None}
        log.info("%s", ", ".join(f"{key} {value}" for key, value in row.items()))
        self.history.add(row)
        trainer.recent_losses.clear()
        self.reported = time.monotonic()

    def _validate(self) -> Validation:
        """Score the averaged weights; the pictures replace those of the validation before."""
        trainer = self.trainer
        device = trainer.place.device.type
        weights = trainer.averaged_weights()
        found = validate(trainer.config.network, weights, self.runs, device)
        pictures = self.folder / "validation"
        pictures.mkdir(exist_ok=True)
        written = set(found.gallery.write(pictures))
        for old in set(pictures.glob("*.png")) - written:
            old.unlink()
        return found

    def _save(self) -> None:
        """History first: rows beyond the checkpoint come again, missing ones never would."""
        self.history.write()
        checkpoints.store(self.folder, self.trainer.step, self.trainer.state())
        self.saved = time.monotonic()
