"""Stand-ins for Slicer's application: layout, slice views, messages. Scene and logics are real."""

import time
import types
from collections.abc import Callable
from typing import Any

import slicer
import vtk
from PySide6 import QtCore, QtGui, QtWidgets

from DSASegmentationLib import installing
from DSASegmentationLib.headless import Host, openHost

VIEWS = {"Red": "SetOrientationToAxial", "Green": "SetOrientationToCoronal"}
VIEWS["Yellow"] = "SetOrientationToSagittal"

TURN_SECONDS = 0.012
"""Of a modal dialog's event loop, longer than the interval of any timer but the worker's."""

MOST_OPEN = 3
"""Dialogs on top of each other that still let events through."""


class SliceView:
    """Slicer 5.10 `Libs/MRML/Widgets/qMRMLSliceView.h`, CTK `ctkVTKAbstractView.h`."""

    def __init__(self) -> None:
        self._interactor = vtk.vtkGenericRenderWindowInteractor()  # without a window: events only
        self.renders = 0

    def scheduleRender(self) -> None:
        """Public slot of ctkVTKAbstractView.h."""
        self.renders += 1

    def interactor(self) -> Any:
        """Q_INVOKABLE of ctkVTKAbstractView.h."""
        return self._interactor


class SliceWidget:
    """Slicer 5.10 `Libs/MRML/Widgets/qMRMLSliceWidget.h`; its members are Q_INVOKABLE there."""

    def __init__(self, host: Host, name: str) -> None:
        self._logic, self._view = _sliceLogic(host, name), SliceView()
        self._frame = QtWidgets.QWidget()
        self._controller = QtWidgets.QWidget(self._frame)

    def sliceLogic(self) -> Any:
        return self._logic

    def mrmlSliceNode(self) -> Any:
        return self._logic.GetSliceNode()

    def mrmlSliceCompositeNode(self) -> Any:
        return self._logic.GetSliceCompositeNode()

    def className(self) -> str:
        """Of every QObject, in PythonQt."""
        return "qMRMLSliceWidget"

    def sliceView(self) -> SliceView:
        return self._view

    def sliceController(self) -> Any:
        """A qMRMLSliceControllerWidget, of which QWidget's members are used."""
        return self._controller


class LayoutManager(QtCore.QObject):
    """Slicer 5.10 `Libs/MRML/Widgets/qMRMLLayoutManager.h`."""

    standsForCpp = True

    def __init__(self, host: Host) -> None:
        super().__init__()
        self.__dict__["_widgets"] = {name: SliceWidget(host, name) for name in VIEWS}
        self.__dict__["_layout"] = slicer.vtkMRMLLayoutNode.SlicerLayoutConventionalView

    def _get(self) -> int:
        return self.__dict__["_layout"]

    def setLayout(self, layout: int) -> None:
        """Public slot."""
        self.__dict__["_layout"] = layout

    layout = QtCore.Property(int, _get, setLayout)  # Q_PROPERTY

    def sliceViewNames(self) -> tuple[str, ...]:
        """Q_INVOKABLE; PythonQt gives tuples for QStringLists."""
        return tuple(self.__dict__["_widgets"])

    def sliceWidget(self, name: str) -> SliceWidget | None:
        """Q_INVOKABLE."""
        return self.__dict__["_widgets"].get(name)


class Annotations:
    """Slicer 5.10 `Modules/Scripted/DataProbe/DataProbeLib/SliceViewAnnotations.py`."""

    def __init__(self) -> None:
        self.sliceViewAnnotationsEnabled = 1
        self.shown = True

    def updateSliceViewFromGUI(self) -> None:
        self.shown = bool(self.sliceViewAnnotationsEnabled)


class Application:
    """`slicer.app`: Slicer 5.10 `Base/QTGUI/qSlicerApplication.h`, `qSlicerCoreApplication.h`."""

    def __init__(self, host: Host, manager: LayoutManager | None) -> None:
        self.host, self._manager = host, manager
        self.applicationName = "Slicer"
        self.cursors: list[Any] = []
        self.waits = 0
        self.slots: dict[str, Callable[[], None]] = {}

    def layoutManager(self) -> LayoutManager | None:
        return self._manager

    def applicationLogic(self) -> Any:
        return self.host.application

    def testingEnabled(self) -> bool:
        return False

    def processEvents(self) -> None:
        QtWidgets.QApplication.processEvents()

    def setOverrideCursor(self, cursor: Any) -> None:
        self.cursors.append(cursor)
        self.waits += 1

    def restoreOverrideCursor(self) -> None:
        self.cursors.pop()

    def revisionUserSettings(self) -> Any:
        return QtCore.QSettings("DSASegmentation", "tests")

    def userSettings(self) -> Any:
        """Q_INVOKABLE of qSlicerCoreApplication.h."""
        return QtCore.QSettings("DSASegmentation", "tests")

    def connect(self, signal: str, slot: Callable[[], None]) -> bool:
        """Of QObject; `startupCompleted()` is a signal of qSlicerApplication.h."""
        self.slots[signal] = slot
        return True


