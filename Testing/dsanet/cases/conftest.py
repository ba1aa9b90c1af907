"""Small cases with rows != columns and a picture that no turn or mirror maps onto itself."""

import numpy as np
import pytest

from dsanet.cases import Case, CaseFacts

PATIENT, PIXELS = "0123456789abcdef", "ab" * 32


@pytest.fixture
def make_facts():
    def make(**changes):
        return CaseFacts(
            **{
                "source": "DSCA",
                "patient_key": PATIENT,
                "pixel_sha256": PIXELS,
                "status": "accepted",
                **changes,
            }
        )

    return make


@pytest.fixture
def make_case_of(make_facts):
    def make(seed=0, **changes):
        labels = np.zeros((3, 5), np.uint8)
        labels[0, :4] = 1
        labels[1, 0] = 2
        frames = np.random.default_rng(seed).normal(100, 5, (2, 3, 5)).astype(np.float32)
        frames[0, 0, 0], frames[1, 2, 4] = -0.1, 7.25
        field = np.ones((3, 5), bool)
        field[2, 4] = False
        arrays = {
            "frames": frames,
            "times": np.array([0.0, 0.1]),
            "field": field,
            "arterial_window": (0, 1),
            "labels": labels,
            "facts": make_facts(),
        }
        return Case(**{**arrays, **changes})

    return make
