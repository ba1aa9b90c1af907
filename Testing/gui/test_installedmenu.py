"""What was installed or downloaded is seen, and removed after one question."""

from pathlib import Path
from typing import Any

import pytest

from DSASegmentationLib import installing
from DSASegmentationLib.gui import installedmenu
from DSASegmentationLib.installing.stock import Installed

OPENVINO = Installed("package", "openvino", "2026.4", "the engine", 180.4, Path("/slicer/packages"))
MODEL = Installed("model", "ours", "", "a model package", 24.0, Path("/home/models/ours"))


@pytest.fixture
def menu(panel: Any) -> Any:
    return panel.tabs["RunTab"]._installed


@pytest.fixture
def removed(monkeypatch: pytest.MonkeyPatch) -> list[Installed]:
    """What was asked to be removed; what is there is the two above until then."""
    gone: list[Installed] = []
    monkeypatch.setattr(installing, "remove", gone.extend)
    monkeypatch.setattr(
        installing, "installed", lambda: [one for one in (OPENVINO, MODEL) if one not in gone]
    )
    return gone


def lines(menu: Any) -> list[str]:
    menu.fill()
    return [action.text for action in menu.menu.actions()]


def test_lists_name_size_and_purpose(menu: Any, removed: list[Installed]) -> None:
    assert lines(menu) == [
        "Remove openvino 2026.4, 180 MB (the engine)",
        "Remove ours, 24 MB (a model package)",
    ]


def test_removes_after_a_yes_and_the_worker_has_ended(
    menu: Any, removed: list[Installed], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    answers = [False, True]
    monkeypatch.setattr(
        installedmenu.slicer.util,
        "confirmYesNoDisplay",
        lambda text: (asked.append(text), answers.pop(0))[1],
    )
    closed: list[bool] = []
    monkeypatch.setattr(menu._segmenter, "close", lambda: closed.append(True))
    lines(menu)
    menu.menu.actions()[0].trigger()
    assert (removed, closed) == ([], [])
    menu.menu.actions()[0].trigger()
    assert (removed, closed) == ([OPENVINO], [True])
    assert asked[0] == "Remove openvino 2026.4, 180 MB (the engine) from /slicer/packages?"
    assert lines(menu) == ["Remove ours, 24 MB (a model package)"]


def test_says_that_nothing_is_there(menu: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installing, "installed", list)
    assert lines(menu) == ["Nothing was installed or downloaded"]
    assert menu.menu.actions()[0].enabled is False
