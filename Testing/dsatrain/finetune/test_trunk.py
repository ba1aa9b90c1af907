"""The threshold of the overview, chosen anew for a child."""

import numpy as np
import pytest

from dsanet.labels import MAT
from dsatrain.finetune.trunk import HIGHEST, SEEDS_FROM, best_threshold, trunk_threshold
from dsatrain.phantom import make_phantom, sample_settings


@pytest.mark.parametrize(
    ("without", "having", "wanted"),
    [
        ([0.01, 0.02], [0.9, 0.8], 0.05),
        ([0.01, 0.1], [0.9, 0.8], 0.45),
        ([0.01, 0.1, 0.95], [0.9, 0.2], 0.15),
        ([0.1], [0.06, 0.9, 0.9], 0.5),
        ([0.3, 0.7], [0.2, 0.4], 0.05),
        ([0.6, 0.7], [0.8, 0.9], 0.05),
        ([], [0.4], 0.05),
        ([0.4], [], 0.05),
    ],
)
def test_the_kinds_part_best_there_and_never_below_the_parents(without, having, wanted):
    kinds = [False] * len(without) + [True] * len(having)
    assert best_threshold([*without, *having], kinds, 0.05) == pytest.approx(wanted)


def test_a_parents_threshold_above_the_highest_stays():
    assert best_threshold([0.55, 0.65], [False, True], 0.58) == 0.58 > HIGHEST


class Clear:
    """An engine to which each run is as clear as its place in the order."""

    def __init__(self, values):
        self.values = list(values)
        self.shapes = []

    def trunk_clearness(self, prepared):
        self.shapes.append(prepared.minip.shape)
        return self.values.pop(0)


def test_phantoms_of_both_kinds_are_looked_at(monkeypatch):
    monkeypatch.setattr("dsatrain.finetune.trunk.SIZE", (160, 128))
    first = make_phantom(sample_settings(SEEDS_FROM, size=(160, 128)))
    assert not np.any(first.labels == MAT)
    engine = Clear([0.2, 0.6])
    assert trunk_threshold(engine, 0.05, each=1) == pytest.approx(0.4)
    assert engine.shapes == [(160, 128)] * 2
