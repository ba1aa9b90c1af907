"""What a hand does to the markups of measurements, and to the segments they were made of."""

from collections.abc import Callable
from typing import Any

import slicer
from slicer.util import VTKObservationMixin

MOVED = ("PointModifiedEvent", "PointPositionDefinedEvent", "PointRemovedEvent")
DROPPED = "PointEndInteractionEvent"


EDITED = ("SourceRepresentationModified", "SegmentAdded", "SegmentRemoved")
"""Of vtkSegmentation; its node passes them on."""


class MarkerWatch(VTKObservationMixin):
    """Observes markups nodes, each with its own listener, and segments."""

    def __init__(self) -> None:
        VTKObservationMixin.__init__(self)
        self._deaf = False

    def follow(self, listeners: dict[Any, Callable[[Any, bool], None]]) -> None:
        """Observe nodes, and no others any more.

        Args:
            listeners: By markups node: called with the node and whether it was let go. While one
                is called, what it moves itself is not told.
        """
        self.removeObservers()
        for node, listener in listeners.items():
            for event in (*MOVED, DROPPED):
                told = self._teller(listener, event == DROPPED)
                self.addObserver(node, getattr(node, event), told)

    def followSegments(self, segmentation: Any, onEdit: Callable[[], None]) -> None:
        """Observe segments too, until the next `follow`; many events belong to one edit.

        Args:
            segmentation: A vtkMRMLSegmentationNode.
            onEdit: Called at each event.
        """
        for event in EDITED:
            self.addObserver(segmentation, getattr(slicer.vtkSegmentation, event), _telling(onEdit))

    def quietly(self, act: Callable[[], Any]) -> Any:
        """Do something to the markups that is not told."""
        before, self._deaf = self._deaf, True
        try:
            return act()
        finally:
            self._deaf = before

    def _teller(self, listener: Callable[[Any, bool], None], dropped: bool) -> Any:
        def tell(caller: Any, _event: str) -> None:
            if not self._deaf:
                self.quietly(lambda: listener(caller, dropped))

        return tell


def _telling(onEdit: Callable[[], None]) -> Any:
    return lambda _caller, _event: onEdit()
