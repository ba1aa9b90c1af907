"""What tests of the Correct tab share."""

from typing import Any

from dsanet.cases.journal import scan
from DSASegmentationLib import segments
from DSASegmentationLib.correcting.clicking import reassignAt


def editor(tab: Any) -> Any:
    """The stand-in of the Segment Editor."""
    return tab.ui.segmentEditor


def reassign(tab: Any, point: tuple[int, int] = (9, 30)) -> None:
    """What the effect does at a click."""
    active = tab.place.active
    node = segments.segmentationOf(active)
    reassignAt(node, active, point, editor(tab).saveStateForUndo)


def causes(tab: Any) -> list[str]:
    journal = tab._edits.journal
    return [entry.cause for entry in scan(journal.folder / "journal.jsonl").entries]
