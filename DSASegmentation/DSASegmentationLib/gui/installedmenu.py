"""The button that shows what was installed or downloaded, and removes it."""

from collections.abc import Callable
from typing import Any

import qt
import slicer.util
from slicer.i18n import tr as _

from DSASegmentationLib import installing
from DSASegmentationLib.gui.showing_errors import showingErrors


class InstalledMenu:
    """A menu with one line for each package and model, made anew whenever it is opened."""

    def __init__(self, ui: Any, segmenter: Any) -> None:
        """Give the button its menu.

        Args:
            ui: The tab's widgets.
            segmenter: Its worker is ended before anything is removed.
        """
        self._segmenter = segmenter
        self.menu = qt.QMenu(ui.installedButton)  # kept: Qt does not own a menu of a button
        self.menu.connect("aboutToShow()", self.fill)
        ui.installedButton.setMenu(self.menu)

    def fill(self) -> None:
        """List what is there now."""
        self.menu.clear()
        with showingErrors(_("What was installed could not be listed.")):
            found = installing.installed()
            for item in found:
                action = self.menu.addAction(_("Remove {what}").format(what=textOf(item)))
                action.connect("triggered()", self._remover(item))
            if not found:
                self.menu.addAction(_("Nothing was installed or downloaded")).enabled = False

    def _remover(self, item: Any) -> Callable[[], None]:
        """What Qt may call, with no argument whatever it has."""
        return lambda: self._remove(item)

    def _remove(self, item: Any) -> None:
        question = _("Remove {what} from {folder}?").format(what=textOf(item), folder=item.folder)
        if not slicer.util.confirmYesNoDisplay(question):
            return
        with showingErrors(_("It could not be removed."), waitCursor=True):
            self._segmenter.close()
            installing.remove([item])


def textOf(item: Any) -> str:
    """Name an item with its size and what it is for."""
    name = f"{item.name} {item.version}".strip()
    return _("{name}, {size:.0f} MB ({purpose})").format(
        name=name, size=item.size_mb, purpose=item.purpose
    )
