"""What training needs, offered to be installed into Slicer's Python."""

import slicer.util
from slicer.i18n import tr as _

from DSASegmentationLib import installing
from DSASegmentationLib.gui.showing_errors import showError
from DSASegmentationLib.installing.requirements import ofTexts
from DSASegmentationLib.learning import MissingPackagesError

BY_EXTENSION = ("torch", "safetensors")
"""What `installing.ensureTorch` takes care of."""


def offer(error: MissingPackagesError, *, isSlicers: bool) -> bool:
    """Offer to install what is missing; of another Python say what is missing.

    Args:
        error: What is missing.
        isSlicers: Whether it is missing in Slicer's own Python.

    Returns:
        Whether all is there now.

    Raises:
        InstallError: It could not be installed.
    """
    if not isSlicers:
        showError(error)
        return False
    needed = ofTexts(error.packages)
    others = [each for each in needed if each.name not in BY_EXTENSION]
    parent = slicer.util.mainWindow()
    if len(others) < len(needed) and not installing.ensureTorch(parent):
        showError(error)
        return False
    if not others:
        return True
    listed = ", ".join(each.name for each in others)
    question = _("Training also needs {packages}. Install them into Slicer's Python now?")
    if not slicer.util.confirmYesNoDisplay(question.format(packages=listed)):
        return False
    installing.install(others, parent)
    return True
