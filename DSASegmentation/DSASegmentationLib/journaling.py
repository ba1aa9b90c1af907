"""Edits that cannot be lost: whatever changes a run's segments is written to a journal.

The scene file is a convenience, the journal is the truth. It lies in the user's folder, so that it
is there after a crash of Slicer that took the scene along. A segmentation knows its own by the
attribute `Journal`, the name of the journal's folder.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from dsanet.cases.journal import (
    DISCARDED,
    EXPORTED,
    SAVED,
    Journal,
    Recovery,
    append,
    journals_folder,
    new_journal_folder,
    open_journal,
    recover,
    start_journal,
    unfinished,
)
from dsanet.errors import CaseError, HeldError
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.nodes import factOf, setFact
from DSASegmentationLib.runs import segmentationsOf
from DSASegmentationLib.segments import labelsOf, setLabels

JOURNAL = "Journal"
_FOLDER = re.compile(r"[0-9a-f]{16}-[0-9a-f]{8}")
_CAUSE = re.compile(r"[A-Za-z][A-Za-z ]{0,39}")

EDITED, OPENED, RECOVERED = "edit", "opened", "recovered"


class EditJournal:
    """Watches a run's segmentation and writes its changes down.

    The host calls `flush` when a stroke ends; what happened since the last call becomes one line.

    Attributes:
        browser: The run's browser node.
        segmentation: The vtkMRMLSegmentationNode.
        editor: Alias of who works.
        journal: The open journal.
        problem: What the user should know about the journal, one sentence; empty if nothing.
    """

    def __init__(
        self, browser: Any, segmentation: Any, journal: Journal, editor: str, problem: str = ""
    ) -> None:
        """Begin to watch; `observeEdits` and `restoreEdits` make one."""
        self.browser, self.segmentation = browser, segmentation
        self.journal, self.editor = journal, editor
        self.problem = problem or journal.problem
        self._changed = True
        self._tags = [segmentation.AddObserver(event, self._onChange) for event in _events()]

    @property
    def folder(self) -> Path:
        """The journal's."""
        return self.journal.folder

    def flush(self, cause: str = EDITED, *, force: bool = False) -> bool:
        """Write down what has changed since the last call.

        Args:
            cause: What changed it, such as the name of an effect; a few plain words.
            force: Look even if nothing has told of a change.

        Returns:
            Whether anything has changed.

        Raises:
            WriteError: It could not be written; it is not lost, the next call writes it too.
            SceneError: The segments cannot be read.
        """
        if not (self._changed or force):
            return False
        labels = self._labels()
        self._changed = False
        if np.array_equal(labels, self.journal.labels):
            return False
        self._write(labels, cause if _CAUSE.fullmatch(cause) else EDITED)
        return True

    def markSaved(self) -> None:
        """Note that the scene was saved with these labels: there is nothing to recover."""
        self._mark(SAVED)

    def markExported(self) -> None:
        """Note that the labels went into a case: there is nothing to recover."""
        self._mark(EXPORTED)

    def discard(self) -> None:
        """Note that the user does not want these edits back; they stay in the journal."""
        self._mark(DISCARDED)

    def close(self) -> None:
        """Write down what is left and let go of the journal.

        Raises:
            WriteError: The rest could not be written; the journal stays open for another try.
        """
        if self.segmentation.GetScene() is not None and self.browser.GetScene() is not None:
            self.flush(force=True)
        self.abandon()

    def abandon(self) -> None:
        """Let go of the journal without writing; closing twice is no matter."""
        for tag in self._tags:
            self.segmentation.RemoveObserver(tag)
        self._tags = []
        self.journal.close()

    def _mark(self, cause: str) -> None:
        self.flush(force=True)
        self._write(np.array(self.journal.labels), cause)

    def _write(self, labels: NDArray[np.uint8], cause: str) -> None:
        try:
            append(self.journal, self.journal.labels, labels, editor=self.editor, cause=cause)
        except Exception:
            self._changed = True
            raise

    def _labels(self) -> NDArray[np.uint8]:
        return labelsOf(self.segmentation, self.browser)

    def _onChange(self, *_: Any) -> None:
        self._changed = True


