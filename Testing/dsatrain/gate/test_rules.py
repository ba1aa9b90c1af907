"""The rules on numbers that are written out."""

from types import SimpleNamespace

import numpy as np
import pytest

from dsatrain.gate.rules import GROUP_SIZE, interval, is_better, no_group_worse


def pairs(gains, patients=None, group="all"):
    patients = patients or [str(n) for n in range(len(gains))]
    return [
        SimpleNamespace(
            gain=gain,
            patient=patient,
            case=SimpleNamespace(run=SimpleNamespace(groups={"kind": group})),
        )
        for gain, patient in zip(gains, patients, strict=True)
    ]


def test_the_runs_of_a_patient_stay_together():
    """One patient with five good runs and one with a bad one: nothing is certain."""
    values = np.array([0.1] * 5 + [-0.1])
    alone = interval(values, [str(n) for n in range(6)])
    together = interval(values, ["a"] * 5 + ["b"])
    assert alone[0] == together[0] == pytest.approx(0.4 / 6)
    assert together[1] == pytest.approx(-0.1)
    assert together[2] == pytest.approx(0.1)
    assert alone[1] > together[1]


def test_the_interval_is_as_wide_as_that_of_the_mean():
    values = np.random.default_rng(0).normal(0, 1, 400)
    _, low, high = interval(values, [str(n) for n in range(400)])
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.1)


def test_better_needs_the_whole_interval():
    assert is_better(pairs([0.02, 0.01, 0.03, 0.02])).passed
    assert not is_better(pairs([0.02, 0.01, 0.03, -0.05])).passed
    assert not is_better(pairs([0.0] * 9)).passed
    assert not is_better(pairs([float("nan")])).passed
    assert is_better(pairs([0.01, float("nan"), 0.02])).cases == 2


@pytest.mark.parametrize(
    ("gains", "passed"),
    [
        ([-0.009] * GROUP_SIZE, True),
        ([-0.011] * GROUP_SIZE, False),
        ([-0.08, 0.0, 0.03], True),  # -1.7 points, within a standard error of 3.3
        ([-0.08, -0.06, -0.07], False),
        ([-0.04], True),
        ([-0.06, -0.06], False),
    ],
)
def test_a_group_may_fall_by_its_margin_or_its_standard_error(gains, passed):
    (finding,) = no_group_worse(pairs(gains), margin=0.01, few=0.05)
    assert finding.passed == passed
    assert (finding.rule, finding.cases) == ("kind all", len(gains))
