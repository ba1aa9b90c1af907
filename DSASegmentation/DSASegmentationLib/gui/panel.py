"""The panel: its tabs, and what the module tells them."""

from collections.abc import Callable
from typing import Any

import slicer.util
from slicer.i18n import tr as _

from DSASegmentationLib import installing
from DSASegmentationLib.gui.casestab import CasesTab
from DSASegmentationLib.gui.correcttab import CorrectTab
from DSASegmentationLib.gui.measuretab import MeasureTab
from DSASegmentationLib.gui.runtab import RunTab
from DSASegmentationLib.gui.showing_errors import showingErrors
from DSASegmentationLib.gui.tab import Tab
from DSASegmentationLib.gui.workplace import Workplace

TABS: tuple[tuple[str, type[Tab]], ...] = (
    ("RunTab", RunTab),
    ("CorrectTab", CorrectTab),
    ("CasesTab", CasesTab),
    ("MeasureTab", MeasureTab),
)
"""The tabs from left to right: the name of a .ui file in Resources/UI, and its class."""


class Panel:
    """All of the module's panel.

    Attributes:
        widget: The panel's widget.
        place: What the tabs share.
        tabs: The tabs by their key in `TABS`.
    """

    def __init__(self, place: Workplace, resourcePath: Callable[[str], str]) -> None:
        """Build the panel.

        Args:
            place: What the tabs share; the panel listens to it.
            resourcePath: Gives the path of a file in the module's Resources.
        """
        self.place = place
        self._resumed = False
        self.widget = slicer.util.loadUI(resourcePath("UI/DSASegmentation.ui"))
        self._ui = slicer.util.childWidgetVariables(self.widget)
        self.tabs = {key: made(place, resourcePath(f"UI/{key}.ui")) for key, made in TABS}
        for tab in self.tabs.values():
            self._ui.tabs.addTab(tab.widget, tab.title())
        self._ui.tabs.connect("currentChanged(int)", self._turn)
        place.onChange, place.onFrame, place.onJob = self.refresh, self._frame, self._job

    def enter(self) -> None:
        """Begin to observe the scene, as the user comes to the module."""
        self._resume()
        self.place.enter()
        for tab in self.tabs.values():
            tab.enter()

    def exit(self) -> None:
        """Observe nothing any more; a segmentation goes on."""
        for tab in self.tabs.values():
            tab.exit()
        self.place.exit()

    def refresh(self) -> None:
        """Show the scene's runs and the active one anew."""
        for tab in self.tabs.values():
            tab.refresh()

    def setParameters(self, parameters: Any) -> None:
        """Connect the tabs to the module's parameter node; None disconnects them."""
        for tab in self.tabs.values():
            tab.setParameters(parameters)

    def close(self) -> None:
        """End all work: no observer, timer or worker is left."""
        self.setParameters(None)
        for tab in self.tabs.values():
            tab.close()
        self.place.exit()
        self.place.leaveScene()

    def _turn(self, current: int) -> None:
        for number, tab in enumerate(self.tabs.values()):
            tab.turned(number == current)

    def _resume(self) -> None:
        """Go on, the first time, with an installation that a restart interrupted."""
        if not self._resumed:
            self._resumed = True
            with showingErrors(_("The installation could not be completed.")):
                installing.resume(slicer.util.mainWindow())

    def _frame(self) -> None:
        for tab in self.tabs.values():
            tab.showFrame()

    def _job(self, job: Any) -> None:
        for tab in self.tabs.values():
            tab.showJob(job)
