"""The Run tab: which run, which image of it, when its arteries are full, and its segmentation."""

from pathlib import Path
from typing import Any

import qt
from slicer.i18n import tr as _

from dsanet.errors import DSAError
from DSASegmentationLib.gui.displayoptions import DisplayOptions
from DSASegmentationLib.gui.installedmenu import InstalledMenu
from DSASegmentationLib.gui.notes import notesOf
from DSASegmentationLib.gui.playing import choose, go, step, togglePlaying
from DSASegmentationLib.gui.plot import TimeDensityPlot
from DSASegmentationLib.gui.runlist import RunList
from DSASegmentationLib.gui.segmentbutton import SegmentButton
from DSASegmentationLib.gui.showing_errors import showingErrors
from DSASegmentationLib.gui.subtractionoptions import SubtractionOptions
from DSASegmentationLib.gui.tab import Tab
from DSASegmentationLib.gui.workplace import Workplace
from DSASegmentationLib.nodes import referenceOf
from DSASegmentationLib.prepared import arterialWindowOf, setArterialWindow
from DSASegmentationLib.runs import MINIP, NATIVE, SUBTRACTED, runs
from DSASegmentationLib.timedensity import timeDensityOf
from DSASegmentationLib.visibility import imageShown


class RunTab(Tab):
    """Runs of the scene: load, look, move the arterial phase, segment."""

    def __init__(self, place: Workplace, uiFile: str) -> None:
        super().__init__(place, uiFile)
        self._list = RunList(self._select, place.load)
        self._plot = TimeDensityPlot(self._moveWindow, self._go, self._step)
        self.ui.listFrame.layout().addWidget(self._list)
        self.ui.plotFrame.layout().addWidget(self._plot)
        self._images = {
            MINIP: self.ui.minipButton,
            SUBTRACTED: self.ui.subtractedButton,
            NATIVE: self.ui.nativeButton,
        }
        self._segment = SegmentButton(self.ui, place)
        self._display = DisplayOptions(self.ui, place)
        self._subtraction = SubtractionOptions(self.ui, place)
        self._installed = InstalledMenu(self.ui, place.segmenter)
        self._connect()
        self.refresh()

    def title(self) -> str:
        return _("Run")

    def refresh(self) -> None:
        active = self.place.active
        self._list.fill(runs(self.place.scene), self.place.jobs, active)
        self._showImage(active)
        problems = self._showCurve(active)
        self._segment.show(active)
        self._display.show(active)
        self._subtraction.show(active)
        self.ui.removeButton.enabled = active is not None
        self.ui.noteLabel.text = "\n".join((*problems, *notesOf(active)))
        self.showFrame()

    def showFrame(self) -> None:
        active = self.place.active
        if active is None:
            return
        self._plot.setFrame(active.GetSelectedItemNumber())
        self._showImage(active)

    def showJob(self, job: Any) -> None:
        self._list.describe(job.run, job)
        self._segment.show(self.place.active)

    def setParameters(self, parameters: Any) -> None:
        self._display.setParameters(parameters)

    def _connect(self) -> None:
        ui = self.ui
        self._menu = qt.QMenu(ui.loadButton)  # kept: Qt does not own a menu of a button
        self._menu.addAction(_("File...")).connect("triggered()", self._loadFile)
        self._menu.addAction(_("Folder...")).connect("triggered()", self._loadFolder)
        ui.loadButton.setMenu(self._menu)
        style = self.widget.style()
        ui.loadButton.setIcon(style.standardIcon(qt.QStyle.SP_DialogOpenButton))
        ui.removeButton.setIcon(style.standardIcon(qt.QStyle.SP_TrashIcon))
        ui.removeButton.connect("clicked()", self._remove)
        ui.playButton.connect("clicked()", self._play)
        for image, button in self._images.items():
            button.connect("clicked()", lambda image=image: self._choose(image))

    def _showImage(self, active: Any) -> None:
        shown = active and imageShown(active)
        for image, button in self._images.items():
            button.enabled = active is not None and referenceOf(active, image) is not None
            button.checked = image == shown
        playing = bool(active and active.GetPlaybackActive())
        icon = qt.QStyle.SP_MediaPause if playing else qt.QStyle.SP_MediaPlay
        self.ui.playButton.setIcon(self.widget.style().standardIcon(icon))
        self.ui.playButton.enabled = active is not None and active.GetNumberOfItems() > 1

    def _showCurve(self, active: Any) -> list[str]:
        """Show the curve of a run, and give what is wrong with it.

        That is told in no dialog, for the scene changes often.
        """
        curve = window = None
        problems = []
        busy = active is not None and self.place.isPreparing(active)
        if active is not None and not busy:
            try:
                curve, window = timeDensityOf(active), arterialWindowOf(active)
            except DSAError as error:
                problems.append(f"{error}.")
        self._plot.showCurve(curve, window)
        self._plot.setBusy(busy)
        return problems

    # What the user does

    def _select(self, nodeID: str) -> None:
        self.place.activate(self.place.scene.GetNodeByID(nodeID))

    def _loadFile(self) -> None:
        path = qt.QFileDialog.getOpenFileName(self.widget, _("Load run"))
        if path:
            self.place.load([Path(path)])

    def _loadFolder(self) -> None:
        path = qt.QFileDialog.getExistingDirectory(self.widget, _("Load run"))
        if path:
            self.place.load([Path(path)])

    def _remove(self) -> None:
        with showingErrors(_("The run could not be removed.")):
            self.place.remove(self.place.active)

    def _play(self) -> None:
        togglePlaying(self.place.active)
        self.showFrame()

    def _choose(self, image: str) -> None:
        with showingErrors(_("The image could not be shown.")):
            choose(self.place.active, image)
        self.showFrame()

    def _go(self, frame: int) -> None:
        go(self.place.active, frame)
        self.showFrame()

    def _step(self, count: int) -> None:
        step(self.place.active, count)
        self.showFrame()

    def _moveWindow(self, window: tuple[int, int]) -> None:
        with showingErrors(_("The arterial phase could not be moved."), waitCursor=True):
            setArterialWindow(self.place.active, window)
        self.place.refresh()
