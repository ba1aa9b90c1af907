"""Scoring a model on labelled runs. Phantom scores are not clinical ones."""

from dsatrain.evaluate.labelled import (
    CLASS_NAMES,
    TEST_SEEDS_FROM,
    LabelledRun,
    frozen_phantoms,
    held_out_phantoms,
    labelled_phantom,
    phantom_groups,
)
from dsatrain.evaluate.pictures import Gallery
from dsatrain.evaluate.score import CaseScore, dice_scores, evaluate, score_case
from dsatrain.evaluate.summary import by_group, mean_with_interval, summarise
from dsatrain.evaluate.table import score_table

__all__ = [
    "CLASS_NAMES",
    "TEST_SEEDS_FROM",
    "CaseScore",
    "Gallery",
    "LabelledRun",
    "by_group",
    "dice_scores",
    "evaluate",
    "frozen_phantoms",
    "held_out_phantoms",
    "labelled_phantom",
    "mean_with_interval",
    "phantom_groups",
    "score_case",
    "score_table",
    "summarise",
]
