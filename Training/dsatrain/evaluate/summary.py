"""Means over cases, with their uncertainty and with what was left out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsatrain.evaluate.labelled import CLASS_NAMES
from dsatrain.evaluate.score import CaseScore
from dsatrain.metrics import MASK_SCORES, Reliability

RESAMPLES = 2000

FEWEST_CASES = 3
"""Fewer say nothing about how a mean would vary, so there is no interval."""


def mean_with_interval(values: NDArray[np.float64]) -> tuple[float, float, float]:
    """Mean and 95 % interval of a bootstrap over cases; nan cases are left out.

    Returns:
        Mean, lower and upper bound; the bounds are nan for fewer than three cases, the mean
        where none is left.
    """
    present = values[np.isfinite(values)]
    if present.size < FEWEST_CASES:
        return float(present.mean()) if present.size else np.nan, np.nan, np.nan
    rng = np.random.default_rng(0)
    means = rng.choice(present, (RESAMPLES, present.size)).mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(present.mean()), float(low), float(high)


def summarise(scores: list[CaseScore]) -> dict[str, Any]:
    """Average scores over the cases whose truth has the class.

    Returns:
        JSON values. Under each class: `cases` with it, and for each score mean, interval and the
        number of cases `left_out` because it has no meaning there. Then MAT painted where there is
        none, the arterial window, the calibration error.
    """
    judged = [score for score in scores if "MAT" in score.scores]
    without = [score for score in judged if "MAT" not in score.in_truth]
    errors = [score.window_error for score in scores if score.window_error is not None]
    calibration = [score.calibration for score in scores if score.calibration is not None]
    return {
        "cases": len(scores),
        **{name: _of_class(scores, name) for name in CLASS_NAMES},
        "runs_without_mat": len(without),
        "mat_painted_without_mat": sum(score.mat_found for score in without),
        "window_within_one_frame": _share([max(abs(a), abs(b)) <= 1 for a, b in errors]),
        "window_start_within_one_frame": _share([abs(start) <= 1 for start, _ in errors]),
        "calibration_error": _plain(pooled(calibration).error) if calibration else None,
    }


def by_group(scores: list[CaseScore]) -> dict[str, dict[str, Any]]:
    """Summarise the cases of each group, such as each artery, apart.

    Returns:
        By the group's key, then by its name; names in the order of their size.
    """
    keys = list(dict.fromkeys(key for score in scores for key in score.groups))
    grouped: dict[str, dict[str, Any]] = {}
    for key in keys:
        names = [score.groups.get(key, "unknown") for score in scores]
        grouped[key] = {
            name: summarise([s for s, of in zip(scores, names, strict=True) if of == name])
            for name in sorted(set(names))
        }
    return grouped


def pooled(parts: list[Reliability]) -> Reliability:
    """Pool the pixels of all cases."""
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _of_class(scores: list[CaseScore], name: str) -> dict[str, Any]:
    kept = [score.scores[name] for score in scores if name in score.in_truth]
    return {"cases": len(kept), **{key: _of_score(kept, key) for key in MASK_SCORES}}


def _of_score(kept: list[dict[str, float]], key: str) -> dict[str, Any]:
    values = np.array([scores[key] for scores in kept], np.float64)
    mean, low, high = mean_with_interval(values)
    left_out = int(np.count_nonzero(~np.isfinite(values)))
    return {
        "mean": _plain(mean),
        "interval_95": [_plain(low), _plain(high)],
        "left_out": left_out,
    }


def _share(answers: list[bool]) -> float | None:
    return round(float(np.mean(answers)), 4) if answers else None


def _plain(value: float) -> float | None:
    """A number as JSON has it, which knows no nan."""
    return round(float(value), 4) if np.isfinite(value) else None
