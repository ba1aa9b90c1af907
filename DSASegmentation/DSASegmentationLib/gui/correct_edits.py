"""Every edit of the active run's segments goes into its journal, and earlier ones are offered."""

from collections.abc import Callable
from typing import Any

import qt
from slicer.i18n import tr as _

from dsanet.errors import DSAError
from DSASegmentationLib.correcting.accepting import begin
from DSASegmentationLib.correcting.recovering import discard, recoverable
from DSASegmentationLib.gui.showing_errors import showError
from DSASegmentationLib.journaling import EDITED, EditJournal, observeEdits, restoreEdits
from DSASegmentationLib.segments import isTouched, labelsOf

LOOK_MS = 300
"""Between two looks whether something has changed; more often would write half strokes."""

TRIES = 10
"""Looks until a journal that could not be begun is tried again."""


class Edits:
    """The journal of one segmentation at a time.

    Attributes:
        journal: The open `EditJournal`, or None.
        offer: The `Recovery` of an earlier session that the user may take back, or None.
        problem: What the user should know, one sentence; empty if nothing.
    """

    def __init__(self, causeOf: Callable[[], str], onChange: Callable[[], None]) -> None:
        """Prepare.

        Args:
            causeOf: Gives a few plain words for what edits now, such as the effect's name.
            onChange: Called after an edit was written down, or a problem came or went.
        """
        self._causeOf, self._onChange = causeOf, onChange
        self.journal: EditJournal | None = None
        self.offer: Any = None
        self.problem = ""
        self._followed: Any = None
        self._wanted: tuple[Any, Any, str] = (None, None, "")
        self._begun: Any = None  # the labels when there was no place for a journal
        self._tries = 0
        self._stored = False
        self._timer = qt.QTimer()
        self._timer.setInterval(LOOK_MS)
        self._timer.connect("timeout()", self.flush)

    def follow(self, browser: Any, segmentation: Any, editor: str) -> None:
        """Watch the segments of a run and no others any more.

        Args:
            browser: The run's browser node, or None.
            segmentation: Its vtkMRMLSegmentationNode, or None.
            editor: Alias of who works.
        """
        if segmentation is not self._followed:
            self.close()
            self._followed = segmentation
            if segmentation is not None:
                self._open(browser, segmentation, editor)
        if self.journal is not None:
            self.journal.editor = editor

    def flush(self) -> None:
        """Write down what has changed; what cannot be written now is tried again."""
        if self.journal is None:
            self._openAgain()
            return
        if self._followed.GetScene() is None:  # deleted, and the tab has not heard of it yet
            return
        before, changed = self.problem, False
        try:
            changed = self.journal.flush(self._causeOf() or EDITED)
            self._markStored()
            self.problem = self.journal.problem
            if changed and isTouched(self._followed):
                begin(self._followed)
        except DSAError as error:
            self.problem = str(error)
        if changed or before != self.problem:
            self._onChange()

    def recover(self) -> None:
        """Put the offered edits into the segments.

        Raises:
            DSAError: They cannot be read; the segments are as before.
        """
        offer, old = self.offer, self.journal
        if offer is None or old is None:
            return
        old.close()
        self.journal = None
        try:
            self.journal = restoreEdits(offer, old.browser, old.segmentation, old.editor)
        except Exception:
            self._open(old.browser, old.segmentation, old.editor)
            raise
        self.offer = None
        begin(self._followed)

    def decline(self) -> None:
        """Offer the edits no more; they stay in their journal.

        Raises:
            DSAError: That cannot be written.
        """
        offer, self.offer = self.offer, None
        if offer is not None:
            discard(offer, self.journal.editor if self.journal else "")

    def close(self) -> None:
        """Write down what is left and watch nothing any more."""
        self._timer.stop()
        journal, self.journal = self.journal, None
        self._followed, self._begun, self.offer, self.problem = None, None, None, ""
        if journal is None:
            return
        try:
            journal.close()
        except DSAError as error:
            journal.abandon()
            told = _("{why}. The edits are still in the scene: save it, or come back to the run.")
            showError(DSAError(told.format(why=error)))

    def _open(self, browser: Any, segmentation: Any, editor: str) -> None:
        self._wanted = browser, segmentation, editor
        self._tries = 0
        try:
            self.offer = recoverable(browser, segmentation)
            self.journal = observeEdits(browser, segmentation, editor, begun=self._begun)
            self.problem, self._begun = self.journal.problem, None
        except DSAError as error:
            self.problem = str(error)
            self._begun = labelsOf(segmentation, browser) if self._begun is None else self._begun
        self._stored = not segmentation.GetModifiedSinceRead()
        self._timer.start()

    def _openAgain(self) -> None:
        """Try now and then to begin a journal where there was no place for one."""
        self._tries += 1
        if self._followed is not None and self._tries % TRIES == 0:
            before = self.problem
            self.problem = ""
            self._open(*self._wanted)
            if self.problem != before:
                self._onChange()

    def _markStored(self) -> None:
        """Once the segments were saved, with the scene or alone, nothing has to be recovered."""
        stored = not self._followed.GetModifiedSinceRead()
        if stored and not self._stored and self.journal is not None:
            self.journal.markSaved()
        self._stored = stored