def observeEdits(
    browser: Any,
    segmentation: Any,
    editor: str = "",
    home: Path | None = None,
    begun: NDArray[np.uint8] | None = None,
) -> EditJournal:
    """Begin to write down the edits of a segmentation, in its own journal or a new one.

    Offer `unfinishedEditsOf` before: what differs from the journal's end is written down as a
    change, so nothing of an earlier session is lost either way.

    Args:
        browser: The run's browser node.
        segmentation: The vtkMRMLSegmentationNode.
        editor: Alias of who works: letters, digits, - and _.
        home: The user's folder, `dsanet.packages.home.default_home()` if None.
        begun: uint8 (H, W), what a new journal begins with; the labels as they are if None.

    Raises:
        WriteError: The journal cannot be written.
        CaseError: The editor is no alias.
    """
    journal, problem = _known(browser, segmentation, home)
    if journal is None:
        folder = new_journal_folder(factOf(browser, "PixelSHA256"), home)
        labels = labelsOf(segmentation, browser) if begun is None else begun
        pixels = factOf(browser, "PixelSHA256")
        journal = start_journal(folder, labels, pixels, editor=editor)
        setFact(segmentation, JOURNAL, folder.name)
    return _watching(browser, segmentation, journal, editor, OPENED, problem)


def unfinishedEditsOf(browser: Any, home: Path | None = None) -> list[Recovery]:
    """List the journals of a run with edits that went neither into a case nor into a saved scene.

    Args:
        browser: The run's browser node.
        home: The user's folder.

    Returns:
        The last one first, without labels; of a run nothing but its pixels' hash is known there.
    """
    return unfinished(home, factOf(browser, "PixelSHA256"))


def restoreEdits(
    recovery: Recovery, browser: Any, segmentation: Any, editor: str = ""
) -> EditJournal:
    """Put the labels of a journal into a segmentation and go on with that journal.

    Args:
        recovery: From `unfinishedEditsOf`.
        browser: The run's browser node.
        segmentation: The vtkMRMLSegmentationNode that takes the labels.
        editor: Alias of who works.

    Raises:
        SceneError: The journal is of another run.
        CaseError: The journal cannot be read.
        WriteError: It cannot be put right or is held by another program.
    """
    if recovery.pixel_sha256 != factOf(browser, "PixelSHA256"):
        msg = f"these edits belong to other pixels than those of {browser.GetName()}"
        raise SceneError(msg)
    found = recover(recovery.folder)
    journal = open_journal(recovery.folder)
    try:
        setLabels(segmentation, browser, np.array(journal.labels))
        setFact(segmentation, JOURNAL, recovery.folder.name)
        return _watching(browser, segmentation, journal, editor, RECOVERED, found.problem)
    except Exception:
        journal.close()
        raise


def _watching(
    browser: Any, segmentation: Any, journal: Journal, editor: str, cause: str, problem: str
) -> EditJournal:
    made = EditJournal(browser, segmentation, journal, editor, problem)
    try:
        made.flush(cause, force=True)
    except Exception:
        made.abandon()
        raise
    return made


def _known(browser: Any, segmentation: Any, home: Path | None) -> tuple[Journal | None, str]:
    """Open the journal that a segmentation had before, if it is there and free."""
    name = factOf(segmentation, JOURNAL)
    if not isinstance(name, str) or not _FOLDER.fullmatch(name):
        return None, ""
    if any(factOf(other, JOURNAL) == name for other in _earlier(browser, segmentation)):
        return None, ""  # a copy, which a clone of Slicer's makes with all attributes
    try:
        journal = open_journal(journals_folder(home) / name)
    except HeldError:
        return None, "another program edits this segmentation; edits here get their own journal"
    except CaseError as error:
        return None, f"the journal could not be taken up ({error}); a new one was begun"
    if journal.pixel_sha256 == factOf(browser, "PixelSHA256"):
        return journal, ""
    journal.close()
    return None, "the journal is of another run; a new one was begun"


def _earlier(browser: Any, segmentation: Any) -> list[Any]:
    """The segmentations of a run that came before one of them."""
    found = segmentationsOf(browser)
    return found[: found.index(segmentation)] if segmentation in found else []


def _events() -> tuple[Any, ...]:
    """Whatever may change the pixels of a segment, by whoever."""
    kind: Callable[..., Any] = slicer.vtkSegmentation
    names = ("SourceRepresentationModified", "RepresentationModified")
    names += ("SegmentAdded", "SegmentRemoved", "SegmentModified")
    return (*(getattr(kind, name) for name in names), "ModifiedEvent")
