"""Wheel and keys over the slice views: frames instead of slices, of which a run has one."""

from collections.abc import Callable
from typing import Any

from DSASegmentationLib.gui.playing import go, step, toggleMinIP, togglePlaying
from DSASegmentationLib.gui.views import runIn

PRIORITY = 1.0
"""Before the view's own style, which observes with 0 and would leave the picture's plane.

Source: VTK `Interaction` `vtkInteractorObserver.cxx` (Priority), Slicer 5.10
`Libs/MRML/DisplayableManager/vtkMRMLViewInteractorStyle.cxx`.
"""

KEYS: dict[str, Callable[[Any], None]] = {
    "Left": lambda run: step(run, -1),
    "Right": lambda run: step(run, 1),
    "Home": lambda run: go(run, 0),
    "End": lambda run: go(run, run.GetNumberOfItems() - 1),
    "space": togglePlaying,
    "m": toggleMinIP,
}
"""VTK's names of keys and what they do to the run under the mouse."""

WHEEL = {"MouseWheelForwardEvent": -1, "MouseWheelBackwardEvent": 1}


class Navigation:
    """Observes the interactors of some slice views, from `attach` to `detach`."""

    def __init__(self, onRun: Callable[[Any], None]) -> None:
        """Prepare.

        Args:
            onRun: Called with the run whose frame or image was changed.
        """
        self._onRun = onRun
        self._observed: list[tuple[Any, int]] = []

    def attach(self, widgets: list[Any]) -> None:
        """Observe views, and no others any more.

        Args:
            widgets: qMRMLSliceWidgets.
        """
        self.detach()
        for widget in widgets:
            interactor = widget.sliceView().interactor()
            for event in (*WHEEL, "KeyPressEvent"):
                self._observe(interactor, event, widget)

    def detach(self) -> None:
        """Observe nothing any more."""
        for interactor, tag in self._observed:
            interactor.RemoveObserver(tag)
        self._observed = []

    def _observe(self, interactor: Any, event: str, widget: Any) -> None:
        def handle(_caller: Any, _event: str) -> None:
            run = runIn(widget)
            if run is not None and _act(interactor, event, run):
                interactor.GetCommand(tag).SetAbortFlag(1)
                self._onRun(run)

        tag = interactor.AddObserver(event, handle, PRIORITY)
        self._observed.append((interactor, tag))


def _act(interactor: Any, event: str, run: Any) -> bool:
    """Do what a wheel or key asks for; False where it means something else to Slicer."""
    if interactor.GetControlKey() or interactor.GetShiftKey() or interactor.GetAltKey():
        return False
    if event in WHEEL:
        step(run, WHEEL[event])
        return True
    act = KEYS.get(interactor.GetKeySym())
    if act is not None:
        act(run)
    return act is not None
