"""The models, the report on one of them, and the buttons that decide about it."""

from collections.abc import Callable
from typing import Any

import qt
import slicer.util
from slicer.i18n import tr as _

from dsanet.packages import ModelEntry
from DSASegmentationLib import learning
from DSASegmentationLib.gui.gateview import pageOf
from DSASegmentationLib.gui.showing_errors import showingErrors


class Decisions:
    """Activate, keep, roll back."""

    def __init__(self, ui: Any) -> None:
        """Connect the widgets.

        Args:
            ui: The tab's widgets.
        """
        self._ui = ui
        self._name = ""
        self._candidate: learning.Candidate | None = None
        ui.modelList.connect("currentRowChanged(int)", self._chosen)
        ui.reasonEdit.connect("textChanged(QString)", self._enable)
        for button, do in (
            (ui.activateButton, self._activate),
            (ui.keepButton, self._keep),
            (ui.backButton, self._rollBack),
        ):
            button.connect("clicked()", do)

    def refresh(self) -> None:
        """Read the models anew; an error is shown."""
        with showingErrors(_("The models could not be listed.")):
            self._fill(learning.Models().entries())
            self._show()

    def decideAbout(self, name: str) -> None:
        """Show the report on a model, and decide about that one; empty for none."""
        self._name = name
        self._ui.reasonEdit.clear()
        self.refresh()

    def _fill(self, entries: list[ModelEntry]) -> None:
        models = self._ui.modelList
        models.blockSignals(True)
        models.clear()
        for entry in entries:
            item = qt.QListWidgetItem(textOf(entry))
            item.setData(qt.Qt.UserRole, entry.name)
            item.setToolTip(entry.problem or textOf(entry))
            font = item.font()
            font.setBold(entry.active)
            item.setFont(font)
            models.addItem(item)
            if entry.name == self._name:
                models.setCurrentItem(item)
        models.blockSignals(False)

    def _show(self) -> None:
        ui = self._ui
        self._candidate = learning.Models().candidate(self._name) if self._name else None
        found = self._candidate
        ui.reportBrowser.setVisible(found is not None)
        ui.activateButton.setVisible(found is not None)
        ui.keepButton.setVisible(found is not None and not found.listed)
        ui.reasonEdit.setVisible(found is not None and found.needsReason and not found.active)
        ui.reportBrowser.setHtml(pageOf(found) if found else "")
        self._enable()

    def _enable(self, _text: str = "") -> None:
        found, reason = self._candidate, self._ui.reasonEdit.text.strip()
        allowed = found is not None and not found.active and (reason or not found.needsReason)
        self._ui.activateButton.enabled = bool(allowed)

    def _chosen(self, row: int) -> None:
        if row >= 0:
            self._name = self._ui.modelList.item(row).data(qt.Qt.UserRole)
            self._ui.reasonEdit.clear()
            with showingErrors(_("The model could not be shown.")):
                self._show()

    def _activate(self) -> None:
        found, reason = self._candidate, self._ui.reasonEdit.text.strip()
        if found is not None:
            override = reason if found.needsReason else ""
            self._do(lambda: learning.Models().activate(found.name, override=override))

    def _keep(self) -> None:
        self._do(lambda: learning.Models().keep(self._name))

    def _rollBack(self) -> None:
        question = _("Go back to the model that was active before?")
        if slicer.util.confirmYesNoDisplay(question):
            self._do(lambda: learning.Models().rollBack())

    def _do(self, step: Callable[[], Any]) -> None:
        with showingErrors(_("The models could not be changed."), waitCursor=True):
            step()
        self.decideAbout(self._name)


def textOf(entry: ModelEntry) -> str:
    """Describe a model in one line."""
    marks = [
        _("active") if entry.active else "",
        _("with the extension") if entry.bundled else "",
        _("broken: {why}").format(why=entry.problem) if entry.problem else "",
    ]
    said = ", ".join(mark for mark in marks if mark)
    return f"{entry.name} ({said})" if said else entry.name
