"""What every tab of the panel has."""

from typing import Any

import slicer.util

from DSASegmentationLib.gui.workplace import Workplace


class Tab:
    """One tab: a .ui file and what it does.

    Attributes:
        title: What stands on the tab, translated; set by the class of the tab.
        place: What all tabs share.
        widget: The tab's widget.
        ui: Its named child widgets as attributes.
    """

    def __init__(self, place: Workplace, uiFile: str) -> None:
        """Load the tab.

        Args:
            place: What all tabs share.
            uiFile: Path of the .ui file.
        """
        self.place = place
        self.widget = slicer.util.loadUI(uiFile)
        self.widget.setMRMLScene(place.scene)
        self.ui = slicer.util.childWidgetVariables(self.widget)

    def title(self) -> str:
        """What stands on the tab, translated."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Show the scene's runs and the active one anew."""

    def showFrame(self) -> None:
        """Show which frame the active run is at."""

    def showJob(self, job: Any) -> None:
        """Show how far a segmentation is."""

    def setParameters(self, parameters: Any) -> None:
        """Connect the tab to the module's parameter node; None disconnects it."""

    def enter(self) -> None:
        """Called as the user comes to the module."""

    def exit(self) -> None:
        """Called as the user leaves the module."""

    def turned(self, current: bool) -> None:
        """Called as the user comes to this tab or leaves it for another one."""

    def close(self) -> None:
        """Let go of the scene's nodes, before the scene is closed or the module ends."""
