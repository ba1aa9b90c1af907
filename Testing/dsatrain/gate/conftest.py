"""Small cases, and models whose answers are made from the truth."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from dsanet.cases import Case, CaseFacts, prepared_run, write_case
from dsanet.engine import Engine
from dsanet.model import DSANetConfig
from dsanet.packages import ModelPackage
from dsatrain.evaluate import LabelledRun
from dsatrain.gate import judge
from dsatrain.gate.cases import GateCase

ROWS, COLUMNS = 40, 56


def make_case(seed=0, with_mat=True, patient=None, **facts):
    """A trunk and a branch, drawn dark, the same no other way round."""
    rng = np.random.default_rng(seed)
    labels = np.zeros((ROWS, COLUMNS), np.uint8)
    shift = seed % 5
    labels[10 + shift : 13 + shift, 2:40] = 2 if with_mat else 1
    labels[13 + shift : 36, 36:38] = 1
    labels[22 + shift : 24 + shift, 38:52] = 1
    frames = rng.normal(0, 0.02, (3, ROWS, COLUMNS)).astype(np.float32)
    frames[:, labels > 0] -= 0.3
    stated = {"status": "accepted", "split": "test", **facts}
    key = f"{seed if patient is None else patient:016x}"
    return Case(
        frames=frames,
        times=np.arange(3, dtype=np.float64),
        field=np.ones((ROWS, COLUMNS), bool),
        arterial_window=(0, 2),
        labels=labels,
        facts=CaseFacts("made", key, f"{seed:064x}", **stated),
    )


def lossy(share, seed=0):
    """A model that misses a share of the vessel pixels."""

    def answer(truth):
        missed = np.random.default_rng(seed).random(truth.shape) < share
        return np.where(missed, 0, truth).astype(np.uint8)

    return answer


def swapped(truth):
    return np.array([0, 2, 1], np.uint8)[truth]


def package(name, digest, **manifest):
    facts = {"name": name, "files": {}, **manifest}
    return ModelPackage(Path(name), name, DSANetConfig(), digest * 64, facts)


class Models:
    """Stand-ins for engines: each package's answer is a function of the truth."""

    def __init__(self):
        self.truths = {}
        self.answers = {}

    def know(self, case, truth=None):
        self.truths[case.run.source.frames.tobytes()] = case.run.labels if truth is None else truth

    def load(self, package, _device):
        def segment_prepared(prepared, _source):
            labels = self.answers[package.name](self.truths[prepared.frames.tobytes()])
            return SimpleNamespace(
                labels=labels,
                probabilities=np.eye(3, dtype=np.float16)[labels].transpose(2, 0, 1),
                prepared=prepared,
                no_mat=not (labels == 2).any(),
                arterial_window=(0, 2),
            )

        return SimpleNamespace(segment_prepared=segment_prepared, device_choice="made up")


class Gate:
    """A frozen set, frozen phantoms, and two models to be given their answers."""

    def __init__(self, folder, models):
        self.folder, self.models = folder, models
        self.child, self.parent = package("child", "a"), package("parent", "b")
        cases = [make_case(100 + number, with_mat=number % 3 > 0) for number in range(3)]
        self.phantoms = [
            GateCase(
                LabelledRun(f"phantom-{n}", prepared_run(c), c.labels, None, {"artery": "ICA"}),
                f"phantom-{n}",
                1.0,
            )
            for n, c in enumerate(cases)
        ]
        for phantom in self.phantoms:
            models.know(phantom)

    def fill(self, count=8, change=lambda case: case, truth=None, **facts):
        """Write cases; `truth` is what the models see where the labels are changed."""
        for number in range(count):
            case = make_case(number, with_mat=number % 3 > 0, **facts)
            write_case(self.folder / f"case-{number}", change(case))
            seen = LabelledRun("", prepared_run(case), case.labels, None, {})
            self.models.know(GateCase(seen, "", 1.0), truth and truth(case.labels))
        return self

    def judge(self, child, parent, on_progress=lambda *_told: None):
        self.models.answers = {"child": child, "parent": parent}
        models = self.child, self.parent
        return judge(*models, self.folder, phantoms=self.phantoms, on_progress=on_progress)


@pytest.fixture
def gate(tmp_path, monkeypatch):
    models = Models()
    monkeypatch.setattr(Engine, "load", models.load)
    return Gate(tmp_path / "gate", models)


@pytest.fixture
def answers():
    """Kinds of models."""
    return SimpleNamespace(lossy=lossy, swapped=swapped)


@pytest.fixture
def tools():
    """What makes cases."""
    return SimpleNamespace(make_case=make_case)
