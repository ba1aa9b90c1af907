"""Held-out phantoms, segmented as in use, while a model is training."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from dsanet.engine import Engine
from dsanet.model import DSANetConfig
from dsanet.packages import load_package
from dsatrain.evaluate import (
    CLASS_NAMES,
    Gallery,
    LabelledRun,
    evaluate,
    labelled_phantom,
    summarise,
)
from dsatrain.packaging import write_package
from dsatrain.phantom import make_phantom, sample_settings

VALIDATION_SEEDS_FROM = 800_000
"""Below all that `dsatrain.samples.SEEDS_APART` lets train, apart from the test set."""

VALIDATION_SIZE = (384, 384)


@dataclass(frozen=True, eq=False)
class Validation:
    """Mean Dice by class name, None where no run holds the class, and pictures."""

    dice: dict[str, float | None]
    gallery: Gallery


def validation_phantoms(count: int) -> list[LabelledRun]:
    """Make the first runs of the validation set."""
    seeds = range(VALIDATION_SEEDS_FROM, VALIDATION_SEEDS_FROM + count)
    return [
        labelled_phantom(make_phantom(sample_settings(seed, size=VALIDATION_SIZE)))
        for seed in seeds
    ]


def validate(
    config: DSANetConfig, weights: dict[str, Tensor], runs: list[LabelledRun], device: str
) -> Validation:
    """Segment and score runs with weights that are not packaged yet.

    Args:
        config: The network.
        weights: Its state dict, on the CPU.
        runs: At least one.
        device: `cuda`, `mps` or `cpu`.
    """
    gallery = Gallery()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "validated"
        write_package(folder, "validated", config, weights, {}, with_ir=False)
        engine = Engine.load(load_package(folder), device)
        scores = []
        for case, prediction, score in evaluate(engine, runs):
            gallery.add(case, prediction, score)
            scores.append(score)
    summary = summarise(scores)
    return Validation({name: summary[name]["dice"]["mean"] for name in CLASS_NAMES}, gallery)
