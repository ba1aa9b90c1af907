"""Scores and runs to summarise."""

import numpy as np
import pytest

from dsatrain.evaluate import CLASS_NAMES, CaseScore
from dsatrain.metrics import MASK_SCORES, reliability


@pytest.fixture
def case():
    """Makes the score of a run; every score of a class is its Dice."""

    def make(mat_dice=0.9, mat_in_truth=True, mat_found=True, window_error=(0, 0), artery="ICA"):
        values = {"BV": 0.5, "MAT": mat_dice, "whole": 0.6}
        present = {"BV", "whole"} | ({"MAT"} if mat_in_truth else set())
        flat = np.full((3, 1, 4), 1 / 3)
        return CaseScore(
            name="run",
            groups={"artery": artery},
            frame_count=3,
            scores={name: dict.fromkeys(MASK_SCORES, values[name]) for name in CLASS_NAMES},
            in_truth=frozenset(present),
            mat_found=mat_found,
            window_error=window_error,
            calibration=reliability(flat, np.zeros((1, 4), np.uint8), np.ones((1, 4), bool)),
        )

    return make
