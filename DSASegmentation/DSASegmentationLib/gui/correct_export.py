"""Export of the active run as a case, after a look at it where no header says that it names nobody.

Settings: Slicer 5.10 `Base/QTCore/qSlicerCoreApplication.h`, `userSettings`.
"""

from pathlib import Path
from typing import Any

import qt
import slicer
import slicer.util
from slicer.i18n import tr as _

from dsanet.cases.burned_in import CLEAN, TEXT
from DSASegmentationLib.exporting import exportCase, needsBurnedInAnswer, rememberBurnedIn
from DSASegmentationLib.gui.thumbnails import pixmapOf
from DSASegmentationLib.nodes import referenceOf
from DSASegmentationLib.runs import NATIVE
from DSASegmentationLib.segments import segmentationOf

DATASET = "DSASegmentation/dataset"
SIDE = 512
"""Pixels of the picture that is looked at for text."""

SHOWN_MS = 6000


def exportActive(parent: Any, browser: Any, reader: str, journal: Any) -> Path | None:
    """Export a run into a data set that the user chooses.

    Args:
        parent: Widget that dialogs belong to.
        browser: The run's browser node.
        reader: Alias of who corrected it.
        journal: The open `EditJournal`, or None.

    Returns:
        The case's folder, or None if the user gave up.

    Raises:
        DSAError: See `exporting.exportCase`.
    """
    settings = slicer.app.userSettings()
    dataset = qt.QFileDialog.getExistingDirectory(
        parent, _("Data set to export into"), settings.value(DATASET) or ""
    )
    if not dataset:
        return None
    settings.setValue(DATASET, dataset)
    if needsBurnedInAnswer(browser):
        answer = askForText(parent, browser)
        if answer is None:
            return None
        rememberBurnedIn(browser, answer)
    folder = exportCase(
        browser, segmentationOf(browser), Path(dataset), reader=reader, journal=journal
    )
    told = _("Exported as {case}.").format(case=folder.name)
    slicer.util.showStatusMessage(told, SHOWN_MS)
    return folder


def askForText(parent: Any, browser: Any) -> str | None:
    """Show a frame as it is stored, for subtraction hides text, and ask whether there is any.

    Returns:
        `CLEAN`, `TEXT`, or None if the user did not answer.
    """
    box = textQuestion(parent, browser)
    answers = {qt.QMessageBox.Yes: TEXT, qt.QMessageBox.No: CLEAN}
    answer = answers.get(box.exec_())
    box.deleteLater()
    return answer


def textQuestion(parent: Any, browser: Any) -> Any:
    """Give the QMessageBox that asks if there is text in a run's picture."""
    box = qt.QMessageBox(parent)
    box.setWindowTitle(_("Text in the picture"))
    box.setIconPixmap(pixmapOf(browser.GetProxyNode(referenceOf(browser, NATIVE)), SIDE))
    box.setText(_("Is there any text in this picture, such as a name, a number or a date?"))
    box.setInformativeText(_("A run with text in its pixels is not exported."))
    box.setStandardButtons(qt.QMessageBox.Yes | qt.QMessageBox.No | qt.QMessageBox.Cancel)
    return box
