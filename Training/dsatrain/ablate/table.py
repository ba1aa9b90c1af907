"""The study as Markdown tables with intervals over runs and seeds."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsatrain.ablate.variants import VARIANTS

RESAMPLES = 2000
COLUMNS = (
    ("BV Dice", "bv"),
    ("MAT Dice", "mat"),
    ("whole Dice", "whole"),
    ("BV clDice", "bv_cl_dice"),
    ("MAT painted without MAT", "mat_painted"),
)
NO_DIFFERENCE = "no difference shown"

Scores = NDArray[np.float64]
"""(seeds, runs), nan where a score has no meaning."""


def study_tables(study: Mapping[str, Any]) -> str:
    """Show a study: the variants, each against the one above it, then the frame counts.

    Args:
        study: What `dsatrain.ablate.run_study` gives.
    """
    trainings = study["trainings"]
    parts = [_words(study["plan"]), _variants_table(trainings), _differences_table(trainings)]
    counted = {key: seeds for key, seeds in trainings.items() if any(_frames_of(seeds))}
    if counted:
        parts.append(_frames_table(counted))
    return "\n".join(parts)


def mean_with_interval(scores: Scores) -> tuple[float, float, float]:
    """Mean, and the 95 % interval of a bootstrap over seeds and runs.

    Args:
        scores: nan entries are left out of every mean.

    Returns:
        Mean, lower and upper bound; nan where there is nothing to average.
    """
    rng = np.random.default_rng(0)
    seeds, runs = scores.shape
    if not np.isfinite(scores).any():
        return np.nan, np.nan, np.nan
    means = [
        _mean(scores[np.ix_(rng.integers(0, seeds, seeds), rng.integers(0, runs, runs))])
        for _ in range(RESAMPLES)
    ]
    low, high = np.nanpercentile(means, [2.5, 97.5])
    return _mean(scores), float(low), float(high)


def difference(a: Scores, b: Scores) -> str:
    """Say how `a` differs from `b` on the same seeds and runs."""
    mean, low, high = mean_with_interval(a - b)
    if not np.isfinite(mean):
        return "-"
    words = f"{mean:+.3f} ({low:+.3f} to {high:+.3f})"
    return f"{words}, {NO_DIFFERENCE}" if low <= 0 <= high else words


def scores_of(rows: Sequence[Sequence[Mapping[str, Any]]], key: str) -> Scores:
    """Collect one score, (seeds, runs), from the rows of each seed."""
    values = [[np.nan if row[key] is None else float(row[key]) for row in runs] for runs in rows]
    return np.asarray(values, np.float64)


def _mean(scores: Scores) -> float:
    finite = scores[np.isfinite(scores)]
    return float(finite.mean()) if finite.size else np.nan


def _words(plan: Mapping[str, Any]) -> str:
    return (
        f"Width {plan['width']}, {plan['steps']} steps of crops of {plan['crop_px']} px, seeds"
        f" {', '.join(map(str, plan['seeds']))}, {plan['test_count']} test runs; mean and 95 %"
        " interval over runs and seeds.\n"
    )


def _rows(seeds: Mapping[str, Any]) -> list[list[dict[str, Any]]]:
    return [training["runs"] for training in seeds.values()]


def _variants_table(trainings: Mapping[str, Any]) -> str:
    head = ["network", "million parameters", *(title for title, _ in COLUMNS)]
    lines = []
    for key, seeds in trainings.items():
        parameters = next(iter(seeds.values()))["parameters"] / 1e6
        cells = [score_cell(scores_of(_rows(seeds), score)) for _, score in COLUMNS]
        lines.append([VARIANTS[key].name, f"{parameters:.2f}", *cells])
    return markdown_table(head, lines)


def _differences_table(trainings: Mapping[str, Any]) -> str:
    """Each network against the one above it."""
    head = ["network", "against", *(title for title, _ in COLUMNS)]
    keys = list(trainings)
    lines = []
    for before, key in itertools.pairwise(keys):
        a, b = _rows(trainings[key]), _rows(trainings[before])
        cells = [difference(scores_of(a, score), scores_of(b, score)) for _, score in COLUMNS]
        lines.append([VARIANTS[key].name, VARIANTS[before].name, *cells])
    return markdown_table(head, lines)


def _frames_of(seeds: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [training["frames"] for training in seeds.values() if training["frames"]]


def _frames_table(counted: Mapping[str, Any]) -> str:
    """Every number of frames; the difference is that of the last network to the first."""
    keys = list(counted)
    titles = [VARIANTS[key].name for key in keys]
    both = len(keys) == 2
    head = ["frames", *(f"{t}: {c}" for c in ("BV Dice", "MAT Dice") for t in titles)]
    head += ["BV Dice, difference", "MAT Dice, difference"] if both else []
    lines = []
    for name in _frames_of(counted[keys[0]])[0]:
        rows = {key: [frames[name] for frames in _frames_of(counted[key])] for key in keys}
        found = {s: [scores_of(rows[key], s) for key in keys] for s in ("bv", "mat")}
        cells = [score_cell(scores) for of in found.values() for scores in of]
        cells += [difference(of[1], of[0]) for of in found.values()] if both else []
        lines.append([name, *cells])
    return markdown_table(head, lines)


def score_cell(scores: Scores) -> str:
    """Say a mean and its interval, or "-" where there is nothing to average."""
    mean, low, high = mean_with_interval(scores)
    return f"{mean:.3f} ({low:.3f} to {high:.3f})" if np.isfinite(mean) else "-"


def markdown_table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Lay out lines of cells below a head."""
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"
