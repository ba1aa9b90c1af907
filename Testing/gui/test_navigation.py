"""Wheel and keys over a view move frames, and the picture stays in the view's plane."""

from collections.abc import Callable
from typing import Any

import pytest

from DSASegmentationLib import runs
from DSASegmentationLib.visibility import imageShown

from .conftest import addPlane, addRun


@pytest.fixture
def browser(app: Any, panel: Any) -> Any:
    return addRun(app)


@pytest.fixture
def send(app: Any) -> Callable[..., int]:
    """Sends an event to a view; gives how many of them Slicer's own style would have got."""

    def sent(event: str, key: str = "", view: str = "Red", **keys: int) -> int:
        interactor = app.layoutManager().sliceWidget(view).sliceView().interactor()
        got: list[str] = []
        tag = interactor.AddObserver(event, lambda *_: got.append(event), 0.0)
        for name in ("Control", "Shift", "Alt"):
            getattr(interactor, f"Set{name}Key")(keys.get(name, 0))
        interactor.SetKeySym(key)
        interactor.InvokeEvent(event)
        interactor.RemoveObserver(tag)
        return len(got)

    return sent


def test_the_wheel_steps_through_frames_and_not_out_of_the_picture(
    browser: Any, send: Callable[..., int]
) -> None:
    assert [send("MouseWheelBackwardEvent") for _ in range(3)] == [0, 0, 0]
    assert browser.GetSelectedItemNumber() == 3
    assert send("MouseWheelForwardEvent") == 0
    assert browser.GetSelectedItemNumber() == 2
    assert imageShown(browser) == runs.SUBTRACTED


def test_the_wheel_stops_at_both_ends(browser: Any, send: Callable[..., int]) -> None:
    send("MouseWheelForwardEvent")
    assert browser.GetSelectedItemNumber() == 0
    for _ in range(9):
        send("MouseWheelBackwardEvent")
    assert browser.GetSelectedItemNumber() == 5


@pytest.mark.parametrize("key", ["Control", "Shift", "Alt"])
def test_with_a_modifier_the_wheel_is_slicers(
    browser: Any, send: Callable[..., int], key: str
) -> None:
    assert send("MouseWheelBackwardEvent", **{key: 1}) == 1
    assert browser.GetSelectedItemNumber() == 0


def test_keys_step_play_and_change_to_the_minip(browser: Any, send: Callable[..., int]) -> None:
    for key, frame in (("Right", 1), ("End", 5), ("Left", 4), ("Home", 0)):
        assert send("KeyPressEvent", key) == 0
        assert browser.GetSelectedItemNumber() == frame
    send("KeyPressEvent", "space")
    assert browser.GetPlaybackActive()
    send("KeyPressEvent", "m")
    assert imageShown(browser) == runs.MINIP
    assert not browser.GetPlaybackActive()
    send("KeyPressEvent", "m")
    assert imageShown(browser) == runs.SUBTRACTED


def test_the_frames_that_were_chosen_come_back_after_the_minip(
    panel: Any, browser: Any, send: Callable[..., int]
) -> None:
    panel.tabs["RunTab"].ui.nativeButton.click()
    send("KeyPressEvent", "m")
    send("KeyPressEvent", "m")
    assert imageShown(browser) == runs.NATIVE


def test_other_keys_are_slicers(browser: Any, send: Callable[..., int]) -> None:
    assert send("KeyPressEvent", "r") == 1


def test_each_plane_is_moved_in_its_own_view(
    app: Any, panel: Any, send: Callable[..., int]
) -> None:
    frontal, lateral = addPlane(app, "A"), addPlane(app, "B")
    panel.place.showPair(True)
    send("MouseWheelBackwardEvent", view="Yellow")
    assert (frontal.GetSelectedItemNumber(), lateral.GetSelectedItemNumber()) == (0, 1)


def test_a_view_without_a_run_is_left_alone(app: Any, panel: Any, send: Callable[..., int]) -> None:
    assert send("MouseWheelForwardEvent") == 1
    panel.place.remove(addRun(app))
    assert send("MouseWheelForwardEvent") == 1


def test_after_leaving_the_module_the_wheel_is_slicers(
    panel: Any, browser: Any, send: Callable[..., int]
) -> None:
    panel.exit()
    assert send("MouseWheelBackwardEvent") == 1
    assert browser.GetSelectedItemNumber() == 0
    panel.enter()
    assert send("MouseWheelBackwardEvent") == 0
