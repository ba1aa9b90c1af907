"""The table of lesions: how narrow, by each rule, with its interval or why not."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import qt
from slicer.i18n import tr as _

from dsanet.measure import RULES, Lesion, Percent, Scale

NONE = "–"


class LesionTable:
    """Fills a QTableWidget with lesions, one row each."""

    def __init__(self, table: Any, onSelect: Callable[[int], None]) -> None:
        """Prepare an empty table.

        Args:
            table: The QTableWidget.
            onSelect: Called with the number of the lesion, from 0, that the user chose.
        """
        self._table, self._onSelect = table, onSelect
        head = (_("Stenosis"), _("smallest"), *(f"{rule} %" for rule in RULES))
        table.setColumnCount(len(head))
        table.setHorizontalHeaderLabels(head)
        for column, rule in enumerate(RULES, start=2):
            table.horizontalHeaderItem(column).setToolTip(
                _("Against the {reference}, with the interval that holds 95 %").format(
                    reference=RULES[rule]
                )
            )
        table.horizontalHeader().setSectionResizeMode(qt.QHeaderView.Stretch)
        table.connect("currentCellChanged(int,int,int,int)", self._selected)

    def fill(self, lesions: Sequence[Lesion], scale: Scale | None) -> None:
        """Show lesions; millimetres only with a scale."""
        table = self._table
        table.blockSignals(True)
        try:
            table.setRowCount(len(lesions))
            for number, lesion in enumerate(lesions):
                self._put(number, 0, f"{number + 1} {lesion.path}", _placeText(lesion))
                self._put(number, 1, smallestText(lesion, scale), _("smallest diameter"))
                for column, percent in enumerate(lesion.percents.values(), start=2):
                    self._put(number, column, percentText(percent), percent.reason)
            table.resizeRowsToContents()
        finally:
            table.blockSignals(False)

    def _put(self, row: int, column: int, text: str, tip: str) -> None:
        item = qt.QTableWidgetItem(text)
        item.setToolTip(tip)
        self._table.setItem(row, column, item)

    def _selected(self, row: int) -> None:
        if row >= 0:
            self._onSelect(row)


def percentText(percent: Percent) -> str:
    """Tell a percentage with its interval of 95 %.

    >>> percentText(Percent("ECST", 62.3, (55.2, 69.4), 12.0, 30.0, ""))
    '62 (55–69)'
    """
    if percent.value is None or percent.interval is None:
        return NONE
    low, high = percent.interval
    return f"{percent.value:.0f} ({low:.0f}–{high:.0f})"


def smallestText(lesion: Lesion, scale: Scale | None) -> str:
    """Tell the smallest diameter, in mm where a scale is known; * if from darkness."""
    if not np.isfinite(lesion.minimum_px):
        return NONE
    star = " *" if lesion.densitometric else ""
    if scale is None:
        return f"{lesion.minimum_px:.1f} px{star}"
    return f"{lesion.minimum_px * scale.mm_per_px:.2f} mm{star}"


def _placeText(lesion: Lesion) -> str:
    return _("row {row:.0f}, column {column:.0f}, {length:.0f} px long").format(
        row=lesion.row, column=lesion.column, length=lesion.length_px
    )
