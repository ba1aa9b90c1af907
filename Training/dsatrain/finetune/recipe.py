"""How a fine-tuning differs from a training: short, slow to change, and held to the parent."""

from typing import Any

from dsanet.model import STRIDE
from dsanet.packages import ModelPackage
from dsatrain.train import TrainConfig
from dsatrain.train.config import LARGEST_NOISE

STEPS_PER_CASE = 10
FEWEST_STEPS, MOST_STEPS = 60, 800

LEARNING_RATE = 3e-4
"""AdamW. A training from random weights takes 2e-3."""

FROZEN = tuple(
    f"{encoder}.stages.{stage}"
    for encoder in ("frame_encoder", "minip_encoder")
    for stage in range(3)
)
"""Edges and tubes look alike everywhere: the first stages of both encoders move last."""

FROZEN_SHARE = 1 / 8
WARMUP_SHARE = 1 / 16
AVERAGED_SHARE = 1 / 10
"""Of the steps: how far back the averaged weights look."""

LARGEST_CROP_PX = 512
"""What the paper trains with; larger ones take a GPU's memory."""

VALIDATIONS = 5
PATIENCE = 3


def recipe(parent: ModelPackage, cases: int, *, validated: bool, **changes: Any) -> TrainConfig:
    """Give the settings of a fine-tuning.

    Args:
        parent: The model to start from.
        cases: Number of cases to learn from; each adds steps.
        validated: Whether cases are held out to choose the best weights by.
        changes: What of `TrainConfig` is to be otherwise.
    """
    steps = changes.get("steps") or min(max(STEPS_PER_CASE * cases, FEWEST_STEPS), MOST_STEPS)
    settings: dict[str, Any] = {
        "network": parent.config,
        "steps": steps,
        "crop_px": crop_of(parent),
        "look_px": parent.look_px,
        "most_noise": noise_of(parent),
        "learning_rate": LEARNING_RATE,
        "warmup": max(1, round(WARMUP_SHARE * steps)),
        "ema_decay": 1 - 1 / max(2.0, AVERAGED_SHARE * steps),
        "parent": parent.weights_sha256,
        "frozen": FROZEN,
        "frozen_steps": round(FROZEN_SHARE * steps),
        "distillation": 1.0,
        "select_every": -(-steps // VALIDATIONS) if validated else 0,
        "patience": PATIENCE if validated else 0,
    }
    return TrainConfig(**{**settings, **{key: v for key, v in changes.items() if v is not None}})


def crop_of(parent: ModelPackage) -> int:
    """Side of the crops that a parent was trained with, those of a training where it says none.

    A trunk is told from a branch by what lies around it: from smaller crops than its parent's a
    child finds more vessels, but soon takes one class for the other.
    """
    stated = _stated(parent, "crop_px")
    usable = isinstance(stated, int) and STRIDE <= stated <= LARGEST_CROP_PX
    return stated if usable else TrainConfig.crop_px


def noise_of(parent: ModelPackage) -> float:
    """Noise of the crops that a parent was trained with; a child without would forget it."""
    stated = _stated(parent, "most_noise")
    usable = isinstance(stated, float) and 0 <= stated <= LARGEST_NOISE
    return stated if usable else TrainConfig.most_noise


def _stated(parent: ModelPackage, name: str) -> Any:
    training = parent.manifest.get("training")
    return training.get(name) if isinstance(training, dict) else None
