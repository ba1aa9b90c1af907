import numpy as np
import pytest

from dsanet.engine.prediction import Prediction
from dsanet.prepare import PreparedRun


@pytest.fixture
def prediction() -> Prediction:
    """Three frames of 4 rows and 6 columns; BV in rows 0 and 1, MAT in row 2."""
    labels = np.zeros((4, 6), np.uint8)
    labels[:2, 1:4] = 1
    labels[2, 5] = 2
    frames = np.full((3, 4, 6), 100, np.float32)
    frames[1, labels > 0] = 20
    prepared = PreparedRun(
        frames=frames,
        times=np.arange(3.0),
        field=np.ones((4, 6), bool),
        arterial_window=(1, 2),
        minip=frames[1:].min(axis=0),
        center=100.0,
        scale=80.0,
        subtraction="as stored",
        warnings=(),
    )
    return Prediction(
        labels=labels,
        probabilities=np.eye(3, dtype=np.float16)[labels].transpose(2, 0, 1),
        arterial_window=(1, 2),
        no_mat=False,
        warnings=("Look out.",),
        provenance={"model": "größe", "device": "cpu"},
        prepared=prepared,
        seconds={"prepare": 0.25, "infer": 1.5},
    )
