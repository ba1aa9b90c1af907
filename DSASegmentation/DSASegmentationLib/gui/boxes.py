"""Combo boxes that are filled anew without telling it."""

from collections.abc import Iterable
from typing import Any


def fill(box: Any, entries: Iterable[tuple[str, str]], chosen: str) -> None:
    """Fill a combo box.

    Args:
        box: The QComboBox; its signals are silent meanwhile.
        entries: Text and key of each entry.
        chosen: The key of the entry to show; the first one where there is none such.
    """
    box.blockSignals(True)
    try:
        box.clear()
        for text, key in entries:
            box.addItem(text, key)
        if box.count:
            box.setCurrentIndex(max(box.findData(chosen), 0))
    finally:
        box.blockSignals(False)


def chosenIn(box: Any) -> str:
    """Give the key of the entry that is shown, empty where there is none."""
    return str(box.itemData(box.currentIndex) or "")
