"""Edits of an earlier session that the scene does not hold: offered, taken back, or left."""

from pathlib import Path
from typing import Any

import numpy as np

from dsanet.cases.journal import DISCARDED, Recovery, append, open_journal, recover
from dsanet.errors import CaseError
from DSASegmentationLib.journaling import JOURNAL, unfinishedEditsOf
from DSASegmentationLib.nodes import factOf, setFact
from DSASegmentationLib.segments import labelsOf


def recoverable(browser: Any, segmentation: Any, home: Path | None = None) -> Recovery | None:
    """Find the last journal of a run that ends with other labels than the scene has.

    To be asked before `journaling.observeEdits`. If it is the segmentation's own journal, the
    segmentation forgets it: what is edited now goes into a new one, and this one stays as it was.

    Args:
        browser: The run's browser node.
        segmentation: Its vtkMRMLSegmentationNode.
        home: The user's folder.
    """
    labels = labelsOf(segmentation, browser)
    for found in unfinishedEditsOf(browser, home):
        if _differs(found, labels):
            if factOf(segmentation, JOURNAL) == found.folder.name:
                setFact(segmentation, JOURNAL, None)
            return found
    return None


def discard(recovery: Recovery, editor: str = "") -> None:
    """Note that nobody wants the edits of a journal back; they stay in it.

    Args:
        recovery: From `recoverable`.
        editor: Alias of who decided.

    Raises:
        CaseError: The journal cannot be read.
        WriteError: It cannot be written.
    """
    journal = open_journal(recovery.folder)
    try:
        labels = np.array(journal.labels)
        append(journal, labels, labels, editor=editor, cause=DISCARDED)
    finally:
        journal.close()


def _differs(found: Recovery, labels: Any) -> bool:
    try:
        kept = recover(found.folder).labels
    except CaseError:
        return False
    return found.shape == labels.shape and not np.array_equal(kept, labels)
