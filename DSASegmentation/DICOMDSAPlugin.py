"""Offers X-ray angiography runs to Slicer's DICOM browser; a hidden module that Slicer looks up.

Slicer finds the plugin class in `slicer.modules.dicomPlugins`. The series whose loadables have the
highest confidence are loaded by default, so XA runs become runs of DSASegmentation unless the
user switches that off: the setting is `DSASegmentation/OfferDICOMRuns`, in Slicer under Application
settings, DICOM. The other plugins' ways to load a series stay there under "Advanced".

dsanet is imported when it is needed, so that Slicer starts as fast as before.
"""

from typing import Any

import slicer
from DICOMLib import DICOMLoadable, DICOMPlugin
from slicer.i18n import tr as _

SETTING = "DSASegmentation/OfferDICOMRuns"
"""Key of the application setting, on unless it is false."""


class DICOMDSAPluginClass(DICOMPlugin):
    """Finds DSA runs in the DICOM database and loads them into the scene."""

    def __init__(self) -> None:
        from DSASegmentationLib.dicomplugin.tags import TAGS

        super().__init__()
        self.loadType = _("DSA run")
        self.tags.update(TAGS)

    @staticmethod
    def settingsPanelEntry(panel: Any, parent: Any) -> None:
        """Add the switch to the DICOM page of the application settings.

        Args:
            panel: The ctkSettingsPanel that keeps the value.
            parent: The group box of this plugin.
        """
        import qt

        layout = qt.QFormLayout(parent)
        box = qt.QCheckBox()
        box.checked = True
        box.toolTip = _("Load X-ray angiography as DSA runs unless another way is chosen.")
        layout.addRow(_("Offer DSA runs:"), box)
        panel.registerProperty(SETTING, box, "checked", str(qt.SIGNAL("toggled(bool)")))

    def examineForImport(self, fileLists: Any) -> list[Any]:
        """Find the runs of several series.

        Args:
            fileLists: The files of each series.

        Returns:
            One DICOMLoadable a run.
        """
        return [loadable for files in fileLists for loadable in self.examineFiles(files)]

    def examineFiles(self, files: Any) -> list[Any]:
        """Find the runs of one series, from the database alone.

        Args:
            files: Paths as the database knows them.

        Returns:
            One DICOMLoadable a run; none where there are none or the setting is off.
        """
        from DSASegmentationLib.dicomplugin.offers import offersFor

        if not slicer.util.settingsValue(SETTING, True, converter=slicer.util.toBool):
            return []
        return [_loadable(offer) for offer in offersFor(files, slicer.dicomDatabase.fileValue)]

    def load(self, loadable: Any) -> Any:
        """Load a run, put it into the subject hierarchy below its study, and show it.

        Args:
            loadable: As `examineFiles` made it.

        Returns:
            The run's sequence browser node, or False after telling why there is none; the scene is
            then as it was.
        """
        from dsanet.errors import DSAError
        from DSASegmentationLib.dicomplugin.load import loadRun

        files = list(loadable.files)
        instances = [slicer.dicomDatabase.instanceForFile(file) for file in files]
        try:
            browser = loadRun(
                slicer.mrmlScene,
                files,
                instances,
                lambda volume: self.addSeriesInSubjectHierarchy(loadable, volume),
            )
        except DSAError as error:
            slicer.util.errorDisplay(str(error), windowTitle=_("DSA run"))  # and in the log
            return False
        _show(browser)
        return browser


class DICOMDSAPlugin:
    """The module that registers the plugin class; it has no panel and is not in the module list."""

    def __init__(self, parent: Any) -> None:
        parent.title = "DICOM DSA run plugin"
        parent.categories = ["Developer Tools.DICOM Plugins"]
        parent.dependencies = ["Sequences"]
        parent.contributors = ["DSASegmentation contributors"]
        parent.helpText = "Loads X-ray angiography from the DICOM browser as DSA runs."
        parent.acknowledgementText = "Research software, not a medical device."
        parent.hidden = True
        if not hasattr(slicer.modules, "dicomPlugins"):  # the DICOM module may come later
            slicer.modules.dicomPlugins = {}
        slicer.modules.dicomPlugins["DICOMDSAPlugin"] = DICOMDSAPluginClass


def _loadable(offer: Any) -> Any:
    loadable = DICOMLoadable()
    loadable.files = list(offer.files)
    loadable.name = offer.name
    loadable.tooltip = offer.tooltip
    loadable.warning = offer.warning
    loadable.confidence = offer.confidence
    loadable.selected = not offer.warning
    return loadable


def _show(browser: Any) -> None:
    """Fit the slice views to the run and point the sequence toolbar at it."""
    slicer.app.applicationLogic().FitSliceToBackground()
    if slicer.util.mainWindow(verbose=False):
        slicer.modules.sequences.setToolBarActiveBrowserNode(browser)
        slicer.modules.sequences.showSequenceBrowser(browser)
