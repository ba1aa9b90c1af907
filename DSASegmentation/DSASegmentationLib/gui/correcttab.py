"""The Correct tab: tools, uncertain places, status, acceptance, export of the active run."""

from datetime import datetime
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from dsanet.cases import STATUSES
from DSASegmentationLib.correcting.accepting import accept
from DSASegmentationLib.gui.correct_editor import SegmentEditor
from DSASegmentationLib.gui.correct_edits import Edits
from DSASegmentationLib.gui.correct_export import exportActive
from DSASegmentationLib.gui.correct_keys import Shortcuts, sheet
from DSASegmentationLib.gui.correct_places import PlaceButtons
from DSASegmentationLib.gui.playing import step
from DSASegmentationLib.gui.showing_errors import showingErrors
from DSASegmentationLib.gui.tab import Tab
from DSASegmentationLib.gui.workplace import Workplace
from DSASegmentationLib.prepared import arterialWindowOf
from DSASegmentationLib.segments import (
    addEmptySegments,
    noteOf,
    segmentationOf,
    setNote,
    setStatus,
    statusOf,
)

ALIAS = "DSASegmentation/editor"
ALIAS_PATTERN = "[A-Za-z0-9_-]{0,32}"
"""As `dsanet.cases` takes it."""


class CorrectTab(Tab):
    """The segments of the active run, and all that a reader does with them."""

    def __init__(self, place: Workplace, uiFile: str) -> None:
        super().__init__(place, uiFile)
        self._entered = self._current = False
        self._editor = SegmentEditor(self.ui.segmentEditor, place.scene)
        self._edits = Edits(lambda: self._editor.effect, self._show)
        self._places = PlaceButtons(self.ui, place)
        self._keys = Shortcuts(self._actions())
        self.ui.keysLabel.text = sheet()
        for text in statusTexts().values():
            self.ui.statusCombo.addItem(text)
        self._setUpAlias()
        self._connect()
        self._show()

    def title(self) -> str:
        return _("Correct")

    def enter(self) -> None:
        self._entered = True
        self.refresh()
        self._takeKeys()

    def exit(self) -> None:
        self._entered = False
        self._takeKeys()
        self._edits.close()

    def turned(self, current: bool) -> None:
        self._current = current
        self._takeKeys()

    def close(self) -> None:
        self.exit()
        self._editor.release()
        self._places.show(None)

    def refresh(self) -> None:
        if self._entered:
            active, segmentation = self.place.active, self._segmentation
            self._editor.follow(active, segmentation)
            self._edits.follow(active, segmentation, self.ui.aliasEdit.text)
        self._show()

    def showJob(self, _job: Any) -> None:
        self._show()

    @property
    def _segmentation(self) -> Any:
        active = self.place.active
        return None if active is None else segmentationOf(active)

    def _actions(self) -> dict[str, Any]:
        """What keys do, by the names in `correct_keys.KEYS`."""
        return {
            "nextPlace": self._places.next,
            "previousPlace": self._places.previous,
            "swapClass": self._editor.swapClass,
            "toggleOverlay": self._toggleOverlay,
            "previousFrame": lambda: self._step(-1),
            "nextFrame": lambda: self._step(1),
            "accept": self._accept,
        }

    def _setUpAlias(self) -> None:
        field = self.ui.aliasEdit
        pattern = qt.QRegularExpression(ALIAS_PATTERN)
        field.setValidator(qt.QRegularExpressionValidator(pattern, field))
        field.text = slicer.app.userSettings().value(ALIAS) or ""

    def _connect(self) -> None:
        ui = self.ui
        ui.statusCombo.connect("activated(int)", self._setStatus)
        ui.acceptButton.connect("clicked()", self._accept)
        ui.exportButton.connect("clicked()", self._export)
        ui.noteEdit.connect("textEdited(QString)", self._setNote)
        ui.emptyButton.connect("clicked()", self._beginEmpty)
        ui.recoverButton.connect("clicked()", self._recover)
        ui.declineButton.connect("clicked()", self._decline)
        ui.aliasEdit.connect("editingFinished()", self._setAlias)
        style = self.widget.style()
        ui.acceptButton.setIcon(style.standardIcon(qt.QStyle.SP_DialogApplyButton))
        ui.previousPlaceButton.setIcon(style.standardIcon(qt.QStyle.SP_ArrowLeft))
        ui.nextPlaceButton.setIcon(style.standardIcon(qt.QStyle.SP_ArrowRight))

    def _takeKeys(self) -> None:
        """Keys and views are the editor's while this tab is seen, and only then."""
        if self._entered and self._current:
            self._editor.enter()
            self._keys.install()
        else:
            self._editor.exit()
            self._keys.remove()

    def _show(self) -> None:
        ui, segmentation = self.ui, self._segmentation
        for widget in (ui.statusCombo, ui.acceptButton, ui.exportButton, ui.noteEdit):
            widget.enabled = segmentation is not None
        status = STATUSES[0] if segmentation is None else statusOf(segmentation)
        ui.statusCombo.setCurrentIndex(STATUSES.index(status))
        self._showNote(segmentation)
        self._places.show(self.place.active)
        ui.recoverFrame.setVisible(self._edits.offer is not None)
        if self._edits.offer is not None:
            ui.recoverLabel.text = _("Unsaved edits of {time}: {count}").format(
                count=self._edits.offer.edits, time=_local(self._edits.offer.time)
            )
        hint = _("Segment the run first, or draw it from nothing.")
        ui.problemLabel.text = self._edits.problem or (hint if segmentation is None else "")
        ui.problemLabel.setVisible(bool(ui.problemLabel.text))
        ui.emptyButton.setVisible(self._mayBeginEmpty())

    def _showNote(self, segmentation: Any) -> None:
        """Show the note of a run; what is being typed stays as it is."""
        note = "" if segmentation is None else noteOf(segmentation)
        if " ".join(self.ui.noteEdit.text.split()) != note:
            self.ui.noteEdit.text = note

    def _mayBeginEmpty(self) -> bool:
        active = self.place.active
        if active is None or self._segmentation is not None:
            return False
        return arterialWindowOf(active) is not None and self.place.jobOf(active) is None

    # What the user does

    def _beginEmpty(self) -> None:
        with showingErrors(_("The segments could not be begun.")):
            addEmptySegments(self.place.active)
            self.place.refresh()

    def _setNote(self, text: str) -> None:
        if self._segmentation is not None:
            setNote(self._segmentation, text)

    def _setStatus(self, number: int) -> None:
        with showingErrors(_("The status could not be set.")):
            setStatus(self._segmentation, STATUSES[number])

    def _accept(self) -> None:
        if self._segmentation is None:
            return
        with showingErrors(_("The run could not be accepted.")):
            self._edits.flush()
            following = accept(self.place.active)
            if following is not None:
                self.place.activate(following)
        self._show()

    def _export(self) -> None:
        with showingErrors(_("The case could not be exported.")):
            self._edits.flush()
            exportActive(
                self.widget, self.place.active, self.ui.aliasEdit.text, self._edits.journal
            )

    def _recover(self) -> None:
        with showingErrors(_("The edits could not be recovered."), waitCursor=True):
            self._edits.recover()
        self._show()

    def _decline(self) -> None:
        with showingErrors(_("The edits could not be set aside.")):
            self._edits.decline()
        self._show()

    def _setAlias(self) -> None:
        slicer.app.userSettings().setValue(ALIAS, self.ui.aliasEdit.text)
        self.refresh()

    def _toggleOverlay(self) -> None:
        segmentation = self._segmentation
        display = segmentation and segmentation.GetDisplayNode()
        if display is not None:
            display.SetVisibility2D(not display.GetVisibility2D())

    def _step(self, count: int) -> None:
        if self.place.active is not None:
            step(self.place.active, count)
            self.place.onFrame()


def _local(time: str) -> str:
    """Give a time of a journal, which is UTC, as this machine's clock shows it."""
    return f"{datetime.fromisoformat(time.replace('Z', '+00:00')).astimezone():%Y-%m-%d %H:%M}"


def statusTexts() -> dict[str, str]:
    """Give what the user reads for each of `dsanet.cases.STATUSES`, in their order."""
    return {
        "not started": _("Not started"),
        "in progress": _("In progress"),
        "accepted": _("Accepted"),
        "set aside": _("Set aside"),
    }
