"""The rig refuses what Slicer refuses."""

from typing import Any

import pytest

from .conftest import qt


def test_a_property_is_no_method(qtApplication: Any) -> None:
    label = qt.QLabel("words")
    assert label.text == "words"
    for getter in (label.text, label.width, qt.QComboBox().currentIndex):
        with pytest.raises(TypeError, match="not callable"):
            getter()


def test_getters_that_are_no_properties_stay_methods(qtApplication: Any) -> None:
    box = qt.QCheckBox()
    box.checked = True
    assert box.isChecked() is True
    assert qt.QTimer().isActive() is False


def test_widgets_take_no_new_attributes_but_python_classes_do(qtApplication: Any) -> None:
    class Own(qt.QWidget):
        pass

    with pytest.raises(AttributeError, match="can not be set"):
        qt.QLabel().runs = 1
    own = Own()
    own.runs = 1
    assert own.runs == 1


def test_a_property_refuses_what_it_cannot_hold(qtApplication: Any) -> None:
    with pytest.raises(AttributeError, match="does not accept"):
        qt.QSlider().value = "much"


def test_slots_get_as_many_arguments_as_they_take(qtApplication: Any) -> None:
    told: list[Any] = []
    box = qt.QCheckBox()
    box.connect("toggled(bool)", lambda: told.append("none"))
    box.connect("toggled(bool)", lambda checked: told.append([checked]))
    box.connect("clicked()", lambda image="own": told.append(image))
    box.click()
    assert told == ["none", [True], "own"]


def test_unknown_signals_are_refused_and_known_ones_disconnected(qtApplication: Any) -> None:
    told: list[Any] = []
    box = qt.QCheckBox()
    with pytest.raises(ValueError, match="no signal"):
        box.connect("changed(bool)", told.append)
    box.connect("toggled(bool)", told.append)
    box.disconnect("toggled(bool)", told.append)
    box.checked = True
    assert told == []


def test_file_dialogs_give_one_value(qtApplication: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from . import pythonqt

    first = pythonqt._first_of(lambda *_arguments: ("/a/run.dcm", "All files"))
    monkeypatch.setattr(qt.QFileDialog, "getOpenFileName", staticmethod(first))
    assert qt.QFileDialog.getOpenFileName(None, "Load") == "/a/run.dcm"
