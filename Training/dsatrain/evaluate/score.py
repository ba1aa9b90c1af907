"""Scoring one prediction."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsanet import labels
from dsanet.engine import Engine, Prediction
from dsanet.io import DSARun
from dsatrain.evaluate.labelled import CLASS_NAMES, LabelledRun
from dsatrain.metrics import MASK_SCORES, Reliability, masks_of, reliability
from dsatrain.metrics.overlap import Mask, dice


@dataclass(frozen=True, eq=False)
class CaseScore:
    """The scores of one run.

    Attributes:
        name: The run's.
        groups: What it is compared by.
        frame_count: Frames of the run.
        scores: By name of each class that the labels can judge, then by name of `MASK_SCORES`; nan
            where one has no meaning.
        in_truth: The classes that the truth holds.
        mat_found: Whether any MAT pixel was found.
        window_error: Frames by which the found arterial window's ends miss the true ones; None
            where these are not known or were given to the engine.
        calibration: Of the exposed field's pixels; None where the labels do not tell the classes.
    """

    name: str
    groups: dict[str, str]
    frame_count: int
    scores: dict[str, dict[str, float]]
    in_truth: frozenset[str]
    mat_found: bool
    window_error: tuple[int, int] | None
    calibration: Reliability | None


def class_masks(
    answer: NDArray[np.uint8], truth: NDArray[np.uint8]
) -> dict[str, tuple[Mask, Mask]]:
    """Split two label images into answer and truth of BV, MAT and the whole vessel.

    Raises:
        ValueError: The shapes differ.
    """
    masks = {entry.name: masks_of(answer, truth, entry.value) for entry in labels.CLASSES}
    return {**masks, "whole": (answer > 0, truth > 0)}


def dice_scores(answer: NDArray[np.uint8], truth: NDArray[np.uint8]) -> dict[str, float]:
    """Dice of each class, and of both as one vessel under `whole`; nan where both are empty."""
    return {name: dice(*masks) for name, masks in class_masks(answer, truth).items()}


def score_case(case: LabelledRun, prediction: Prediction, window_was_given: bool) -> CaseScore:
    """Compare a prediction with the truth.

    Args:
        case: The run and its truth.
        prediction: The engine's answer.
        window_was_given: The arterial window was not left to the engine to find.
    """
    every = class_masks(prediction.labels, case.labels)
    masks = {name: every[name] for name in case.classes}
    wanted, found = case.arterial_window, prediction.arterial_window
    known = wanted is not None and not window_was_given
    return CaseScore(
        name=case.name,
        groups=case.groups,
        frame_count=len(prediction.prepared.frames),
        scores={
            name: {score: function(*pair) for score, function in MASK_SCORES.items()}
            for name, pair in masks.items()
        },
        in_truth=frozenset(name for name, (_, truth) in masks.items() if truth.any()),
        mat_found=not prediction.no_mat,
        window_error=(found[0] - wanted[0], found[1] - wanted[1]) if known else None,
        calibration=reliability(prediction.probabilities, case.labels, prediction.prepared.field)
        if case.classes == CLASS_NAMES
        else None,
    )


def evaluate(
    engine: Engine, cases: Iterable[LabelledRun], *, true_window: bool = False
) -> Iterator[tuple[LabelledRun, Prediction, CaseScore]]:
    """Segment and score runs, one after the other.

    Args:
        engine: The model.
        cases: The runs.
        true_window: Give the engine the true arterial window instead of letting it find one.
    """
    for case in cases:
        given = case.arterial_window if true_window else None
        if isinstance(case.source, DSARun):
            prediction = engine.segment(case.source, given)
        else:
            prediction = engine.segment_prepared(case.source, {"case": case.name})
        yield case, prediction, score_case(case, prediction, given is not None)
