"""The effects as Slicer drives them: registered, copied, given the events of a slice view."""

import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dsanet.labels import BV, MAT
from DSASegmentationLib.gui import startup
from DSASegmentationLib.gui.correct_editor import EFFECTS, LEVEL, REASSIGN, SMART_ERASE, TRACE
from DSASegmentationLib.gui.correct_editor import SegmentEditor as Editor
from DSASegmentationLib.nodes import setReference
from DSASegmentationLib.probabilities import addProbabilities
from DSASegmentationLib.runs import CHANCES
from DSASegmentationLib.visibility import setActiveRun

from ..mrml.conftest import COLUMNS, ROWS, some_labels
from .conftest import addRun, predict
from .mouse import CLICK, DOUBLE, KEY, MOVE, RELEASE, User
from .segment_editor import ScriptedEffect, qMRMLSegmentEditorWidget


@pytest.fixture
def effects(app: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What is registered at the start, by name, as the copies that the editor widget makes."""
    monkeypatch.setattr(ScriptedEffect, "registered", [])
    startup.registerEffects()
    return {made.name: made.self().clone() for made in ScriptedEffect.registered}


@pytest.fixture
def use(app: Any, panel: Any, effects: dict[str, Any]) -> Iterator[Any]:
    """Makes a user of an effect on a run with segments, in an editor of its own."""
    browser = addRun(app, 8)
    segmentation = predict(browser)
    widget = qMRMLSegmentEditorWidget()
    editor = Editor(widget, app.host.scene)
    editor.follow(browser, segmentation)

    def make(name: str) -> User:
        effects[name].editor = widget
        user = User(app, browser, effects[name])
        user.view.sliceLogic().FitSliceToBackground()
        return user

    make.widget = widget  # type: ignore[attr-defined]
    yield make
    editor.release()


def test_the_effects_are_registered_under_the_names_in_the_editor(effects: Any) -> None:
    assert set(effects) == {TRACE, REASSIGN, SMART_ERASE, LEVEL} <= set(EFFECTS)
    for effect in effects.values():
        python = effect.self()
        assert effect.title
        assert python.helpText().startswith("<html>")
        assert python.icon().isNull() is False
        assert type(python).__module__.startswith("DSASegmentationEffects.")
    assert "DSASegmentationEffects" in sys.modules


def test_reassign_takes_a_piece_and_with_shift_all_downstream(app: Any, use: Any) -> None:
    user = use(REASSIGN)
    assert user.click((9, 30)) is True
    assert np.all(user.labels[8:12, 20 : COLUMNS - 6] == MAT)
    assert app.messages.told[-1].endswith("pixels went from BV to MAT.")
    use.widget.undo()
    assert np.array_equal(user.labels, some_labels())
    assert user.click((30, 22), shift=1) is True
    assert not np.any(user.labels == MAT)


def test_other_events_and_other_views_go_on_to_slicer(app: Any, use: Any) -> None:
    volume = SimpleNamespace(className=lambda: "qMRMLThreeDWidget")
    for name in (TRACE, REASSIGN, SMART_ERASE, LEVEL):
        user = use(name)
        assert user.do(MOVE, (9, 30)) is False
        assert user.do(KEY, (9, 30), key="x") is False
        python = user.effect.self()
        assert python.processInteractionEvents(user.interactor, CLICK, volume) is False
        assert user.do(CLICK, (-30, 5)) is False  # beside the picture
        user.interactor.SetControlKey(1)
        assert python.processInteractionEvents(user.interactor, CLICK, user.view) is False
    assert np.array_equal(user.labels, some_labels())


def test_smart_erase_tells_when_contrast_arrived(app: Any, use: Any) -> None:
    user = use(SMART_ERASE)
    assert user.click((9, 40), shift=1) is True
    assert np.all(user.labels[9:11, 20:38] == BV)
    assert not np.any(user.labels[8:12, 42 : COLUMNS - 6])
    use.widget.undo()
    assert np.array_equal(user.labels, some_labels())
    assert user.click((9, 30)) is True
    assert not np.any(user.labels[8:12, 20 : COLUMNS - 6])
    assert "Contrast arrived at 1.1" in app.messages.told[-1]
    assert user.click((33, 50)) is True
    assert app.messages.told[-1] == "There is no vessel to erase here."


def test_a_trace_is_seen_while_it_grows_and_painted_by_a_double_click(app: Any, use: Any) -> None:
    user = use(TRACE)
    use.widget.setCurrentSegmentID("MAT")
    assert user.do(MOVE, (9, 21)) is False
    assert user.effect.actors == []
    assert user.do(CLICK, (9, 21)) is True
    user.do(MOVE, (9, 40))
    ((view, actor),) = user.effect.actors
    assert view is user.view
    short = actor.GetMapper().GetInput().GetNumberOfPoints()
    user.do(MOVE, (9, 48))
    assert actor.GetMapper().GetInput().GetNumberOfPoints() > short > 15
    assert np.array_equal(user.labels, some_labels())
    user.do(CLICK, (9, 48))
    assert user.do(DOUBLE, (9, 48)) is True
    assert np.all(user.labels[9:11, 24:45] == MAT)
    assert user.effect.actors == []
    assert app.messages.told[-1].endswith("pixels traced.")
    use.widget.undo()
    assert np.array_equal(user.labels, some_labels())


def test_enter_paints_and_leaving_the_effect_gives_the_trace_up(app: Any, use: Any) -> None:
    user = use(TRACE)
    use.widget.setCurrentSegmentID("BV")
    for leave in (
        lambda: user.do(KEY, key="Escape"),
        lambda: user.effect.self().deactivate(),
    ):
        user.do(CLICK, (24, 23))
        user.do(MOVE, (34, 23))
        leave()
        assert user.effect.actors == []
        assert user.do(KEY, key="Return") is False
        assert np.array_equal(user.labels, some_labels())
    user.do(CLICK, (24, 23))
    user.do(CLICK, (36, 23))
    assert user.do(KEY, key="Return") is True
    assert np.all(user.labels[25:35, 22:25] == BV)


def test_a_circle_with_smart_erase_takes_what_is_as_doubtful(app: Any, use: Any) -> None:
    user = use(SMART_ERASE)
    user.do(CLICK, (9, 30))
    user.do(MOVE, (9, 31))
    assert user.effect.actors == []
    user.do(MOVE, (20, 50))
    ((_, actor),) = user.effect.actors
    assert actor.GetMapper().GetInput().GetNumberOfPoints() > 50
    assert np.array_equal(user.labels, some_labels())
    assert user.do(RELEASE, (30, 50)) is True
    assert user.effect.actors == []
    assert not np.any(user.labels[8:12, 20 : COLUMNS - 6])
    assert "of BV erased" in app.messages.told[-1]
    use.widget.undo()
    assert np.array_equal(user.labels, some_labels())


def test_a_drag_that_leaves_the_picture_ends_where_it_was_last_inside(app: Any, use: Any) -> None:
    user = use(REASSIGN)
    user.do(CLICK, (9, 30))
    user.do(MOVE, (9, 40))
    user.do(MOVE, (9, COLUMNS + 30))
    assert user.do(RELEASE, (9, COLUMNS + 30)) is True
    assert np.all(user.labels[8:12, 30:41] == MAT)
    assert np.all(user.labels[8:12, 21:30] == BV)
    assert np.all(user.labels[8:12, 41 : COLUMNS - 6] == BV)


def test_a_drag_with_reassign_takes_what_lies_between(app: Any, use: Any) -> None:
    user = use(REASSIGN)
    user.do(CLICK, (9, 30))
    user.do(MOVE, (9, 38))
    assert len(user.effect.actors) == 1
    assert user.do(RELEASE, (9, 40)) is True
    assert np.all(user.labels[8:12, 30:41] == MAT)
    assert np.all(user.labels[8:12, 21:30] == BV)
    assert np.all(user.labels[8:12, 41 : COLUMNS - 6] == BV)


def test_shift_and_a_click_with_vessel_trace_paint_a_twig(app: Any, use: Any) -> None:
    user = use(SMART_ERASE)
    user.click((9, 36), shift=1)
    left = user.labels
    assert not np.any(left[8:12, 42:])
    user = use(TRACE)
    use.widget.setCurrentSegmentID("BV")
    assert user.click((9, 48), shift=1) is True
    assert np.all(user.labels[9:11, 36:47] == BV)
    assert app.messages.told[-1].endswith("pixels traced.")
    use.widget.undo()
    assert np.array_equal(user.labels, left)


def test_shift_and_a_drag_with_vessel_trace_take_what_the_model_saw(app: Any, use: Any) -> None:
    user = use(TRACE)
    chances = np.zeros((3, ROWS, COLUMNS), np.float32)
    chances[BV, 33, 34:50] = 0.3
    addProbabilities(user.browser, chances)
    user.do(CLICK, (33, 40), shift=1)
    user.do(MOVE, (33, 50), shift=1)
    assert len(user.effect.actors) == 1
    assert user.do(RELEASE, (33, 51), shift=1) is True
    assert np.all(user.labels[33, 34:50] == BV)
    assert app.messages.told[-1].endswith("pixels of faint vessels taken.")
    user.do(CLICK, (2, 2), shift=1)
    user.do(RELEASE, (8, 2), shift=1)
    assert app.messages.told[-1] == "The model saw no vessel here. Trace it."


def test_vessel_level_takes_or_leaves_what_is_as_likely_within_the_circle(
    app: Any, use: Any
) -> None:
    user = use(LEVEL)
    chances = np.zeros((3, ROWS, COLUMNS), np.float32)
    chances[BV, 30:35, 34:50] = 0.3
    chances[BV, 32, 34:50] = 0.4
    addProbabilities(user.browser, chances)
    user.do(CLICK, (32, 40))
    user.do(MOVE, (32, 46))
    assert len(user.effect.actors) == 1
    assert user.do(RELEASE, (32, 46)) is True
    expected = some_labels()
    expected[32, 34:47] = BV
    assert np.array_equal(user.labels, expected)
    assert app.messages.told[-1] == "13 pixels changed."
    assert user.click((32, 34)) is True
    expected[32, 34:39] = 0
    assert np.array_equal(user.labels, expected)
    use.widget.undo()
    use.widget.undo()
    assert np.array_equal(user.labels, some_labels())


def test_without_a_model_circles_say_so_and_change_nothing(app: Any, use: Any) -> None:
    for name, shift in ((LEVEL, 0), (SMART_ERASE, 0), (TRACE, 1)):
        user = use(name)
        for role in CHANCES:
            setReference(user.browser, role, None)
        user.do(CLICK, (9, 30), shift=shift)
        user.do(RELEASE, (20, 30), shift=shift)
        assert "the model has not read" in app.messages.errors.pop()
        assert user.effect.actors == []
        assert np.array_equal(user.labels, some_labels())


def test_a_press_that_is_let_go_in_another_run_does_nothing(app: Any, use: Any) -> None:
    user = use(REASSIGN)
    user.do(CLICK, (9, 30))
    user.do(MOVE, (9, 40))
    other = addRun(app, 6)
    use.widget.setSegmentationNode(predict(other))
    assert user.do(RELEASE, (9, 40)) is False
    assert user.effect.actors == []
    assert np.array_equal(user.labels, some_labels())


def test_a_trace_does_not_go_on_in_another_run(app: Any, use: Any) -> None:
    user = use(TRACE)
    user.do(CLICK, (24, 23))
    other = addRun(app, 6)
    segmentation = predict(other)
    setActiveRun(app.host.scene, other)
    use.widget.setSegmentationNode(segmentation)
    assert user.do(MOVE, (34, 23)) is False
    assert user.effect.actors == []


def test_a_drag_along_a_vessel_paints_when_it_is_let_go(app: Any, use: Any) -> None:
    user = use(TRACE)
    use.widget.setCurrentSegmentID("MAT")
    assert user.do(RELEASE, (9, 24)) is False
    user.do(CLICK, (9, 24))
    assert user.do(RELEASE, (9, 24)) is False
    assert np.array_equal(user.labels, some_labels())
    user.do(MOVE, (9, 40))
    assert user.do(RELEASE, (9, 44)) is True
    assert np.all(user.labels[9:11, 26:43] == MAT)
    assert user.effect.actors == []
    assert user.do(KEY, key="Return") is False


def test_segments_of_no_run_are_left_alone(app: Any, use: Any) -> None:
    strange = app.host.scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    use.widget.setSegmentationNode(strange)
    for name in (TRACE, REASSIGN, SMART_ERASE, LEVEL):
        assert use(name).do(CLICK, (9, 30)) is False
        assert app.messages.told[-1] == "This tool works on the segments of DSA runs."
    assert app.messages.errors == []