class Utils(QtCore.QObject):
    """Slicer 5.10 `Libs/MRML/Widgets/qMRMLUtils.h` and `.cxx`."""

    standsForCpp = True

    def vtkImageDataToQImage(self, image: Any, target: Any) -> bool:
        """As written there: 3 or 4 unsigned chars a pixel; VTK's first row is the lowest."""
        columns, rows, _ = image.GetDimensions()
        scalars = image.GetPointData().GetScalars()
        if image.GetScalarType() != vtk.VTK_UNSIGNED_CHAR or scalars.GetNumberOfComponents() != 3:
            return False
        values = vtk.util.numpy_support.vtk_to_numpy(scalars).reshape(rows, columns, 3)[::-1]
        made = QtGui.QImage(
            values.tobytes(), columns, rows, 3 * columns, QtGui.QImage.Format_RGB888
        )
        target.swap(made.copy())
        return True


class Messages:
    """What was shown and asked: the message functions of Slicer's `Base/Python/slicer/util.py`.

    Its dialogs are modal: while one is open timers and events go on.
    """

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.questions: list[str] = []
        self.told: list[str] = []
        self.answer = True
        self.meanwhile: Callable[[], None] = _nothing
        self._open = 0

    def errorDisplay(self, text: str, **_options: Any) -> None:
        self.errors.append(text)
        self._wait()

    def showStatusMessage(self, text: str, _milliseconds: int = 0) -> None:
        self.told.append(text)

    def confirmYesNoDisplay(self, text: str, **_options: Any) -> bool:
        self.questions.append(text)
        self._wait()
        return self.answer

    def _wait(self) -> None:
        """What happens until the user has read; dialogs that open dialogs without end are cut."""
        self._open += 1
        try:
            if self._open <= MOST_OPEN:
                self.meanwhile()
                for _ in range(3):
                    time.sleep(TURN_SECONDS)
                    QtWidgets.QApplication.processEvents()
        finally:
            self._open -= 1


def _nothing() -> None:
    """What happens while a dialog is open unless a test says more."""


def openApplication(patch: Any, *, window: bool = True) -> Any:
    """Put stand-ins for the application into `slicer` until the patch is undone.

    Args:
        patch: A pytest.MonkeyPatch.
        window: Whether the application has a main window.
    """
    host = openHost()
    manager = LayoutManager(host) if window else None
    application = Application(host, manager)
    application.messages, application.annotations = Messages(), Annotations()
    probe = types.SimpleNamespace(
        infoWidget=types.SimpleNamespace(sliceAnnotations=application.annotations)
    )
    values = {
        "mrmlScene": host.scene,
        "app": application,
        "qMRMLUtils": Utils,
        "modules": types.SimpleNamespace(DataProbeInstance=probe),
    }
    for name, value in values.items():
        patch.setattr(slicer, name, value, raising=False)
    functions: dict[str, Callable[..., Any]] = {
        "errorDisplay": application.messages.errorDisplay,
        "confirmYesNoDisplay": application.messages.confirmYesNoDisplay,
        "showStatusMessage": application.messages.showStatusMessage,
        "mainWindow": lambda: None,
    }
    patch.setattr(installing, "missing", list)  # what is installed here is no matter of the panel
    for name, function in functions.items():
        patch.setattr(slicer.util, name, function)
    return application


def _sliceLogic(host: Host, name: str) -> Any:
    """A real view of the scene; the host has one called Red already."""
    logic = host.view if name == "Red" else slicer.vtkMRMLSliceLogic()
    if name != "Red":
        logic.SetMRMLApplicationLogic(host.application)
        logic.SetMRMLScene(host.scene)
        logic.AddSliceNode(name)
        host.application.GetSliceLogics().AddItem(logic)
    getattr(logic.GetSliceNode(), VIEWS[name])()
    logic.ResizeSliceNode(400, 300)
    return logic
