"""The button of the data set: which one, and sets of cases from and for others."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt
from slicer.i18n import tr as _

from dsanet.cases.sets import import_cases, pack_cases
from DSASegmentationLib.gui.showing_errors import showingErrors

ZIP = "*.zip"


class DatasetMenu:
    """Button and menu."""

    def __init__(
        self,
        ui: Any,
        choose: Callable[[Path], None],
        dataset: Callable[[], Path | None],
    ) -> None:
        """Make the menu.

        Args:
            ui: The tab's widgets.
            choose: Called with the folder that the user chose.
            dataset: Gives the data set.
        """
        self._ui = ui
        self._choose, self._dataset = choose, dataset
        self._menu = qt.QMenu(ui.dataButton)  # kept: Qt does not own a menu of a button
        self._actions = {
            name: self._menu.addAction(text)
            for name, text in (
                ("open", _("Choose folder...")),
                ("pack", _("Pack into a zip file...")),
                ("take", _("Take in a zip file...")),
            )
        }
        for name, do in (
            ("open", self._open),
            ("pack", self._pack),
            ("take", self._takeIn),
        ):
            self._actions[name].connect("triggered()", do)
        ui.dataButton.setMenu(self._menu)

    def refresh(self) -> None:
        """Say which data set it is and offer what can be done."""
        dataset = self._dataset()
        self._ui.dataButton.text = dataset.name if dataset else _("Data set")
        self._ui.dataButton.toolTip = str(dataset or _("Folder with the corrected cases"))
        self._actions["pack"].enabled = self._actions["take"].enabled = dataset is not None

    def _open(self) -> None:
        folder = qt.QFileDialog.getExistingDirectory(self._ui.dataButton, _("Data set"))
        if folder:
            self._choose(Path(folder))

    def _pack(self) -> None:
        dataset = self._dataset()
        path = qt.QFileDialog.getSaveFileName(self._ui.dataButton, _("Pack cases"), "", ZIP)
        if path and dataset:
            with showingErrors(_("The cases could not be packed."), waitCursor=True):
                pack_cases(dataset, Path(path))

    def _takeIn(self) -> None:
        dataset = self._dataset()
        path = qt.QFileDialog.getOpenFileName(self._ui.dataButton, _("Take in cases"), "", ZIP)
        if path and dataset:
            with showingErrors(_("The cases could not be taken in."), waitCursor=True):
                import_cases(Path(path), dataset)
                self._choose(dataset)
