"""The Cases & Train tab, with real child processes that run a double of dsatrain."""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dsanet.cases import Case, CaseFacts, write_case
from dsanet.packages import DEFAULT_NAME, Registry

from ..mrml import learning_double
from ..mrml.conftest import some_labels
from ..mrml.learning_double import until
from .conftest import openWidget, qt, settle

from DSASegmentationLib import installing, learning  # isort: skip
from DSASegmentationLib.gui import casestab, panel as panel_module  # isort: skip
from DSASegmentationLib.learning import task as task_module  # isort: skip


UI = Path(casestab.__file__).parents[2] / "Resources" / "UI" / "CasesTab.ui"


def makeCase(**facts: Any) -> Case:
    labels = some_labels(24, 32)
    return Case(
        frames=np.where(labels > 0, -0.5, 0.0).astype(np.float32)[None].repeat(3, 0),
        field=np.ones(labels.shape, bool),
        labels=labels,
        times=np.arange(3.0),
        arterial_window=(0, 2),
        facts=CaseFacts("own", "0" * 16, "0" * 64, **facts),
    )


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_package: Any) -> Path:
    learning_double.install(monkeypatch, tmp_path / "home", tiny_package.folder)
    return tmp_path / "home"


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What is remembered from one start to the next."""
    kept: dict[str, str] = {}
    monkeypatch.setattr(casestab, "remembered", lambda key: kept.get(key, ""))
    monkeypatch.setattr(casestab, "remember", kept.__setitem__)
    return kept


@pytest.fixture
def widget(
    app: Any, home: Path, memory: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    tabs = tuple(each for each in panel_module.TABS if each[0] == "CasesTab")
    monkeypatch.setattr(panel_module, "TABS", tabs)
    made = openWidget()
    yield made
    made.panel.tabs["CasesTab"]._learn.close()
    made.cleanup()
    made.parent.deleteLater()


@pytest.fixture
def tab(widget: Any) -> Any:
    return widget.panel.tabs["CasesTab"]


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    folder = tmp_path / "fine"
    write_case(folder / "one", makeCase(status="accepted", reader="ab", note="the siphon"))
    write_case(folder / "two", makeCase(status="in progress", reader="cd"))
    shutil.copytree(folder / "one", folder / "worn")
    (folder / "worn" / "case.json").write_text("{")
    return folder


def lines(tab: Any) -> list[str]:
    """The lines of the list that are seen."""
    found = []
    for number in range(tab._cases.topLevelItemCount):
        item = tab._cases.topLevelItem(number)
        if not item.isHidden():
            found.append(" | ".join(item.text(column) for column in range(3)))
    return found


def select(tab: Any, *names: str) -> None:
    for number in range(tab._cases.topLevelItemCount):
        item = tab._cases.topLevelItem(number)
        item.setSelected(item.text(0) in names)
    settle()


def finish(tab: Any) -> None:
    until(lambda: not tab._learn.stage, settle)


def learn(tab: Any, dataset: Path) -> None:
    tab.choose(dataset)
    tab.ui.learnButton.click()
    finish(tab)


def seen(widget: Any) -> bool:
    return not widget.isHidden()


def test_cases_are_listed_filtered_described_and_compared(tab: Any, dataset: Path) -> None:
    tab.choose(dataset)
    assert lines(tab) == ["one | accepted | ab", "two | in progress | cd", "worn | broken | "]
    assert tab.ui.caseLabel.text == "3 cases: 1 accepted, 1 broken, 1 in progress"
    tab.ui.filterEdit.text = "siphon ACC"
    assert lines(tab) == ["one | accepted | ab", "worn | broken | "]
    tab.ui.filterEdit.text = ""
    select(tab, "one")
    assert tab.ui.caseLabel.text.startswith("one: 3 frames of 24 x 32")
    select(tab, "worn")
    assert tab.ui.caseLabel.text.startswith("worn is broken: ")
    case = makeCase(status="in progress", reader="cd")
    labels = case.labels.copy()
    labels[0, 1:5] = 0
    write_case(dataset / "two", replace(case, labels=labels))
    tab.refresh()
    select(tab, "one", "two")
    assert tab.ui.caseLabel.text.endswith("; 4 pixels differ")


def test_what_would_be_used_is_told_when_somebody_comes_to_the_tab(tab: Any, dataset: Path) -> None:
    tab.choose(dataset)
    assert tab._learn.stage == ""
    tab.turned(True)
    assert tab.ui.planLabel.text == "Looking at the cases..."
    assert tab.ui.learnButton.text == "Fine-tune"
    finish(tab)
    assert tab.ui.planLabel.text == "learns from 4 new cases\nleft out: x: it is empty"
    tab.refresh()
    assert tab._learn.stage == ""  # once is enough


def test_fine_tune_judge_activate_and_roll_back(
    app: Any, tab: Any, dataset: Path, home: Path
) -> None:
    ui = tab.ui
    assert not any(seen(w) for w in (ui.reportBrowser, ui.curveFrame, ui.reasonEdit))
    learn(tab, dataset)
    assert app.messages.errors == []
    assert tab._plot.legend() == {"loss": "loss 0.250", "BV": "BV 0.540"}
    text = ui.reportBrowser.toPlainText()
    assert f"Passed: it may take the place of {DEFAULT_NAME}" in text
    assert "better <by> 3 points" in text
    assert ui.learnButton.text == "Judge again"
    assert seen(ui.keepButton)
    assert not seen(ui.reasonEdit)
    ui.activateButton.click()
    assert Registry(home).active().name == "tiny"
    assert not seen(ui.keepButton)
    assert ui.activateButton.enabled is False
    texts = [ui.modelList.item(n).text() for n in range(ui.modelList.count)]
    assert texts == [f"{DEFAULT_NAME} (with the extension)", "tiny (active)"]
    assert ui.modelList.item(1).font().bold()
    app.messages.answer = False
    ui.backButton.click()
    assert Registry(home).active().name == "tiny"
    app.messages.answer = True
    ui.backButton.click()
    assert Registry(home).active().name == DEFAULT_NAME


def test_judging_moves_a_bar_and_is_cancelled_without_a_trace(
    app: Any, tab: Any, dataset: Path, home: Path
) -> None:
    tab.choose(dataset.rename(dataset.with_name("endless")))
    tab.ui.learnButton.click()
    until(lambda: tab._learn.stage == "judge" and tab.ui.learnBar.value >= 3, settle)
    assert tab.ui.learnBar.maximum == 1000
    assert tab.ui.learnLabel.text == f"Judging on test cases, {tab.ui.learnBar.value} of 1000"
    began = time.monotonic()
    tab.ui.learnButton.click()
    assert tab.ui.learnLabel.text == "Stopping"
    finish(tab)
    assert time.monotonic() - began < 5  # of the 20 s that it would have taken
    assert app.messages.errors == []
    assert not learning.latest().gateFolder.exists()
    assert tab.ui.learnButton.text == "Judge again"


def test_a_child_that_is_worse_can_be_kept_and_is_activated_for_a_reason_only(
    app: Any, tab: Any, dataset: Path, home: Path
) -> None:
    ui = tab.ui
    learn(tab, dataset.rename(dataset.with_name("worse")))
    assert app.messages.errors == []
    assert "Not passed" in ui.reportBrowser.toPlainText()
    assert seen(ui.reasonEdit)
    assert ui.activateButton.enabled is False
    ui.keepButton.click()
    assert [each.name for each in Registry(home).list_models()] == [DEFAULT_NAME, "tiny"]
    assert Registry(home).active().name == DEFAULT_NAME
    ui.reasonEdit.text = "  "
    assert ui.activateButton.enabled is False
    ui.reasonEdit.text = "seen on forty runs"
    ui.activateButton.click()
    entry = Registry(home).list_models()[1]
    assert (entry.active, entry.activation.reason) == (True, "seen on forty runs")


def test_cancel_close_the_scene_and_go_on_after_a_restart(
    app: Any, tab: Any, dataset: Path, tmp_path: Path, memory: dict[str, str]
) -> None:
    slow = dataset.rename(dataset.with_name("slow"))
    tab.choose(slow)
    tab.ui.learnButton.click()
    assert tab.ui.learnButton.text == "Cancel"
    app.host.scene.Clear(False)  # learning has nothing to do with the scene
    until(lambda: tab.ui.learnBar.value >= 3, settle)
    assert tab.ui.learnBar.maximum == 1000
    assert tab.ui.learnLabel.text == "Fine-tuning, 2 min left"
    tab.ui.learnButton.click()
    assert tab._learn._task.cancelled
    finish(tab)
    assert app.messages.errors == []
    done = learning.latest().rows()[-1].step
    assert done >= 3

    again = casestab.CasesTab(tab.place, str(UI))
    assert again.ui.dataButton.text == "slow"
    again.turned(True)
    finish(again)
    assert again.ui.learnButton.text == "Go on with fine-tuning"
    assert again._plot._rows[-1].step == done
    again.ui.learnButton.click()
    until(lambda: again.ui.learnBar.value > done, settle)
    again._learn.close()
    assert learning.latest().rows()[-1].step > done


@pytest.mark.parametrize(
    ("name", "words"),
    [("refused", "refused holds nothing; correct some"), ("dies", "ended with exit code -9")],
)
def test_a_process_that_refuses_or_dies_is_told_in_a_sentence(
    app: Any, tab: Any, tmp_path: Path, name: str, words: str
) -> None:
    (tmp_path / name).mkdir()
    learn(tab, tmp_path / name)
    assert len(app.messages.errors) == 1
    assert words in app.messages.errors[0]
    assert tab.ui.learnButton.text == "Fine-tune"
    assert tab.ui.caseLabel.text.startswith("No cases yet")


def test_a_kill_from_outside_leaves_the_tab_usable(app: Any, tab: Any, dataset: Path) -> None:
    tab.choose(dataset.rename(dataset.with_name("slow")))
    tab.ui.learnButton.click()
    os.kill(tab._learn._task._process.pid, signal.SIGKILL)
    finish(tab)
    assert "ended with exit code -9" in app.messages.errors[0]
    assert tab.ui.learnButton.enabled


def test_without_torch_the_user_is_offered_the_installation(
    app: Any, tab: Any, dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from DSASegmentationLib.gui import trainingpackages

    asked: list[Any] = []
    monkeypatch.setitem(task_module.NEEDED, "no_such_torch", "torch>=2.10")
    monkeypatch.setitem(task_module.NEEDED, "no_such_monai", "monai>=1.5")
    monkeypatch.setattr(installing, "ensureTorch", lambda _parent: asked.append("torch") or True)
    monkeypatch.setattr(
        trainingpackages.installing,
        "install",
        lambda needed, _parent: asked.append([each.name for each in needed]),
    )
    tab.choose(dataset)
    tab.look()
    finish(tab)  # looking asks nobody
    assert "lacks torch>=2.10, monai>=1.5" in tab.ui.planLabel.text
    assert (asked, app.messages.errors) == ([], [])
    tab.ui.learnButton.click()
    finish(tab)
    assert asked == ["torch", ["monai"]]
    assert "Training also needs monai" in app.messages.questions[0]
    finish(tab)


def test_of_another_python_it_is_said_what_it_lacks(
    app: Any, tab: Any, dataset: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import sys

    monkeypatch.setattr(installing, "ensureTorch", lambda _parent: pytest.fail("asked"))
    monkeypatch.setitem(task_module.NEEDED, "no_such_torch", "torch>=2.10")
    tab.ui.pythonEdit.text = sys.executable
    learn(tab, dataset)
    assert "lacks torch>=2.10" in app.messages.errors[0]
    tab.ui.pythonEdit.text = str(tmp_path / "nowhere")
    tab.ui.learnButton.click()
    assert "nowhere could not be started" in app.messages.errors[1]
    assert tab.ui.learnButton.text == "Fine-tune"


def test_cases_are_given_away_and_taken_in(
    app: Any, tab: Any, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tab._menu._actions["pack"].enabled is False
    shutil.rmtree(dataset / "worn")
    tab.choose(dataset)
    dialogs = qt.QFileDialog
    target = str(tmp_path / "set.zip")
    monkeypatch.setattr(dialogs, "getSaveFileName", staticmethod(lambda *_given: target))
    monkeypatch.setattr(dialogs, "getOpenFileName", staticmethod(lambda *_given: target))
    tab._menu._actions["pack"].trigger()
    (tmp_path / "theirs").mkdir()
    tab.choose(tmp_path / "theirs")
    tab._menu._actions["take"].trigger()
    assert app.messages.errors == []
    assert lines(tab) == ["one | accepted | ab", "two | in progress | cd"]
    Path(target).write_bytes(b"no zip")
    tab._menu._actions["take"].trigger()
    assert "set.zip" in app.messages.errors[0]


def test_at_most_seven_controls_are_in_view(tab: Any, dataset: Path) -> None:
    learn(tab, dataset.rename(dataset.with_name("worse")))
    inside = {id(w) for w in tab.ui.advancedButton.findChildren(qt.QWidget)}
    controls = [
        *tab.widget.findChildren(qt.QPushButton),
        *tab.widget.findChildren(qt.QLineEdit),
        *tab.widget.findChildren(qt.QComboBox),
    ]
    seen_ones = [w for w in controls if id(w) not in inside and seen(w)]
    assert len(seen_ones) == 7


def test_broken_models_are_listed_with_the_reason(app: Any, tab: Any, home: Path) -> None:
    (home / "models" / "worn").mkdir(parents=True)
    tab._decisions.refresh()
    texts = [tab.ui.modelList.item(n).text() for n in range(tab.ui.modelList.count)]
    assert texts[0] == f"{DEFAULT_NAME} (active, with the extension)"
    assert texts[1].startswith("worn (broken: ")
    tab.ui.modelList.setCurrentRow(1)
    tab.ui.reasonEdit.text = "all the same"
    tab.ui.activateButton.click()
    assert "worn" in app.messages.errors[0]
    assert Registry(home).active().name == DEFAULT_NAME


def test_runs_to_correct_next_are_listed(tab: Any, tmp_path: Path) -> None:
    tab._learn.rank(tmp_path / "fine")
    finish(tab)
    assert tab.ui.rankLabel.text == "1. run-7: the most uncertain"


def test_a_data_set_that_is_gone_is_told_and_the_tab_works_on(
    app: Any, tab: Any, dataset: Path
) -> None:
    tab.choose(dataset)
    shutil.rmtree(dataset)
    tab.refresh()
    assert len(app.messages.errors) == 1
    assert lines(tab) == []
    tab.refresh()
    assert len(app.messages.errors) == 1
