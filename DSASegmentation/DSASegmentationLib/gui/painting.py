"""What painted plots share: a painter that always ends, pens, the place of the mouse."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import qt


@contextmanager
def painterOn(widget: Any) -> Iterator[Any]:
    """Give a painter on a widget's background, for its paintEvent."""
    painter = qt.QPainter()
    painter.begin(widget)
    try:
        painter.setRenderHint(qt.QPainter.Antialiasing)
        base = widget.palette.color(qt.QPalette.Base)
        painter.fillRect(0, 0, widget.width, widget.height, base)
        yield painter
    finally:
        painter.end()  # an unended painter brings the application down


def xOf(event: Any) -> float:
    """Give the column of a mouse event, in Qt 5 and 6."""
    position = event.position() if hasattr(event, "position") else event.localPos()
    return float(position.x())


def pen(color: tuple[int, ...], width: int, style: Any = qt.Qt.SolidLine) -> Any:
    """Make a pen of a colour, 0 to 255, and a width in pixels."""
    made = qt.QPen()
    made.setColor(qt.QColor(*color))
    made.setWidth(width)
    made.setStyle(style)
    return made
