"""What the application gets of the extension when it has started, before the panel is opened."""

from importlib import import_module
from pathlib import Path

import slicer
import slicer.util
from slicer.i18n import tr as _

from DSASegmentationLib.gui.showing_errors import showingErrors
from DSASegmentationLib.sampledata import registerSampleData
from DSASegmentationLib.terminology import loadTerminology

MODULE, EFFECTS = "DSASegmentation", "DSASegmentationEffects"


def start(resources: Path) -> None:
    """Add terms, sample run and tools; to be called once, when all modules are there.

    Args:
        resources: The module's folder Resources.
    """
    with showingErrors(_("The terms of MAT and BV could not be loaded.")):
        loadTerminology(slicer.modules.terminologies.logic(), resources)
    with showingErrors(_("The sample run could not be registered.")):
        registerSampleData(import_module("SampleData").SampleDataLogic, resources, loadSample)
    with showingErrors(_("The tools for vessels could not be registered.")):
        registerEffects()


def registerEffects() -> None:
    """Give Slicer's Segment Editor the effects of this extension.

    Source: Slicer 5.10 `Utilities/Templates/Modules/ScriptedSegmentEditorEffect/TemplateKey.py`.
    """
    host = import_module("qSlicerSegmentationsEditorEffectsPythonQt")
    for effect in import_module(EFFECTS).EFFECTS:  # imported first: Slicer looks for it there
        made = host.qSlicerSegmentEditorScriptedEffect(None)
        made.setPythonSource(Path(effect.FILE).as_posix())
        made.self().register()


def loadSample(path: Path) -> None:
    """Open the panel with a run; an error is shown."""
    with showingErrors(_("The sample run could not be loaded."), waitCursor=True):
        slicer.util.selectModule(MODULE)
        slicer.util.getModuleLogic(MODULE).loadRuns(path)
