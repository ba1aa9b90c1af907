"""What a training has reached, read from its folder."""

from dataclasses import dataclass
from pathlib import Path

import torch

from dsatrain.train import checkpoints
from dsatrain.train.config import TrainConfig

AVERAGED = "module."
"""What AveragedModel puts before the names of its weights."""


@dataclass(frozen=True, eq=False)
class Reached:
    """What a training has reached.

    Attributes:
        config: Its settings.
        step: Steps done.
        weights: Averaged; where it selects, those of the best validation.
        weights_step: Steps done when they were reached.
    """

    config: TrainConfig
    step: int
    weights: dict[str, torch.Tensor]
    weights_step: int


def reached(folder: Path) -> Reached:
    """Read the newest whole checkpoint of a training.

    Raises:
        ValueError: There is none, or all are damaged.
    """
    state = checkpoints.newest(folder)
    if state is None:
        msg = f"{folder} holds no checkpoint; expected the output folder of dsatrain train"
        raise ValueError(msg)
    weights = {
        name.removeprefix(AVERAGED): value
        for name, value in state["average"].items()
        if name.startswith(AVERAGED)
    }
    config, best = TrainConfig.from_dict(state["config"]), state.get("selection", {})
    if best.get("weights"):
        return Reached(config, state["step"], best["weights"], best["step"])
    return Reached(config, state["step"], weights, state["step"])
