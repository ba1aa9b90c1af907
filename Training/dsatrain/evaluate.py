"""Scoring a model on phantoms that no training has seen. Phantom scores are not clinical ones."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsanet import labels
from dsanet.engine import Engine
from dsatrain.metrics import dice
from dsatrain.phantom import make_phantom, sample_settings

TEST_SEEDS_FROM = 900_000
"""First phantom seed of the test set, below all that `dsatrain.samples.SEEDS_APART` lets train."""

RESAMPLES = 2000


@dataclass(frozen=True)
class CaseScore:
    """The scores of one phantom.

    Attributes:
        seed: The phantom's.
        frame_count: Frames of the run.
        dice: By class name and `whole`, BV and MAT as one; nan where truth and answer are empty.
        mat_in_truth: Whether the phantom has a MAT.
        mat_found: Whether any MAT pixel was found.
        window_error: Frames by which the found arterial window's ends miss the true ones.
    """

    seed: int
    frame_count: int
    dice: dict[str, float]
    mat_in_truth: bool
    mat_found: bool
    window_error: tuple[int, int]


def score_phantoms(engine: Engine, count: int, *, true_window: bool = False) -> Iterator[CaseScore]:
    """Segment the first phantoms of the test set, one after the other.

    Args:
        engine: The model.
        count: Number of phantoms.
        true_window: Give the engine the true arterial window instead of letting it find one.
    """
    for seed in range(TEST_SEEDS_FROM, TEST_SEEDS_FROM + count):
        phantom = make_phantom(sample_settings(seed))
        wanted = phantom.arterial_window
        prediction = engine.segment(phantom.run, wanted if true_window else None)
        found = prediction.arterial_window
        yield CaseScore(
            seed=seed,
            frame_count=phantom.run.frame_count,
            dice=dice_scores(prediction.labels, phantom.labels),
            mat_in_truth=bool(np.any(phantom.labels == labels.MAT)),
            mat_found=not prediction.no_mat,
            window_error=(found[0] - wanted[0], found[1] - wanted[1]),
        )


def dice_scores(answer: NDArray[np.uint8], truth: NDArray[np.uint8]) -> dict[str, float]:
    """Dice of each class, and of both as one vessel under `whole`."""
    scores = {entry.name: dice(answer, truth, entry.value) for entry in labels.CLASSES}
    vessel, true_vessel = ((image > 0).astype(np.uint8) for image in (answer, truth))
    return {**scores, "whole": dice(vessel, true_vessel, 1)}


def mean_with_interval(values: NDArray[np.float64]) -> tuple[float, float, float]:
    """Mean and 95 % interval of a bootstrap over cases; nan cases are left out.

    Returns:
        Mean, lower and upper bound; three nan where no case is left.
    """
    present = values[np.isfinite(values)]
    if not present.size:
        return (float("nan"),) * 3
    rng = np.random.default_rng(0)
    means = rng.choice(present, (RESAMPLES, present.size)).mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(present.mean()), float(low), float(high)


def summarise(scores: list[CaseScore]) -> dict[str, object]:
    """Mean scores with intervals, over the cases that contain a class.

    A class that is absent from truth counts in `mat_painted_without_mat`, not in its Dice.
    """
    summary: dict[str, object] = {"cases": len(scores)}
    for name in ("BV", "MAT", "whole"):
        kept = [s.dice[name] for s in scores if name != "MAT" or s.mat_in_truth]
        mean, low, high = mean_with_interval(np.array(kept))
        summary[name] = {"dice": _plain(mean), "interval_95": [_plain(low), _plain(high)]}
    without = [s for s in scores if not s.mat_in_truth]
    summary["runs_without_mat"] = len(without)
    summary["mat_painted_without_mat"] = sum(s.mat_found for s in without)
    close = [max(abs(error) for error in s.window_error) <= 1 for s in scores]
    summary["window_within_one_frame"] = round(float(np.mean(close)), 4)
    return summary


def _plain(value: float) -> float | None:
    """A number as JSON has it, which knows no nan."""
    return round(value, 4) if np.isfinite(value) else None
