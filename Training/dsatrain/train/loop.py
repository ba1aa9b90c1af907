"""train(): the whole of a training, from its settings to its last checkpoint."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from dsanet.atomic import new_folder
from dsanet.engine.torch_backend import load_network
from dsanet.errors import CancelledError
from dsanet.model.dsanet import DSANet
from dsanet.packages import ModelPackage
from dsanet.packages.manifest import LOOK_PX
from dsatrain.batches import Batch, batches
from dsatrain.evaluate import LabelledRun
from dsatrain.train import checkpoints
from dsatrain.train.config import TrainConfig, Watch
from dsatrain.train.data import TrainingData, phantoms
from dsatrain.train.distributed import Place, joined
from dsatrain.train.history import History
from dsatrain.train.lock import working_in
from dsatrain.train.selection import Selection
from dsatrain.train.trainer import Build, Trainer
from dsatrain.train.validate import Validation, validate

log = logging.getLogger(__name__)

OnStep = Callable[[int, float], None]
"""Told the steps done and the loss of the last."""

Stop = Callable[[], bool]
"""Asked after each step whether to stop."""

GO_ON, OVER, CANCELLED = 0, 1, 2
"""What the processes agree on after a step; the highest counts."""


def train(
    config: TrainConfig,
    folder: Path,
    parent: ModelPackage | None = None,
    *,
    data: TrainingData | None = None,
    watch: Watch | None = None,
    device: str = "auto",
    on_step: OnStep = lambda _step, _loss: None,
    stop: Stop = lambda: False,
    build: Build = DSANet,
) -> Trainer:
    """Train, or go on with the training that lies in a folder.

    Under torchrun every process calls this; the first one writes.

    Args:
        config: The training's settings; `processes` and `data` are set to what they are.
        folder: Where checkpoints, history and pictures lie; it is made if missing.
        parent: The model to start from; None starts from random weights.
        data: What it learns from; None is phantoms.
        watch: How often to report, save and validate.
        device: `auto`, `cuda`, `mps` or `cpu`.
        on_step: Called after each step.
        stop: True leaves a checkpoint to go on from, and stops.
        build: Makes the network; one that is not DSANet cannot be validated.

    Returns:
        The trainer at its last step.

    Raises:
        ValueError: The folder holds a training with other settings, or only damaged checkpoints.
        FloatingPointError: The loss is not finite.
        CancelledError: `stop` answered True; the same call goes on.
        HeldError: Another training works in the folder.
        WriteError: The disk is full or not writable; the checkpoints before are whole.
    """
    data = data or phantoms()
    with (
        new_folder(folder),
        joined(device) as place,
        working_in(folder, is_first=place.is_first),
    ):
        config = replace(config, processes=place.count, data=data.words)
        initial = inherited(parent, config.restart) if parent else None
        teacher = inherited(parent, ()) if parent and config.distillation else None
        trainer = Trainer(config, place, initial, teacher, build)
        selection = Selection(config.patience)
        state = checkpoints.newest(folder)
        if state is not None:
            trainer.restore(state)
            selection.restore(state.get("selection", {}))
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
        how_used = {LOOK_PX: config.look_px, **data.how_used}
        with _loaders_end_too(stop):
            _Watched(trainer, selection, folder, watch, runs, how_used).run(stream, on_step, stop)
        return trainer


@contextmanager
def _loaders_end_too(stop: Stop) -> Iterator[None]:
    """Where a whole job is ended, the loaders are too, and torch says so amid any step.

    Raises:
        CancelledError: That happened; the last checkpoint is whole.
    """
    try:
        yield
    except RuntimeError as error:
        if not stop():
            raise
        msg = "stopped with its loaders; it goes on from the last checkpoint"
        raise CancelledError(msg) from error


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
        selection: Selection,
        folder: Path,
        watch: Watch,
        runs: list[LabelledRun],
        how_used: dict[str, Any],
    ) -> None:
        self.trainer, self.selection, self.folder, self.watch = trainer, selection, folder, watch
        self.runs, self.how_used = runs, how_used
        place: Place = trainer.place
        tensorboard = watch.tensorboard and place.is_first
        self.history = History(folder, trainer.step, tensorboard=tensorboard)
        self.reported = self.saved = time.monotonic()

    def run(self, stream: Iterator[Batch], on_step: OnStep, stop: Stop) -> None:
        """Step until the end, or until the first process finds that it is over.

        Raises:
            CancelledError: One process was asked to stop.
        """
        trainer = self.trainer
        if trainer.step == 0 and trainer.config.select_every and trainer.place.is_first:
            self._report({"step": 0}, validated=True)
        verdict = GO_ON
        while trainer.step < trainer.config.steps and not self.selection.is_over:
            loss = trainer.train_step(next(stream))
            on_step(trainer.step, loss)
            verdict = CANCELLED if stop() else GO_ON
            if trainer.place.is_first:
                verdict = max(verdict, self._after_step())
            verdict = trainer.place.highest(verdict)
            if verdict != GO_ON:
                break
        if verdict == CANCELLED:
            if trainer.place.is_first:
                self._save()
            msg = f"stopped after step {trainer.step} of {trainer.config.steps}"
            raise CancelledError(msg)

    def _after_step(self) -> int:
        """Report, validate and save where it is time; say whether training is over."""
        trainer, watch = self.trainer, self.watch
        step, every = trainer.step, trainer.config.select_every
        done = step == trainer.config.steps
        selects = bool(every) and step % every == 0
        if step % watch.report_every == 0 or done or selects:
            due = done or selects or (not every and step % watch.validate_every == 0)
            self._report(self._row(), validated=due)
        over = done or self.selection.is_over
        if over or time.monotonic() - self.saved > 60 * watch.checkpoint_minutes:
            self._save()
        return OVER if over else GO_ON

    def _row(self) -> dict[str, object]:
        trainer, losses = self.trainer, self.trainer.recent_losses
        seconds = (time.monotonic() - self.reported) / len(losses)
        return {
            "step": trainer.step,
            "loss": round(sum(losses) / len(losses), 4),
            "learning_rate": f"{trainer.learning_rate:.3g}",
            "seconds_per_step": round(seconds, 3),
        }

    def _report(self, row: dict[str, object], validated: bool) -> None:
        if validated and self.runs:
            found = self._validate()
            row |= {f"{name} dice": v for name, v in found.dice.items() if v is not None}
        log.info("%s", ", ".join(f"{key} {value}" for key, value in row.items()))
        self.history.add(row)
        self.watch.on_report(row)
        self.trainer.recent_losses.clear()
        self.reported = time.monotonic()

    def _validate(self) -> Validation:
        """Score the averaged weights; the pictures replace those of the validation before.

        What training began with is scored, but not to be chosen: labels that are corrections of its
        own answers keep some of its errors and favour it.
        """
        trainer = self.trainer
        device = trainer.place.device.type
        weights = trainer.averaged_weights()
        found = validate(trainer.config.network, weights, self.runs, device, self.how_used)
        if trainer.config.select_every and trainer.step:
            self.selection.offer(trainer.step, found.dice, weights)
        pictures = self.folder / "validation"
        pictures.mkdir(exist_ok=True)
        written = set(found.gallery.write(pictures))
        for old in set(pictures.glob("*.png")) - written:
            old.unlink()
        return found

    def _save(self) -> None:
        """History first: rows beyond the checkpoint come again, missing ones never would."""
        self.history.write()
        state = {**self.trainer.state(), "selection": self.selection.state()}
        checkpoints.store(self.folder, self.trainer.step, state)
        self.saved = time.monotonic()
