"""Keys while the user corrects: one table makes the shortcuts and the sheet that lists them.

Taken by the Segment Editor: digits, Esc, Space, Z, Y, Q, W, I and punctuation; by slice views: R,
V, G, T, B and brackets. Source: Slicer 5.10 `qMRMLSegmentEditorWidget.cxx`,
`installKeyboardShortcuts`; `Docs/user_guide/user_interface.md`, "Mouse & Keyboard Shortcuts".
"""

from collections.abc import Callable
from html import escape
from typing import Any

import qt
import slicer.util
from slicer.i18n import tr as _

KEYS = {
    "N": "nextPlace",
    "P": "previousPlace",
    "S": "swapClass",
    "O": "toggleOverlay",
    "D": "previousFrame",
    "F": "nextFrame",
    "Ctrl+Return": "accept",
}
"""Key by what it does."""


def sheet() -> str:
    """List the keys, as HTML; those of the Segment Editor that matter most, and the mouse."""
    words = {
        "nextPlace": _("next uncertain place"),
        "previousPlace": _("previous uncertain place"),
        "swapClass": _("the other class, MAT or BV"),
        "toggleOverlay": _("segments on or off"),
        "previousFrame": _("previous frame"),
        "nextFrame": _("next frame"),
        "accept": _("accept, next run"),
    }
    rows = [(key, words[does]) for key, does in KEYS.items()]
    rows += [("1 - 9", _("tools from left to right")), ("Z, Y", _("undo, redo"))]
    rows += [("Esc", _("leave the tool")), ("R", _("whole picture"))]
    rows += [
        ("Shift+click", _("Trace: a twig; Reassign: all downstream; Smart Erase: all beyond")),
        ("Drag", _("Reassign: between two places; Smart Erase, Level: a circle")),
        ("Shift+drag", _("Trace: faint vessels in a circle")),
    ]
    cells = (
        f"<tr><td><b>{escape(key)}</b>&nbsp;</td><td>{escape(text)}</td></tr>" for key, text in rows
    )
    return f"<table>{''.join(cells)}</table>"


class Shortcuts:
    """The shortcuts of `KEYS`, from `install` to `remove`; there are none without a main window."""

    def __init__(self, actions: dict[str, Callable[[], None]]) -> None:
        """Prepare.

        Args:
            actions: What to call, by the names in `KEYS`.
        """
        self._actions = actions
        self._made: list[tuple[Any, Callable[[], None]]] = []

    def install(self) -> None:
        """Take the keys."""
        self.remove()
        window = slicer.util.mainWindow()
        for key, does in KEYS.items() if window is not None else ():
            shortcut = qt.QShortcut(qt.QKeySequence(key), window)
            shortcut.connect("activated()", self._actions[does])
            self._made.append((shortcut, self._actions[does]))

    def remove(self) -> None:
        """Give the keys back."""
        for shortcut, action in self._made:
            shortcut.disconnect("activated()", action)
            shortcut.setParent(None)
            shortcut.deleteLater()
        self._made = []
