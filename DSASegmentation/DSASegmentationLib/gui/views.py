"""The slice views: layout, fit, and nothing in them that would claim a place in the patient.

A run is a projection. Its place and its axes in the scene are arbitrary, and without a stated
spacing its distances are pixels. So views that show a run have neither orientation marker nor ruler
nor slice offset, and Slicer's corner annotation, which tells millimetres, is off meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import slicer
import vtk

from DSASegmentationLib.nodes import referenceOf
from DSASegmentationLib.visibility import setActiveRun, showSideBySide

ONE, PAIR = "Red", ("Red", "Yellow")
"""Views of vtkMRMLLayoutNode's SlicerLayoutOneUpRedSliceView and SlicerLayoutSideBySideView.

Source: Slicer 5.10 `Libs/MRML/Logic/vtkMRMLLayoutLogic.cxx`.
"""


@dataclass(frozen=True)
class _Before:
    """What a view had before it showed a run."""

    orientation: Any
    marker: int
    ruler: int
    bar: bool

    @staticmethod
    def of(widget: Any) -> "_Before":
        node = widget.mrmlSliceNode()
        orientation = vtk.vtkMatrix4x4()
        orientation.DeepCopy(node.GetSliceToRAS())
        marker, ruler = node.GetOrientationMarkerType(), node.GetRulerType()
        return _Before(orientation, marker, ruler, not widget.sliceController().isHidden())

    def giveBack(self, widget: Any) -> None:
        node = widget.mrmlSliceNode()
        node.GetSliceToRAS().DeepCopy(self.orientation)
        node.UpdateMatrices()
        node.SetOrientationMarkerType(self.marker)
        node.SetRulerType(self.ruler)
        widget.sliceController().setVisible(self.bar)


class Views:
    """The application's slice views; there are none without a main window."""

    def __init__(self, scene: Any) -> None:
        self._scene = scene
        self._before: dict[str, _Before] = {}
        self._annotated: Any = None

    def showOne(self, browser: Any) -> None:
        """Show one run, fitted, in a single view; None shows no run and gives the views back."""
        if browser is None:
            setActiveRun(self._scene, None)
            self.restore()
            return
        self._layout(slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpRedSliceView)
        setActiveRun(self._scene, browser)
        self._arrange((ONE,))

    def showPair(self, active: Any, planes: Sequence[Any]) -> None:
        """Show the two planes of an acquisition beside each other.

        Args:
            active: The run that the user works on, one of them.
            planes: Both, from left to right.
        """
        self._layout(slicer.vtkMRMLLayoutNode.SlicerLayoutSideBySideView)
        places = zip(PAIR, planes, strict=True)
        showSideBySide(self._scene, dict(sorted(places, key=lambda place: place[1] is not active)))
        self._arrange(PAIR)

    def widgets(self) -> dict[str, Any]:
        """Give the qMRMLSliceWidgets of the views that show a run, by layout name."""
        manager = slicer.app.layoutManager()
        names = manager.sliceViewNames() if manager else ()
        widgets = {name: manager.sliceWidget(name) for name in names}
        return {name: widget for name, widget in widgets.items() if widget and runIn(widget)}

    @property
    def arranged(self) -> bool:
        """Whether views show runs now, or there are no views to be arranged."""
        return bool(self._before) or slicer.app.layoutManager() is None

    def restore(self) -> None:
        """Give the views back as they were before they showed runs."""
        manager = slicer.app.layoutManager()
        for name, before in self._before.items():
            widget = manager and manager.sliceWidget(name)
            if widget:
                before.giveBack(widget)
        self._before = {}
        self._annotate()

    def _layout(self, layout: int) -> None:
        manager = slicer.app.layoutManager()
        if manager is not None and manager.layout != layout:
            manager.setLayout(layout)

    def _arrange(self, names: tuple[str, ...]) -> None:
        """Turn views to the plane of runs, take away what is not true of them, fit them."""
        manager = slicer.app.layoutManager()
        if manager is None:
            return
        self._hideAnnotation()
        for name in names:
            widget = manager.sliceWidget(name)
            self._strip(name, widget)
            logic = widget.sliceLogic()
            logic.FitSliceToBackground()
            logic.SnapSliceOffsetToIJK()

    def _strip(self, name: str, widget: Any) -> None:
        node = widget.mrmlSliceNode()
        if name not in self._before:
            self._before[name] = _Before.of(widget)
        node.SetOrientationToAxial()  # rows and columns of runs lie in it: see nodes.ijkToRAS
        node.SetOrientationMarkerType(node.OrientationMarkerTypeNone)
        node.SetRulerType(node.RulerTypeNone)
        # The bar above the view tells the slice's offset in mm.
        # Source: Slicer Docs/developer_guide/script_repository/gui.md, "Hide view controller bars".
        widget.sliceController().setVisible(False)

    def _hideAnnotation(self) -> None:
        """Switch the corner annotation off until `restore`.

        Source: Slicer Docs/developer_guide/script_repository/gui.md, "Turn off slice annotations".
        """
        shown = _annotations()
        if self._annotated is None and shown is not None and shown.sliceViewAnnotationsEnabled:
            self._annotated = shown.sliceViewAnnotationsEnabled
            shown.sliceViewAnnotationsEnabled = False
            shown.updateSliceViewFromGUI()

    def _annotate(self) -> None:
        before, self._annotated = self._annotated, None
        shown = _annotations()
        if before is not None and shown is not None:
            shown.sliceViewAnnotationsEnabled = before
            shown.updateSliceViewFromGUI()


def runIn(widget: Any) -> Any:
    """Give the run that a qMRMLSliceWidget shows, or None."""
    composite = widget.mrmlSliceCompositeNode()
    return composite and referenceOf(composite, "Run")


def _annotations() -> Any:
    """Give the Data Probe module's corner annotations; None where Slicer runs without it."""
    probe = getattr(slicer.modules, "DataProbeInstance", None)
    return getattr(getattr(probe, "infoWidget", None), "sliceAnnotations", None)
