"""Stand-ins for Slicer's Segment Editor: no more members than cited; the logic behind is real."""

import sys
import types
from pathlib import Path
from typing import Any, ClassVar

import slicer
from PySide6 import QtCore, QtGui, QtWidgets

from .widgets import qMRMLWidget


class qMRMLSegmentEditorWidget(qMRMLWidget):
    """Slicer 5.10 `Modules/Loadable/Segmentations/Widgets/qMRMLSegmentEditorWidget.h`, `.cxx`.

    Attributes:
        told: What was called that a user would see, with its values.
    """

    standsForCpp = True

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.__dict__.update(told={}, _shortcuts=False, _observed=False, _node=None)
        self.__dict__["_logic"] = slicer.vtkSlicerSegmentEditorLogic()
        self.setMinimumHeight(150)

    def setMRMLScene(self, scene: Any) -> None:
        """Public slot; without it the logic refuses the other nodes."""
        super().setMRMLScene(scene)
        self.__dict__["_logic"].SetMRMLScene(scene)

    def setMRMLSegmentEditorNode(self, node: Any) -> None:
        """Public slot."""
        self.__dict__["_node"] = node
        self.__dict__["_logic"].SetSegmentEditorNode(node)

    def mrmlSegmentEditorNode(self) -> Any:
        """Q_INVOKABLE."""
        return self.__dict__["_node"]

    def setSegmentationNode(self, node: Any) -> None:
        """Public slot; the first segment is selected. Without an editor node it warns only."""
        if self.__dict__["_node"] is None:
            assert node is None, "need to set segment editor and segmentation nodes first"
            return
        logic = self.__dict__["_logic"]
        logic.SetSegmentationNode(node)
        if node is not None and node.GetSegmentation().GetNumberOfSegments():
            logic.SetCurrentSegmentID(node.GetSegmentation().GetNthSegmentID(0))

    def segmentationNode(self) -> Any:
        """Q_INVOKABLE."""
        node = self.__dict__["_node"]
        return node and node.GetSegmentationNode()

    def setSourceVolumeNode(self, node: Any) -> None:
        """Public slot."""
        assert self.segmentationNode() is not None
        self.__dict__["_logic"].SetSourceVolumeNode(node)
        self.__dict__["_logic"].UpdateReferenceGeometryImage()

    def sourceVolumeNode(self) -> Any:
        """Q_INVOKABLE."""
        node = self.__dict__["_node"]
        return node and node.GetSourceVolumeNode()

    def currentSegmentID(self) -> str:
        """Q_INVOKABLE."""
        return self.__dict__["_node"].GetSelectedSegmentID() or ""

    def setCurrentSegmentID(self, segment: str) -> None:
        """Public slot."""
        self.__dict__["_logic"].SetCurrentSegmentID(segment)

    def setActiveEffect(self, effect: Any) -> None:
        """Q_INVOKABLE; None leaves the effect."""
        assert effect is None
        if self.__dict__["_node"] is not None:
            self.__dict__["_node"].SetActiveEffectName("")

    def installKeyboardShortcuts(self) -> None:
        """Public slot."""
        assert not self.__dict__["_shortcuts"]
        self.__dict__["_shortcuts"] = True

    def uninstallKeyboardShortcuts(self) -> None:
        """Public slot."""
        self.__dict__["_shortcuts"] = False

    def setupViewObservations(self) -> None:
        """Q_INVOKABLE."""
        self.__dict__["_observed"] = True

    def removeViewObservations(self) -> None:
        """Q_INVOKABLE."""
        self.__dict__["_observed"] = False

    def saveStateForUndo(self) -> None:
        """Public slot."""
        self.__dict__["_logic"].SaveStateForUndo()

    def undo(self) -> None:
        """Public slot."""
        self.__dict__["_logic"].Undo()

    def redo(self) -> None:
        """Public slot."""
        self.__dict__["_logic"].Redo()

    def setMaximumNumberOfUndoStates(self, count: int) -> None:
        """Public slot."""
        self.__dict__["_logic"].SetMaximumNumberOfUndoStates(count)

    def setEffectNameOrder(self, names: Any) -> None:
        """Q_INVOKABLE; a QStringList."""
        self.__dict__["told"]["EffectNameOrder"] = list(names)

    def _switch(name: str) -> Any:
        def read(self: Any) -> bool:
            return bool(self.__dict__["told"].get(name, True))

        def write(self: Any, shown: bool) -> None:
            self.__dict__["told"][name] = shown

        return QtCore.Property(bool, read, write)

    # Q_PROPERTYs; their setters can not be called
    segmentationNodeSelectorVisible = _switch("segmentationNodeSelectorVisible")
    sourceVolumeNodeSelectorVisible = _switch("sourceVolumeNodeSelectorVisible")
    switchToSegmentationsButtonVisible = _switch("switchToSegmentationsButtonVisible")
    unorderedEffectsVisible = _switch("unorderedEffectsVisible")
    autoShowSourceVolumeNode = _switch("autoShowSourceVolumeNode")

    def paintEvent(self, _event: Any) -> None:
        """What a user would roughly see: the segments, and the effects as buttons."""
        painter = QtWidgets.QStylePainter(self)
        node = self.segmentationNode()
        segments = node.GetSegmentation() if node is not None else None
        for row in range(segments.GetNumberOfSegments() if segments else 0):
            segment = segments.GetNthSegment(row)
            colour = QtGui.QColor.fromRgbF(*segment.GetColor())
            painter.fillRect(QtCore.QRect(8, 4 + 20 * row, 28, 14), colour)
            painter.drawText(QtCore.QRect(44, 4 + 20 * row, 300, 20), 0, segment.GetName())
        for nth, name in enumerate(self.__dict__["told"].get("EffectNameOrder", ())):
            button = QtWidgets.QStyleOptionButton()
            button.initFrom(self)
            button.rect = QtCore.QRect(4 + nth % 3 * 118, 54 + nth // 3 * 30, 114, 26)
            button.text = name.removeprefix("DSA ")  # its title
            painter.drawControl(QtWidgets.QStyle.CE_PushButton, button)


class ScriptedEffect:
    """`qSlicerSegmentEditorScriptedEffect`: Slicer 5.10 `.../EditorEffects/
    qSlicerSegmentEditorAbstractEffect.h`, `qSlicerSegmentEditorScriptedEffect.cxx`.

    Attributes:
        editor: The stand-in of the editor widget that it belongs to, set by tests.
    """

    registered: ClassVar[list[Any]] = []

    def __init__(self, _parent: Any = None) -> None:
        self.name = self.title = ""
        self.editor: Any = None
        self.actors: list[tuple[Any, Any]] = []

    def setPythonSource(self, path: str) -> bool:
        """As written there: the folder is the module, the file the class, found before loading."""
        name = Path(path).name.split(".")[0]
        name = name if name.endswith("Effect") else f"{name}Effect"
        made = getattr(sys.modules[Path(path).parent.name], name)
        self._python = made(self)
        return True

    def self(self) -> Any:
        """Q_INVOKABLE."""
        return self._python

    def parameterSetNode(self) -> Any:
        """Q_INVOKABLE."""
        return self.editor.mrmlSegmentEditorNode()

    def saveStateForUndo(self) -> None:
        """Q_INVOKABLE."""
        self.editor.saveStateForUndo()

    def addActor2D(self, viewWidget: Any, actor: Any) -> None:
        """Q_INVOKABLE."""
        self.actors.append((viewWidget, actor))

    def removeActor2D(self, viewWidget: Any, actor: Any) -> None:
        """Q_INVOKABLE."""
        self.actors.remove((viewWidget, actor))


class AbstractScriptedSegmentEditorEffect:
    """Slicer 5.10 `.../EditorEffects/Python/SegmentEditorEffects/
    AbstractScriptedSegmentEditorEffect.py`."""

    def __init__(self, scriptedEffect: Any) -> None:
        self.scriptedEffect = scriptedEffect

    def register(self) -> None:
        ScriptedEffect.registered.append(self.scriptedEffect)


def install() -> None:
    """Put the modules where Slicer has them, and the folder of the effects on its path."""
    effects = types.ModuleType("SegmentEditorEffects")
    effects.AbstractScriptedSegmentEditorEffect = (  # type: ignore[attr-defined]
        AbstractScriptedSegmentEditorEffect
    )
    host = types.ModuleType("qSlicerSegmentationsEditorEffectsPythonQt")
    host.qSlicerSegmentEditorScriptedEffect = ScriptedEffect  # type: ignore[attr-defined]
    for module in (effects, host):
        sys.modules[module.__name__] = module
    extension = str(Path(__file__).resolve().parents[2] / "DSASegmentation")
    if extension not in sys.path:
        sys.path.append(extension)
