"""Stand-ins for the widgets of Slicer and CTK that the panel uses; no more members than cited."""

from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

HEADER = 24
"""Height of a collapsible button's head in pixels."""


class qMRMLWidget(QtWidgets.QWidget):
    """Slicer 5.10 `Libs/MRML/Widgets/qMRMLWidget.h`."""

    standsForCpp = True

    def setMRMLScene(self, scene: Any) -> None:
        """Public slot of qMRMLWidget.h."""
        self.__dict__["_scene"] = scene

    def mrmlScene(self) -> Any:
        """Q_INVOKABLE of qMRMLWidget.h."""
        return self.__dict__.get("_scene")


class ctkCollapsibleButton(QtWidgets.QAbstractButton):
    """CTK `Libs/Widgets/ctkCollapsibleButton.h`: children are hidden while it is collapsed."""

    standsForCpp = True

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setChecked(True)
        self.toggled.connect(lambda _opened: self._arrange())

    def _collapsed(self) -> bool:
        return not self.isChecked()

    def _set_collapsed(self, collapsed: bool) -> None:
        self.setChecked(not collapsed)

    collapsed = QtCore.Property(bool, _collapsed, _set_collapsed)  # Q_PROPERTY collapsed

    def _arrange(self) -> None:
        for child in self.children():
            if isinstance(child, QtWidgets.QWidget):
                child.setVisible(self.isChecked())
        self.updateGeometry()

    def childEvent(self, event: Any) -> None:
        """Of a collapsed button new children are hidden as well."""
        if event.type() == QtCore.QEvent.ChildPolished and not self.isChecked():
            self._arrange()
        self.setContentsMargins(0, HEADER, 0, 0)

    def sizeHint(self) -> Any:
        size = super().minimumSizeHint()
        if self.isChecked() and self.layout():
            size = self.layout().sizeHint()
        return QtCore.QSize(max(size.width(), 80), max(size.height(), HEADER))

    minimumSizeHint = sizeHint

    def paintEvent(self, _event: Any) -> None:
        """A head with an arrow, and a frame around what it opens."""
        painter = QtWidgets.QStylePainter(self)
        head = QtWidgets.QStyleOptionButton()
        head.initFrom(self)
        head.rect = QtCore.QRect(0, 0, self.width, HEADER)
        painter.drawControl(QtWidgets.QStyle.CE_PushButtonBevel, head)
        arrow = QtWidgets.QStyleOption()
        arrow.initFrom(self)
        arrow.rect = QtCore.QRect(6, 6, HEADER - 12, HEADER - 12)
        opened = QtWidgets.QStyle.PE_IndicatorArrowUp
        closed = QtWidgets.QStyle.PE_IndicatorArrowDown
        painter.drawPrimitive(opened if self.isChecked() else closed, arrow)
        words = head.rect.adjusted(HEADER, 0, 0, 0)
        painter.drawText(words, QtCore.Qt.AlignVCenter, self.text)


WIDGETS = (qMRMLWidget, ctkCollapsibleButton)


def palette() -> Any:
    """Slicer's light palette, near enough."""
    colours = QtGui.QPalette(QtGui.QColor(240, 240, 240))
    colours.setColor(QtGui.QPalette.Highlight, QtGui.QColor(51, 119, 187))
    return colours
