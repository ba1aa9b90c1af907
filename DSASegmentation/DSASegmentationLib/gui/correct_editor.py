"""Slicer's Segment Editor as a part of the panel, set up for pictures of one slice.

Members: Slicer 5.10 `Modules/Loadable/Segmentations/Widgets/qMRMLSegmentEditorWidget.h`; names and
values of effect parameters: `Docs/developer_guide/modules/segmenteditor.md`; the order of calls:
`Modules/Scripted/SegmentEditor/SegmentEditor.py`.
"""

from typing import Any

from DSASegmentationLib.gui.effectnames import LEVEL, REASSIGN, SMART_ERASE, TRACE
from DSASegmentationLib.runs import minipOf, spacingOf

NODE, TAG = "vtkMRMLSegmentEditorNode", "SegmentEditor"
"""The node that Slicer's own Segment Editor works with: two would get in each other's way."""

EFFECTS = ("Paint", "Erase", TRACE, REASSIGN, SMART_ERASE, LEVEL, "Islands", "Threshold", "Draw")
"""From left to right, keys 1 to 9. Tools for three dimensions are left out, and so is Margin: it
does nothing where a slice is thicker than the margin."""

UNDO_STATES = 30
BRUSH_PX = 5
DIAMETER = "BrushAbsoluteDiameter"
DEFAULTS = {
    "BrushSphere": ("0", "0"),
    "BrushDiameterIsRelative": ("1", "0"),
    "Islands.MinimumSize": ("1000", "30"),
}
"""Slicer's default and ours, which takes its place: islands of 1000 pixels would be vessels."""

OFF = (
    *("segmentationNodeSelectorVisible", "sourceVolumeNodeSelectorVisible"),
    *("switchToSegmentationsButtonVisible", "unorderedEffectsVisible"),
    "autoShowSourceVolumeNode",  # what is shown is the panel's matter
)
OFF_WHERE_KNOWN = (
    *("addRemoveSegmentButtonsVisible", "show3DButtonVisible", "specifyGeometryButtonVisible"),
)
"""Properties of later versions."""


class SegmentEditor:
    """The embedded editor: it works on the active run's segments while the tab is seen."""

    def __init__(self, widget: Any, scene: Any) -> None:
        """Set up the widget.

        Args:
            widget: The qMRMLSegmentEditorWidget.
            scene: The scene.
        """
        self._widget, self._scene = widget, scene
        self._millimetres = 0.0  # a pixel of the run that the brush was last set for
        self._installed = False
        known = [name for name in OFF_WHERE_KNOWN if hasattr(widget, name)]
        for name in (*OFF, *known):
            setattr(widget, name, False)
        widget.setEffectNameOrder(list(EFFECTS))
        widget.setMaximumNumberOfUndoStates(UNDO_STATES)
        widget.setMRMLScene(scene)

    @property
    def effect(self) -> str:
        """Name of the active effect, empty for none."""
        node = self._widget.mrmlSegmentEditorNode()
        return (node.GetActiveEffectName() or "") if node is not None else ""

    def enter(self) -> None:
        """Take keys and views, as the user comes to the tab."""
        if not self._installed:
            self._widget.installKeyboardShortcuts()
            self._widget.setupViewObservations()
            self._installed = True

    def exit(self) -> None:
        """Give keys and views back."""
        if self._installed:
            self._widget.setActiveEffect(None)
            self._widget.uninstallKeyboardShortcuts()
            self._widget.removeViewObservations()
            self._installed = False

    def release(self) -> None:
        """Let go of the scene's nodes, before they go."""
        self.exit()
        self._widget.setSegmentationNode(None)
        self._widget.setMRMLSegmentEditorNode(None)
        self._millimetres = 0.0

    def follow(self, browser: Any, segmentation: Any) -> None:
        """Work on the segments of a run, and on no others.

        Args:
            browser: The run's browser node, or None.
            segmentation: Its vtkMRMLSegmentationNode, or None.
        """
        self._widget.enabled = segmentation is not None
        if segmentation is None:
            if self._widget.segmentationNode() is not None:
                self._widget.setSegmentationNode(None)
            return
        node = self._node()
        if self._widget.mrmlSegmentEditorNode() is not node:
            _setDefaults(node)
            self._widget.setMRMLSegmentEditorNode(node)
        if self._widget.segmentationNode() is not segmentation:
            self._widget.setSegmentationNode(segmentation)
        if self._widget.sourceVolumeNode() is not minipOf(browser):
            self._widget.setSourceVolumeNode(minipOf(browser))
        self._setBrush(node, browser)

    def swapClass(self) -> None:
        """Select the other one of the two segments."""
        segmentation = self._widget.segmentationNode()
        if segmentation is not None:
            known = segmentation.GetSegmentation().GetSegmentIDs()
            others = [name for name in known if name != self._widget.currentSegmentID()]
            if others:
                self._widget.setCurrentSegmentID(others[0])

    def _node(self) -> Any:
        """Give the shared node, made if missing."""
        node = self._scene.GetSingletonNode(TAG, NODE)
        if node is None:
            node = self._scene.CreateNodeByClass(NODE)
            node.UnRegister(None)
            node.SetSingletonTag(TAG)
            node.SetName(TAG)
            node = self._scene.AddNode(node)
        return node

    def _setBrush(self, node: Any, browser: Any) -> None:
        """Keep the brush as many pixels wide as it was; Slicer keeps millimetres."""
        spacing = spacingOf(browser)
        millimetres = spacing.column_mm if spacing else 1.0
        if millimetres == self._millimetres:
            return
        pixels = float(node.GetAttribute(DIAMETER) or 0) / (self._millimetres or 1.0)
        wanted = pixels if self._millimetres and pixels else BRUSH_PX
        node.SetAttribute(DIAMETER, repr(wanted * millimetres))
        self._millimetres = millimetres


def _setDefaults(node: Any) -> None:
    """Before the widget gets the node, for it sets Slicer's; what the user has chosen stays."""
    node.SetOverwriteMode(node.OverwriteAllSegments)  # a pixel has one class
    for name, (slicers, ours) in DEFAULTS.items():
        if node.GetAttribute(name) in (None, slicers):
            node.SetAttribute(name, ours)
