"""A data set of small phantoms as cases, made once."""

from dataclasses import replace

import numpy as np
import pytest

from dsanet.cases import write_case
from dsatrain.data.phantoms import phantom_case
from dsatrain.phantom import make_phantom, sample_settings

COUNT = 6


@pytest.fixture(scope="session")
def phantom_cases():
    """Accepted training cases of six patients; all but the second show a trunk."""
    made = [
        make_phantom(sample_settings(60 + n, size=(64, 56), frame_count=4)) for n in range(COUNT)
    ]
    cases = []
    for number, phantom in enumerate(made):
        case = phantom_case(phantom)
        labels = np.array(case.labels)
        labels[20:24, 10:40] = 1 if number == 1 else 2
        frames = np.where(labels > 0, case.frames - 0.5, case.frames).astype(np.float32)
        facts = replace(case.facts, patient_key=f"{number:016x}")
        cases.append(replace(case, labels=labels, frames=frames, facts=facts))
    return cases


@pytest.fixture(autouse=True)
def few_patients(monkeypatch):
    """Let some of these be held out already."""
    monkeypatch.setattr("dsatrain.finetune.plan.FEWEST_PATIENTS", COUNT)


@pytest.fixture
def dataset(tmp_path, phantom_cases):
    """Writes the cases, as they are or changed by their number."""

    def write(count=COUNT, folder="data", **changed):
        for number, case in enumerate(phantom_cases[:count]):
            change = changed.get(f"case{number}", lambda case: case)
            write_case(tmp_path / folder / f"case-{number}", change(case))
        return tmp_path / folder

    return write
