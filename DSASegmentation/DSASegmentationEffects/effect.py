"""What all effects share: which run, which pixel, which class, and how Slicer makes copies.

Members of `scriptedEffect`: Slicer 5.10 `Modules/Loadable/Segmentations/EditorEffects/
qSlicerSegmentEditorAbstractEffect.h`. Events: `.../EditorEffects/Python/SegmentEditorEffects/
SegmentEditorLevelTracingEffect.py`.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

import qt
import slicer.util
import vtk
from SegmentEditorEffects import AbstractScriptedSegmentEditorEffect
from slicer.i18n import tr as _

ICONS = Path(__file__).resolve().parents[1] / "Resources" / "Icons"
SHOWN_MS = 6000

CLICK = vtk.vtkCommand.LeftButtonPressEvent


class DSAEffect(AbstractScriptedSegmentEditorEffect):
    """An effect that works on the labels of a run.

    Attributes:
        NAME: By which modules and scenes know the effect.
        ICON: File below Resources/Icons.
    """

    NAME = ICON = FILE = ""

    def __init__(self, scriptedEffect: Any) -> None:
        scriptedEffect.name = self.NAME
        scriptedEffect.title = self.title()
        super().__init__(scriptedEffect)

    def title(self) -> str:
        """What stands on the button, translated."""
        raise NotImplementedError

    def clone(self) -> Any:
        effects = import_module("qSlicerSegmentationsEditorEffectsPythonQt")
        copy = effects.qSlicerSegmentEditorScriptedEffect(None)
        copy.setPythonSource(Path(self.FILE).as_posix())
        return copy

    def icon(self) -> Any:
        return qt.QIcon(str(ICONS / self.ICON))

    def createCursor(self, _viewWidget: Any) -> Any:
        return qt.QCursor(qt.Qt.CrossCursor)

    @property
    def segmentation(self) -> Any:
        """The segmentation that is edited, or None."""
        node = self.scriptedEffect.parameterSetNode()
        return node.GetSegmentationNode() if node is not None else None

    @property
    def run(self) -> Any:
        """The run that is edited, or None where the segments are no run's."""
        from DSASegmentationLib.nodes import referenceOf
        from DSASegmentationLib.runs import isRun

        segmentation = self.segmentation
        browser = None if segmentation is None else referenceOf(segmentation, "Run")
        if not isRun(browser):
            self.tell(_("This tool works on the segments of DSA runs."))
            return None
        return browser

    @property
    def segment(self) -> str:
        """ID of the selected segment."""
        return self.scriptedEffect.parameterSetNode().GetSelectedSegmentID() or ""

    def saveState(self) -> None:
        """Have the Segment Editor keep the state for undo."""
        self.scriptedEffect.saveStateForUndo()

    def pixel(self, interactor: Any, viewWidget: Any, browser: Any) -> tuple[int, int] | None:
        """Give the row and column under the mouse, or None outside the picture."""
        from DSASegmentationLib.correcting.geometry import pixelAt

        return pixelAt(browser, viewWidget.mrmlSliceNode(), interactor.GetEventPosition())

    def clicked(
        self, interactor: Any, event: int, viewWidget: Any
    ) -> tuple[Any, tuple[int, int]] | None:
        """Give the run, and the row and column that were clicked; None for any other event."""
        if event != CLICK or not inSliceView(viewWidget) or modified(interactor):
            return None
        browser = self.run
        point = browser and self.pixel(interactor, viewWidget, browser)
        return (browser, point) if point else None

    def tell(self, text: str) -> None:
        """Show a line in the status bar."""
        slicer.util.showStatusMessage(text, SHOWN_MS)


def inSliceView(viewWidget: Any) -> bool:
    """Whether an event came from a slice view and not from a 3-D view."""
    return bool(viewWidget.className() == "qMRMLSliceWidget")


def modified(interactor: Any) -> bool:
    """Whether Ctrl or Alt is held, which Slicer's views use themselves."""
    return bool(interactor.GetControlKey() or interactor.GetAltKey())
