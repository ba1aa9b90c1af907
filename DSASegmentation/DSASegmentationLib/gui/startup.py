"""What the application gets of the extension when it has started, before the panel is opened."""

from importlib import import_module
from pathlib import Path

import slicer
import slicer.util
from slicer.i18n import tr as _

from DSASegmentationLib.gui.showing_errors import showingErrors
from DSASegmentationLib.sampledata import registerSampleData
from DSASegmentationLib.terminology import loadTerminology

MODULE = "DSASegmentation"


def start(resources: Path) -> None:
    """Add the terms of MAT and BV and the sample run; to be called once, other modules being there.

    Args:
        resources: The module's folder Resources.
    """
    with showingErrors(_("The terms of MAT and BV could not be loaded.")):
        loadTerminology(slicer.modules.terminologies.logic(), resources)
    with showingErrors(_("The sample run could not be registered.")):
        registerSampleData(import_module("SampleData").SampleDataLogic, resources, loadSample)


def loadSample(path: Path) -> None:
    """Open the panel with a run; an error is shown."""
    with showingErrors(_("The sample run could not be loaded."), waitCursor=True):
        slicer.util.selectModule(MODULE)
        slicer.util.getModuleLogic(MODULE).loadRuns(path)
