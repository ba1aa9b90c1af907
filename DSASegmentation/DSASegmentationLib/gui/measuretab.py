"""The Measure tab: diameters along a vessel, stenoses, flow, and the report."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import qt
import slicer.util
from slicer.i18n import tr as _

from dsanet.measure.flow.maps import QUANTITIES
from DSASegmentationLib.gui.boxes import chosenIn, fill
from DSASegmentationLib.gui.calibrating import Calibrating
from DSASegmentationLib.gui.comparing import Comparing
from DSASegmentationLib.gui.densityplot import DensityPlot
from DSASegmentationLib.gui.diameterplot import DiameterPlot
from DSASegmentationLib.gui.lesiontable import LesionTable
from DSASegmentationLib.gui.markers import MarkerWatch
from DSASegmentationLib.gui.measuredruns import MeasuredRuns
from DSASegmentationLib.gui.measurenotes import measureNotes
from DSASegmentationLib.gui.measurework import MeasureWork
from DSASegmentationLib.gui.showing_errors import showingErrors
from DSASegmentationLib.gui.tab import Tab
from DSASegmentationLib.gui.workplace import Workplace
from DSASegmentationLib.measuring import Measured
from DSASegmentationLib.measuring.calibration import catheterLineOf
from DSASegmentationLib.measuring.cursor import cursorNodeOf, cursorOf, putCursor
from DSASegmentationLib.measuring.lesions import (
    addMarker,
    graded,
    gradedAnew,
    markersOf,
    movedPoint,
    putMarker,
)
from DSASegmentationLib.measuring.maps import hideMap, showMap, titleOf, withheld
from DSASegmentationLib.measuring.report import reportFiles, writeReport
from DSASegmentationLib.measuring.tables import putLesions
from DSASegmentationLib.runs import runs
from DSASegmentationLib.segments import segmentationOf


class MeasureTab(Tab):
    """Measures the active run and lets a hand move what was found."""

    def __init__(self, place: Workplace, uiFile: str) -> None:
        super().__init__(place, uiFile)
        self._runs = MeasuredRuns()
        self._plot, self._curves = DiameterPlot(self._moveTo), DensityPlot()
        self.ui.plotFrame.layout().addWidget(self._plot)
        self.ui.curveFrame.layout().addWidget(self._curves)
        self._table = LesionTable(self.ui.lesionTable, self._selectLesion)
        self._calibrating = Calibrating(self.ui, lambda: self.place.active, self._calibrated)
        self._comparing = Comparing(self.ui)
        self._watch = MarkerWatch()
        self._work = MeasureWork(self._runs.begin, self.refresh)
        self._rest = qt.QTimer()  # an edit of segments is told many times
        self._rest.setSingleShot(True)
        self._rest.setInterval(0)
        self._rest.connect("timeout()", self._showNotes)
        self._connect()
        self.refresh()

    def title(self) -> str:
        return _("Measure")

    def refresh(self) -> None:
        self._runs.prune(runs(self.place.scene))
        with showingErrors(_("The measurements could not be shown.")):
            self._follow()
            self._show()

    def setParameters(self, parameters: Any) -> None:
        """Observe markups and segments only while the module is in use."""
        if parameters is None:
            self._watch.follow({})
            self._rest.stop()

    def close(self) -> None:
        self._work.close()

    def _connect(self) -> None:
        ui = self.ui
        ui.measureButton.connect("clicked()", self._measure)
        ui.gradeButton.connect("clicked()", self._grade)
        ui.reportButton.connect("clicked()", self._report)
        ui.pathBox.connect("currentIndexChanged(int)", self._choosePath)
        ui.mapBox.connect("currentIndexChanged(int)", self._chooseMap)

    # What is shown

    @property
    def _active(self) -> Measured | None:
        """The measurements of the active run, or None."""
        return self._runs.of(self.place.active)

    def _show(self) -> None:
        active, measured, ui = self.place.active, self._active, self.ui
        working = active is not None and self._work.has(active)
        ui.measureButton.text = _("Measuring ...") if working else _("Measure")
        segmented = active is not None and segmentationOf(active) is not None
        ui.measureButton.enabled = segmented and not working
        ui.reportButton.enabled = ui.mapBox.enabled = measured is not None
        ui.gradeButton.enabled = measured is not None and measured.values.trunk is not None
        self._showPaths(measured)
        chosen = self._runs.map(measured) if measured else ""
        fill(ui.mapBox, _maps(measured), chosen)
        self._showLesions(measured)
        self._showNotes()
        flow = measured.values.flow if measured else None
        times = flow.curves.times if flow else np.empty(0)
        self._curves.showCurves(times, flow.class_curves if flow else {})
        self._calibrating.show(active)
        self._comparing.show(measured, self._runs.others(active))

    def _showPaths(self, measured: Measured | None) -> None:
        names = [path.name for path in measured.values.paths] if measured else []
        chosen = self._runs.path(measured).name if measured and names else ""
        fill(self.ui.pathBox, [(name, name) for name in names], chosen)
        self.ui.pathBox.enabled = len(names) > 1

    def _showLesions(self, measured: Measured | None) -> None:
        """Show what a moved marker changes."""
        values = measured.values if measured else None
        self._table.fill(values.lesions if values else (), values.scale if values else None)
        self._showPlot(measured)

    def _showPlot(self, measured: Measured | None) -> None:
        path = self._runs.path(measured) if measured else None
        if measured is None or path is None:
            self._plot.showPath(None, {}, None)
            return
        lesions = enumerate(measured.values.lesions)
        own = {number: lesion for number, lesion in lesions if lesion.path == path.name}
        self._plot.showPath(path, own, measured.values.scale)
        self._plot.setPlace(cursorOf(measured.run, path))

    def _showNotes(self) -> None:
        measured = self._active
        chosen = self._runs.map(measured) if measured else ""
        with showingErrors(_("The measurements could not be checked.")):
            notes = measureNotes(self.place.active, measured, chosen)
            self.ui.noteLabel.text = "\n".join(notes)

    def _follow(self) -> None:
        """Observe the active run's markups and segments; take over what was moved meanwhile."""
        active, measured = self.place.active, self._active
        listeners: dict[Any, Any] = {}
        if measured is not None:
            markers = markersOf(measured.run).items()
            known = [node for number, node in markers if number < len(measured.values.lesions)]
            for node in known:
                self._watch.quietly(lambda node=node: self._takeOver(node, dropped=True))
            listeners = dict.fromkeys(known, self._lesionMoved)
            if cursorNodeOf(measured.run) is not None:
                listeners[cursorNodeOf(measured.run)] = self._cursorMoved
        line = catheterLineOf(active) if active is not None else None
        if line is not None:
            listeners[line] = lambda _node, _dropped: self._calibrating.lineMoved()
        self._watch.follow(listeners)
        if measured is not None:
            self._watch.followSegments(measured.segmentation, self._rest.start)

    # What the user does in the panel

    def _measure(self) -> None:
        with showingErrors(_("The run could not be measured.")):
            self._work.start(self.place.active)
        self._show()

    def _moveTo(self, along: float) -> None:
        """Put the cursor to a place that the plot tells."""
        measured = self._active
        if measured is not None:
            self._putCursor(measured, along)
            self._plot.setPlace(along)

    def _putCursor(self, measured: Measured, along: float | None = None) -> None:
        """Put the cursor on the plotted path, where it is if no place is given."""
        path = self._runs.path(measured)
        if along is None and path is not None:
            along = cursorOf(measured.run, path)
        if path is not None and along is not None:
            scale = measured.values.scale
            self._watch.quietly(lambda: putCursor(measured.run, path, along, scale))

    def _choosePath(self) -> None:
        measured = self._active
        if measured is not None:
            self._runs.choosePath(measured, chosenIn(self.ui.pathBox))
            self._putCursor(measured)
            self._showPlot(measured)

    def _selectLesion(self, number: int) -> None:
        """Plot the path of a lesion."""
        measured = self._active
        name = measured.values.lesions[number].path if measured else ""
        if measured is not None and name != self._runs.path(measured).name:
            self.ui.pathBox.setCurrentIndex(self.ui.pathBox.findData(name))

    def _grade(self) -> None:
        """Add the place of the cursor as a stenosis."""
        measured = self._active
        if measured is None:
            return
        with showingErrors(_("The place could not be graded.")):
            path, number = self._runs.path(measured), len(measured.values.lesions)
            along = cursorOf(measured.run, path)
            if along is not None:
                after = measured.withLesion(number, graded(path, along, {}))
                self._runs.keep(after)
                addMarker(after, number)
                putLesions(after)
        self.refresh()

    def _chooseMap(self) -> None:
        measured, key = self._active, chosenIn(self.ui.mapBox)
        if measured is None:
            return
        self._runs.chooseMap(measured, key)
        with showingErrors(_("The map could not be shown."), waitCursor=True):
            if not key or withheld(measured, key):
                hideMap(measured.run)
            else:
                showMap(measured, key)
        self._showNotes()

    def _report(self) -> None:
        measured = self._active
        chosen = qt.QFileDialog.getExistingDirectory(self.widget, _("Folder for the report"))
        if not chosen or measured is None:
            return
        there = [path.name for path in reportFiles(measured, Path(chosen)) if path.exists()]
        question = _("{files} will be replaced. Write the report?").format(files=", ".join(there))
        if there and not slicer.util.confirmYesNoDisplay(question):
            return
        with showingErrors(_("The report could not be written."), waitCursor=True):
            page = writeReport(measured, Path(chosen))
            self.ui.noteLabel.text = _("The report is in {path}.").format(path=page)

    def _calibrated(self) -> None:
        """Tell lengths by the scale as it is now, wherever they stand."""
        measured = self._active
        if measured is not None:
            after = measured.calibrated()
            self._runs.keep(after)
            putLesions(after)
            self._putCursor(after)
        self.refresh()

    # What the user does in the view

    def _cursorMoved(self, _node: Any, dropped: bool) -> None:
        measured = self._active
        path = self._runs.path(measured) if measured else None
        along = cursorOf(measured.run, path) if measured and path is not None else None
        if along is not None:
            self._plot.setPlace(along)
            if dropped:
                self._moveTo(along)

    def _lesionMoved(self, node: Any, dropped: bool) -> None:
        with showingErrors(_("The stenosis could not be graded.")):
            self._takeOver(node, dropped)
        self._showLesions(self._active)
        if dropped:
            self._showNotes()

    def _takeOver(self, node: Any, dropped: bool) -> None:
        """Grade a lesion anew if a point of its markups was moved."""
        measured = self._active
        point = movedPoint(node, measured) if measured else None
        if measured is not None and point is not None:
            after, lesion = gradedAnew(measured, node, point)
            self._runs.keep(after)
            putMarker(node, after, lesion, None if dropped else point)
            putLesions(after)


def _maps(measured: Measured | None) -> Iterator[tuple[str, str]]:
    """The maps to choose from, each with its key."""
    yield _("none"), ""
    for key in QUANTITIES if measured else ():
        none = measured is not None and withheld(measured, key)
        yield (_("{title} (withheld)") if none else "{title}").format(title=titleOf(key)), key
