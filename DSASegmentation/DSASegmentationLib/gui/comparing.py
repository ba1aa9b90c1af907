"""Two measured runs side by side: a part of the Measure tab's Advanced section."""

from collections.abc import Mapping
from typing import Any

import qt
from slicer.i18n import tr as _

from dsanet.measure.report.values import comparison
from DSASegmentationLib.gui.boxes import chosenIn, fill
from DSASegmentationLib.measuring import Measured


class Comparing:
    """A chooser of another measured run, and a table of both runs' numbers."""

    def __init__(self, ui: Any) -> None:
        self._box, self._table = ui.compareBox, ui.compareTable
        self._measured: Measured | None = None
        self._others: Mapping[str, Measured] = {}
        head = ("", _("this run"), _("other run"), _("difference"))
        self._table.setColumnCount(len(head))
        self._table.setHorizontalHeaderLabels(head)
        self._table.horizontalHeader().setSectionResizeMode(qt.QHeaderView.ResizeToContents)
        self._box.connect("currentIndexChanged(int)", self._fill)

    def show(self, measured: Measured | None, others: Mapping[str, Measured]) -> None:
        """Offer other runs to compare with.

        Args:
            measured: Measurements of the run that the user works on, or None.
            others: Those of other runs, by node ID.
        """
        self._measured, self._others = measured, others if measured else {}
        none = _("no run") if self._others else _("measure another run first")
        names = [(other.run.GetName(), key) for key, other in self._others.items()]
        fill(self._box, [(none, ""), *names], chosenIn(self._box))
        self._box.enabled = bool(self._others)
        self._fill()

    def _fill(self) -> None:
        other = self._others.get(chosenIn(self._box))
        table = self._table
        table.setVisible(other is not None)
        if other is None or self._measured is None:
            table.setRowCount(0)
            return
        rows = comparison(self._measured.values, other.values)
        table.setRowCount(len(rows))
        for number, (name, row) in enumerate(rows.items()):
            words = name.replace("_px", ", px").replace("_", " ")
            for column, text in enumerate((words, *(_text(value) for value in row.values()))):
                table.setItem(number, column, qt.QTableWidgetItem(text))


def _text(value: Any) -> str:
    return "–" if value is None else f"{value:.4g}"
