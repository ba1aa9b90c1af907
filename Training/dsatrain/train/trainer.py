"""Trainer: the state of one training, and the step that changes it."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim.swa_utils import AveragedModel

from dsanet.model import DSANetConfig
from dsanet.model.dsanet import DSANet
from dsatrain.batches import Batch
from dsatrain.losses import LEVEL_WEIGHTS, TrainingLoss, distillation_loss
from dsatrain.train.config import TrainConfig
from dsatrain.train.distributed import Place
from dsatrain.train.schedule import learning_rate_factor

ALONE = Place(0, 1, torch.device("cpu"))
MOMENTUM = 0.99
"""DSANet, section IV-A."""

CALM_PARTS = ("temporal_former.", "time_code.")
"""Beginnings of the names of the weights that learn at `attention_rate`."""

Build = Callable[[DSANetConfig], nn.Module]
"""Makes a network that takes and gives what DSANet does; a parent's weights need DSANet itself."""


class Trainer:
    """Network, averaged network, optimiser, steps done."""

    def __init__(
        self,
        config: TrainConfig,
        place: Place = ALONE,
        initial: dict[str, torch.Tensor] | None = None,
        taught_by: dict[str, torch.Tensor] | None = None,
        build: Build = DSANet,
    ) -> None:
        """Build network, average and optimiser.

        Args:
            config: The training's settings.
            place: Which process this is, and where it computes.
            initial: Weights to start from; None starts from random ones.
            taught_by: Weights of the same network whose answers in replayed samples are targets
                too, with the weight `distillation`; None for none.
            build: Makes the network.

        Raises:
            ValueError: The network has none of the parts to freeze.
        """
        torch.manual_seed(config.seed)
        self.config, self.place = config, place
        self.network = build(config.network)
        if initial is not None:
            self.network.load_state_dict(self.network.state_dict() | initial)
        self.network.to(place.device)
        self._frozen = _parts(self.network, config.frozen)
        self._teacher = _fixed(config, taught_by, place) if taught_by else None
        self.average = AveragedModel(self.network, multi_avg_fn=averaging(config.ema_decay))
        self.optimizer = _optimizer(config, self.network)
        self.loss = TrainingLoss(config.skeleton_recall, config.cl_dice)
        self.step = 0
        self.recent_losses: list[float] = []
        self._forward = self._distributed() if place.count > 1 else self.network

    @property
    def learning_rate(self) -> float:
        """Of the next step."""
        config = self.config
        factor = learning_rate_factor(self.step, config.warmup, config.steps, config.decay)
        return config.learning_rate * factor

    def train_step(self, batch: Batch) -> float:
        """One optimiser step.

        Returns:
            The loss of this process's batch.

        Raises:
            FloatingPointError: The loss is not finite; the message names the batch.
        """
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate * group["share"]
        for parameter in self._frozen:
            parameter.requires_grad_(self.step >= self.config.frozen_steps)
        batch = batch.to(self.place.device)
        scores = self._scores(self._forward, batch, len(LEVEL_WEIGHTS))
        loss = self.loss(scores, batch.labels, batch.skeletons) + self._distilled(scores[0], batch)
        if not torch.isfinite(loss):
            msg = f"the loss is {loss.item()} at step {self.step}, batch {', '.join(batch.names)}"
            raise FloatingPointError(msg)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), self.config.max_norm)
        self.optimizer.step()
        self.average.update_parameters(self.network)
        self.step += 1
        self.recent_losses.append(float(loss.item()))
        return self.recent_losses[-1]

    def _scores(self, network: nn.Module, batch: Batch, levels: int) -> list[Tensor]:
        kind = self.place.device.type
        with torch.autocast(kind, torch.bfloat16, enabled=self.config.bf16 and kind != "mps"):
            scores: list[Tensor] = network(
                batch.frames, batch.minip, batch.times, batch.valid, levels=levels
            )
        return scores

    def _distilled(self, scores: Tensor, batch: Batch) -> Tensor:
        """What the parent adds to the loss of the replayed samples."""
        replayed = batch.replayed
        if self._teacher is None or replayed is None or not replayed.any():
            return scores.new_zeros((), dtype=torch.float32)
        with torch.no_grad():
            wanted = self._scores(self._teacher, batch.only(replayed), 1)[0]
        return self.config.distillation * distillation_loss(
            scores[replayed].float(), wanted.float()
        )

    def averaged_weights(self) -> dict[str, torch.Tensor]:
        """A copy of the averaged network's weights, the ones to use."""
        weights = self.average.module.state_dict()
        return {name: value.to("cpu", copy=True) for name, value in weights.items()}

    def state(self) -> dict[str, Any]:
        """All that a resumed training needs, for `dsatrain.train.checkpoints`."""
        return {
            "config": self.config.as_dict(),
            "step": self.step,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "random": torch.get_rng_state(),
            "recent_losses": self.recent_losses,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a state of the same settings.

        Raises:
            ValueError: The state is of other settings.
        """
        begun = TrainConfig.from_dict(state["config"]).as_dict()
        if differing := _differences(begun, self.config.as_dict()):
            msg = f"the training in this folder was begun with other settings: {differing}"
            raise ValueError(msg)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"])
        self.step = state["step"]
        self.recent_losses = list(state["recent_losses"])

    def _distributed(self) -> nn.Module:
        devices = [self.place.device] if self.place.device.type == "cuda" else None
        return DistributedDataParallel(
            self.network, device_ids=devices, find_unused_parameters=True
        )


def _parts(network: nn.Module, beginnings: tuple[str, ...]) -> list[nn.Parameter]:
    """The weights whose names begin so.

    Raises:
        ValueError: No name begins with one of them.
    """
    names = dict(network.named_parameters())
    for beginning in beginnings:
        if not any(name.startswith(f"{beginning}.") for name in names):
            msg = f"the network has no part {beginning!r} to freeze"
            raise ValueError(msg)
    wanted = tuple(f"{beginning}." for beginning in beginnings)
    return [value for name, value in names.items() if name.startswith(wanted)]


def _fixed(config: TrainConfig, weights: dict[str, Tensor], place: Place) -> nn.Module:
    """A network that answers and does not learn."""
    network = DSANet(config.network)
    network.load_state_dict(weights)
    return network.to(place.device).eval().requires_grad_(False)


def averaging(decay: float) -> Callable[[list[Tensor], list[Tensor], Tensor], None]:
    """Exponential averaging that forgets its beginning also in a short training.

    Args:
        decay: Share of the average that stays at each step, in the long run. Step n keeps at most
            (1 + n) / (10 + n), as TensorFlow's ExponentialMovingAverage does.

    Returns:
        What AveragedModel calls with averaged weights, current ones, and the steps averaged.
    """

    @torch.no_grad()
    def update(averaged: list[Tensor], current: list[Tensor], count: Tensor) -> None:
        steps = float(count)
        stays = min(decay, (1 + steps) / (10 + steps))
        torch._foreach_lerp_(averaged, current, 1 - stays)

    return update


def _optimizer(config: TrainConfig, network: nn.Module) -> torch.optim.Optimizer:
    calm, rest = [], []
    for name, value in network.named_parameters():
        (calm if name.startswith(CALM_PARTS) else rest).append(value)
    shares = ((rest, 1.0), (calm, config.attention_rate))
    groups = [{"params": values, "share": share} for values, share in shares if values]
    if config.optimizer == "sgd":
        rate, decay = config.learning_rate, config.weight_decay
        return torch.optim.SGD(groups, rate, momentum=MOMENTUM, weight_decay=decay)
    return torch.optim.AdamW(groups, config.learning_rate, weight_decay=config.weight_decay)


def _differences(begun: dict[str, Any], wanted: dict[str, Any]) -> str:
    """Name the settings that differ: `steps 4000, now 5000`."""
    keys = sorted(begun.keys() | wanted.keys())
    return ", ".join(
        f"{key} {begun.get(key)}, now {wanted.get(key)}"
        for key in keys
        if begun.get(key) != wanted.get(key)
    )
