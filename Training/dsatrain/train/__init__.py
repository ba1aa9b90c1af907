"""Training: a plain loop in torch, resumable to the step, on one CPU or many GPUs."""

from dsatrain.train.config import FAST, PAPER, PHANTOMS, RECIPES, TrainConfig, Watch
from dsatrain.train.data import TrainingData, cases_of, phantoms, validation_phantoms
from dsatrain.train.loop import inherited, train
from dsatrain.train.reached import Reached, reached
from dsatrain.train.trainer import Trainer

__all__ = [
    "FAST",
    "PAPER",
    "PHANTOMS",
    "RECIPES",
    "Reached",
    "TrainConfig",
    "Trainer",
    "TrainingData",
    "Watch",
    "cases_of",
    "inherited",
    "phantoms",
    "reached",
    "train",
    "validation_phantoms",
]
