"""Held-out runs, segmented as in use, while a model is training."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from dsanet.model import DSANetConfig
from dsatrain.evaluate import (
    CLASS_NAMES,
    Gallery,
    LabelledRun,
    evaluate,
    summarise,
)
from dsatrain.packaging import trial_engine


@dataclass(frozen=True, eq=False)
class Validation:
    """Mean Dice by class name, None where no run holds the class, and pictures."""

    dice: dict[str, float | None]
    gallery: Gallery


def validate(
    config: DSANetConfig,
    weights: dict[str, Tensor],
    runs: list[LabelledRun],
    device: str,
    how_used: Mapping[str, Any],
) -> Validation:
    """Segment and score runs with weights that are not packaged yet.

    Args:
        config: The network.
        weights: Its state dict, on the CPU.
        runs: At least one.
        device: `cuda`, `mps` or `cpu`.
        how_used: What a manifest says of that.
    """
    gallery = Gallery()
    scores = []
    with trial_engine(config, weights, device, dict(how_used)) as engine:
        for case, prediction, score in evaluate(engine, runs):
            gallery.add(case, prediction, score)
            scores.append(score)
    summary = summarise(scores)
    return Validation({name: summary[name]["dice"]["mean"] for name in CLASS_NAMES}, gallery)
