"""What a child must show before it may take its parent's place, rule by rule.

All differences are child minus parent on the same run; Dice and clDice are shares, 0 to 1.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import methodcaller

import numpy as np
from numpy.typing import NDArray

from dsatrain.evaluate import CLASS_NAMES
from dsatrain.gate.pairs import Pair

RESAMPLES = 5000
GROUP_SIZE = 3
"""Fewer cases tell nothing of how a mean would vary."""


@dataclass(frozen=True)
class Margins:
    """By how much a mean may fall.

    One that falls further must also fall beyond its own standard error, or every child would fail
    by chance in one group of many.

    Attributes:
        group: Of a subgroup or a class.
        few: Of a subgroup with fewer than three cases, which has no standard error.
        phantoms: Of all frozen phantoms, whatever the standard error.
        phantom_group: Of a subgroup of them.
    """

    group: float = 0.01
    few: float = 0.05
    phantoms: float = 0.01
    phantom_group: float = 0.02


@dataclass(frozen=True)
class Finding:
    """What one rule found.

    Attributes:
        rule: Its name.
        passed: Whether the child passed.
        words: What was found, one sentence.
        cases: How many runs it rests on.
        mean: Mean difference; nan where the rule counts instead.
        low: Lower end of its 95 % interval, or nan.
        high: Upper end.
    """

    rule: str
    passed: bool
    words: str
    cases: int
    mean: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")


def interval(values: NDArray[np.float64], patients: Sequence[str]) -> tuple[float, float, float]:
    """Mean and 95 % interval of a bootstrap over patients, whose runs stay together.

    Args:
        values: float64 (n,), finite.
        patients: Key of each value's patient.

    Source: Efron and Tibshirani, An introduction to the bootstrap, 1993, chapter 13 (percentiles).

    >>> interval(np.array([1.0, 1.0]), ["a", "b"])
    (1.0, 1.0, 1.0)
    """
    keys = sorted(set(patients))
    places = np.array([keys.index(patient) for patient in patients])
    sums = np.bincount(places, values, len(keys))
    counts = np.bincount(places, minlength=len(keys))
    drawn = np.random.default_rng(0).integers(len(keys), size=(RESAMPLES, len(keys)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(values.mean()), float(low), float(high)


def is_better(pairs: Sequence[Pair]) -> Finding:
    """The mean gain is above 0, and so is the lower end of its interval."""
    kept = [pair for pair in pairs if np.isfinite(pair.gain)]
    if not kept:
        return Finding("better", False, "no run has a truth to judge by", 0)
    values = np.array([pair.gain for pair in kept])
    mean, low, high = interval(values, [pair.patient for pair in kept])
    words = f"Dice of BV and MAT {_points(mean)} points (95 % {_points(low)} to {_points(high)})"
    return Finding("better", low > 0, words, len(kept), mean, low, high)


def no_class_worse(pairs: Sequence[Pair], margin: float, few: float) -> list[Finding]:
    """No class's Dice has fallen."""
    return [
        _held(f"{of} Dice", pairs, methodcaller("difference", of), margin, few)
        for of in CLASS_NAMES
    ]


def no_group_worse(pairs: Sequence[Pair], margin: float, few: float) -> list[Finding]:
    """In no group of runs the gain has become a loss."""
    keys = dict.fromkeys(key for pair in pairs for key in pair.case.run.groups)
    found = []
    for key in keys:
        names = [pair.case.run.groups.get(key, "unknown") for pair in pairs]
        for name in sorted(set(names)):
            part = [pair for pair, of in zip(pairs, names, strict=True) if of == name]
            found.append(_held(f"{key} {name}", part, lambda pair: pair.gain, margin, few))
    return found


def centrelines_held(pairs: Sequence[Pair]) -> Finding:
    """BV clDice is no worse."""
    return _held("BV clDice", pairs, methodcaller("difference", "BV", "cl_dice"), 0.0, 0.0)


def no_more_hallucination(pairs: Sequence[Pair]) -> Finding:
    """MAT is painted in no more of the runs whose truth has none."""
    without = [pair for pair in pairs if "MAT" not in pair.child.in_truth]
    child = sum(pair.child.mat_found for pair in without)
    parent = sum(pair.parent.mat_found for pair in without)
    words = f"MAT painted in {child} of {len(without)} runs without MAT, by the parent in {parent}"
    return Finding("MAT where there is none", child <= parent, words, len(without))


def nothing_forgotten(pairs: Sequence[Pair], margins: Margins) -> list[Finding]:
    """On the frozen phantoms nothing has fallen: neither all, nor a class or group, nor MAT."""
    kept = np.array([pair.gain for pair in pairs if np.isfinite(pair.gain)])
    mean = float(kept.mean()) if kept.size else float("nan")
    words = f"Dice of BV and MAT {_points(mean)} points"
    findings = [
        Finding("all", bool(mean >= -margins.phantoms), words, int(kept.size), mean),
        *no_class_worse(pairs, margins.phantom_group, margins.few),
        *no_group_worse(pairs, margins.phantom_group, margins.few),
        no_more_hallucination(pairs),
    ]
    return [_renamed(finding, f"phantoms: {finding.rule}") for finding in findings]


def _held(
    rule: str,
    pairs: Sequence[Pair],
    value_of: Callable[[Pair], float],
    margin: float,
    few: float,
) -> Finding:
    """Whether a mean difference has not fallen below its margin; without cases nothing has."""
    kept = [pair for pair in pairs if np.isfinite(value_of(pair))]
    if not kept:
        return Finding(rule, True, "no run to judge by", 0)
    values = np.array([value_of(pair) for pair in kept])
    mean, count = float(values.mean()), len(values)
    if count < GROUP_SIZE:
        passed = mean >= -few
    else:
        error = float(values.std(ddof=1)) / count**0.5
        passed = mean >= -max(margin, error)
    return Finding(rule, passed, f"{_points(mean)} points in {count} runs", count, mean)


def _renamed(finding: Finding, rule: str) -> Finding:
    return Finding(**{**vars(finding), "rule": rule})


def _points(share: float) -> str:
    return f"{100 * share:+.2f}"
