"""The button that segments the active run, cancels it meanwhile, and says how far it is."""

from typing import Any

import qt
from slicer.i18n import tr as _

from DSASegmentationLib.gui.workplace import Workplace

MARGIN = 4
"""Pixels after the name of a stage."""


class SegmentButton:
    """Button and progress bar of the Run tab."""

    def __init__(self, ui: Any, place: Workplace) -> None:
        self._ui, self._place = ui, place
        ui.segmentButton.connect("clicked()", self._clicked)
        widths = [
            ui.stageLabel.fontMetrics().boundingRect(text).width() for text in _stages().values()
        ]
        ui.stageLabel.setMinimumWidth(max(widths) + MARGIN)  # so that the bar stays where it is

    def show(self, browser: Any) -> None:
        """Say how far the segmentation of a run is; None for no run."""
        job = self._place.jobOf(browser)
        button = self._ui.segmentButton
        button.enabled = browser is not None
        button.text = _("Segment") if job is None else _("Cancel")
        button.toolTip = (
            _("Find main artery trunk (MAT) and bifurcated vessels (BV) in the arterial phase")
            if job is None
            else _("Stop segmenting; the scene stays as it is")
        )
        icon = qt.QStyle.SP_ArrowRight if job is None else qt.QStyle.SP_DialogCancelButton
        button.setIcon(button.style().standardIcon(icon))
        self._ui.progressFrame.setVisible(job is not None)
        if job is not None:
            self._showShare(job)

    def _showShare(self, job: Any) -> None:
        """A bar that only moves where nobody can tell how much is done."""
        bar = self._ui.progressBar
        bar.setMaximum(0 if job.share is None else 100)
        bar.setValue(0 if job.share is None else round(100 * job.share))
        self._ui.stageLabel.text = stageText(job.stage)

    def _clicked(self) -> None:
        active = self._place.active
        if self._place.jobOf(active) is None:
            self._place.segment(active)
        else:
            self._place.cancel(active)


def stageText(stage: str) -> str:
    """Give the name of a stage in the user's language."""
    return _stages().get(stage, stage)


def _stages() -> dict[str, str]:
    return {
        "Waiting": _("Waiting"),
        "Starting": _("Starting"),
        "Reading": _("Reading"),
        "Loading the model": _("Loading the model"),
        "Preparing": _("Preparing"),
        "Segmenting": _("Segmenting"),
        "Showing": _("Showing"),
    }
