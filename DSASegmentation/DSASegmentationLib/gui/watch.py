"""What happens in the scene, told once the scene has come to rest."""

from collections.abc import Callable
from typing import Any

import qt
import slicer
import vtk
from slicer.util import VTKObservationMixin

SCENE_EVENTS = ("NodeAddedEvent", "NodeRemovedEvent", "EndImportEvent", "EndBatchProcessEvent")


class SceneWatch(VTKObservationMixin):
    """Observes the scene, the active run and the status of segments, from `start` to `stop`."""

    def __init__(
        self, scene: Any, onChange: Callable[[], None], onFrame: Callable[[], None]
    ) -> None:
        """Prepare.

        Args:
            scene: The scene.
            onChange: Called after runs or segmentations came, went or changed; once for many
                changes, for nodes come before they are filled.
            onFrame: Called when the active run shows another frame or begins or ends to play.
        """
        VTKObservationMixin.__init__(self)
        self._scene = scene
        self._onChange, self._onFrame = onChange, onFrame
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.connect("timeout()", self._tell)
        self._watched: list[tuple[Any, Any, Any]] = []

    def start(self) -> None:
        """Begin to observe."""
        for event in SCENE_EVENTS:
            self.addObserver(self._scene, getattr(self._scene, event), self.changed)

    def stop(self) -> None:
        """Observe nothing any more."""
        self._timer.stop()
        self._watched = []
        self.removeObservers()

    def follow(self, browser: Any, segmentations: list[Any]) -> None:
        """Observe the active run and segmentations, and no others any more.

        Args:
            browser: The active run, or None.
            segmentations: vtkMRMLSegmentationNodes.
        """
        for observed in self._watched:
            self.removeObserver(*observed)
        modified, segment = vtk.vtkCommand.ModifiedEvent, slicer.vtkSegmentation.SegmentModified
        self._watched = [(browser, modified, self._frame)] if browser is not None else []
        self._watched += [(node, segment, self.changed) for node in segmentations]
        for observed in self._watched:
            self.addObserver(*observed)

    def changed(self, _caller: Any = None, _event: Any = None) -> None:
        """Have the change told as soon as whatever changes the scene is done."""
        self._timer.start()

    def _frame(self, _caller: Any, _event: Any) -> None:
        self._onFrame()

    def _tell(self) -> None:
        if not self._scene.IsBatchProcessing():  # its end is an event too
            self._onChange()
