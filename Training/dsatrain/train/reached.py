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
    """A training's settings, steps done, and averaged weights so far."""

    config: TrainConfig
    step: int
    weights: dict[str, torch.Tensor]


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
    return Reached(TrainConfig.from_dict(state["config"]), state["step"], weights)
