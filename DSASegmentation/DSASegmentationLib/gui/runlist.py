"""The list of the scene's runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt

from DSASegmentationLib.gui.rows import rowOf
from DSASegmentationLib.gui.thumbnails import SIDE, lookOf, thumbnail

GAP = 8
"""Pixels between the lines of the list."""


class RunList(qt.QListWidget):
    """Runs with thumbnail and status. Files and folders may be dropped on it.

    Attributes:
        onSelect: Called with the node ID of the run that the user chose.
        onDrop: Called with the paths that were dropped.
    """

    def __init__(
        self, onSelect: Callable[[str], None], onDrop: Callable[[list[Path]], None]
    ) -> None:
        qt.QListWidget.__init__(self)
        self.onSelect, self.onDrop = onSelect, onDrop
        self._icons: dict[str, tuple[Any, Any]] = {}
        self.setIconSize(qt.QSize(SIDE, SIDE))
        self.setAcceptDrops(True)
        self.setMinimumHeight(2 * (SIDE + GAP))
        self.setSpacing(2)
        self.setHorizontalScrollBarPolicy(qt.Qt.ScrollBarAlwaysOff)
        self.setTextElideMode(qt.Qt.ElideMiddle)
        self.connect("currentRowChanged(int)", self._selected)

    def fill(self, browsers: list[Any], jobs: dict[str, Any], active: Any) -> None:
        """Show runs, one of which is the active one.

        Args:
            browsers: The runs' browser nodes.
            jobs: Their last jobs by node ID, where they had any.
            active: The active run, or None.
        """
        self.blockSignals(True)
        try:
            self.clear()
            names = [browser.GetID() for browser in browsers]
            self._icons = {name: self._icons[name] for name in names if name in self._icons}
            for browser in browsers:
                self._add(browser, jobs.get(browser.GetID()))
            self.setCurrentRow(browsers.index(active) if active in browsers else -1)
        finally:
            self.blockSignals(False)

    def describe(self, browser: Any, job: Any) -> None:
        """Say anew how far a run is; its picture stays."""
        for number in range(self.count):
            item = self.item(number)
            if item.data(qt.Qt.UserRole) == browser.GetID():
                text = rowOf(browser, job).text
                item.setText(text)
                item.setToolTip(text)

    def _add(self, browser: Any, job: Any) -> None:
        text = rowOf(browser, job).text
        item = qt.QListWidgetItem(self._icon(browser), text)
        item.setData(qt.Qt.UserRole, browser.GetID())
        item.setToolTip(text)
        self.addItem(item)

    def _icon(self, browser: Any) -> Any:
        """Draw a run's picture if it has changed; the list is filled after every brush stroke."""
        look = lookOf(browser)
        drawn = self._icons.get(browser.GetID())
        if drawn is None or drawn[0] != look:
            drawn = self._icons[browser.GetID()] = look, thumbnail(browser)
        return drawn[1]

    def _selected(self, row: int) -> None:
        if row >= 0:
            self.onSelect(self.item(row).data(qt.Qt.UserRole))

    # What Qt calls

    def dragEnterEvent(self, event: Any) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dragMoveEvent(self, event: Any) -> None:
        event.acceptProposedAction()

    def dropEvent(self, event: Any) -> None:
        files = [url.toLocalFile() for url in event.mimeData().urls()]
        event.acceptProposedAction()
        self.onDrop([Path(file) for file in files if file])
