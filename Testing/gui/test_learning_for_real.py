"""The loop through the panel with the real dsatrain in child processes: no double of anything."""

import shlex
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dsanet.cases import Case, CaseFacts, write_case
from dsanet.packages import Registry

from ..mrml.learning_double import until
from .conftest import settle
from .test_casestab import finish, memory, seen, tab, widget  # noqa: F401

from DSASegmentationLib import learning  # isort: skip

ROWS, COLUMNS, STEPS = 40, 56, 30
TRAIN, TEST = 2, 6


def drawn(seed: int, split: str) -> Case:
    """A trunk and a branch, dark on noise, the same no other way round."""
    rng = np.random.default_rng(seed)
    labels = np.zeros((ROWS, COLUMNS), np.uint8)
    shift = seed % 4
    labels[9 + shift : 13 + shift, 3:39] = 2
    labels[13 + shift : 37, 35:37] = 1
    labels[23 + shift : 25 + shift, 37:51] = 1
    frames = rng.normal(0, 0.02, (3, ROWS, COLUMNS)).astype(np.float32)
    frames[:, labels > 0] -= 0.3
    facts = CaseFacts("drawn", f"{seed:016x}", f"{seed:064x}", status="accepted", split=split)
    return Case(frames, np.arange(3.0), np.ones(labels.shape, bool), (0, 2), labels, facts)


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_package: Any) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv("DSANET_HOME", str(folder))
    registry = Registry(folder)
    registry.import_package(tiny_package.folder)
    registry.activate("tiny", override="small")
    return folder


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """A Python of the user's own, as far as the panel knows."""
    script = tmp_path / "python"
    command = shlex.join([sys.executable, str(Path(__file__).with_name("quick_training.py"))])
    script.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    script.chmod(0o755)
    return script


@pytest.mark.skipif(sys.platform == "win32", reason="the script is one of a Unix shell")
def test_tune_cancel_go_on_judge_activate_roll_back(
    app: Any,
    tab: Any,  # noqa: F811
    home: Path,
    python: Path,
    tmp_path: Path,
) -> None:
    for number in range(TRAIN + TEST):
        split = "train" if number < TRAIN else "test"
        write_case(tmp_path / "cases" / f"case-{number}", drawn(number, split))
    ui = tab.ui
    tab.choose(tmp_path / "cases")
    ui.pythonEdit.text = str(python)
    ui.stepsBox.value = STEPS
    ui.deviceBox.setCurrentText("cpu")
    ui.learnButton.click()
    app.host.scene.Clear(False)
    until(lambda: ui.learnBar.value >= 1 and ui.learnBar.maximum == STEPS, settle)
    ui.learnButton.click()
    finish(tab)
    assert app.messages.errors == []
    training = learning.latest()
    assert training.package() is None
    assert training.hasBegun
    assert all(row.step < STEPS for row in training.rows())

    ui.learnButton.click()
    finish(tab)
    assert app.messages.errors == []
    assert training.rows()[-1].step == STEPS
    assert tab._plot.curves()["loss"][-1][0] == STEPS
    child = training.package()
    assert len(child.manifest["learned"]) == TRAIN
    report = training.report()
    assert report.record.cases == TEST
    verdict = "Passed: it may take" if report.isAccepted else "Not passed: worse than tiny"
    assert verdict in ui.reportBrowser.toPlainText()
    assert ui.activateButton.enabled is report.isAccepted
    assert seen(ui.reasonEdit) is not report.isAccepted
    ui.reasonEdit.text = "to try it"
    ui.activateButton.click()
    assert Registry(home).active().fingerprint == child.fingerprint
    ui.backButton.click()
    assert Registry(home).active().name == "tiny"
    assert app.messages.errors == []
