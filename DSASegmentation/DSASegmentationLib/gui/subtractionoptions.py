"""How the active run is subtracted: the other part of the Run tab's Advanced section."""

from dataclasses import replace
from typing import Any

from slicer.i18n import tr as _

from dsanet.prepare import PrepareChoices
from DSASegmentationLib.gui.preparing import framesFromText, textFromFrames
from DSASegmentationLib.gui.showing_errors import showingErrors
from DSASegmentationLib.gui.workplace import Workplace
from DSASegmentationLib.prepared import choicesOf

SUBTRACT = ("auto", "always", "never")
INVERT = (None, False, True)
"""Values of `PrepareChoices.subtract` and `.invert` in the order of their boxes' entries."""


class SubtractionOptions:
    """Mask frames, pixel shift, whether to subtract at all: `PrepareChoices` to look at and set."""

    def __init__(self, ui: Any, place: Workplace) -> None:
        self._ui, self._place = ui, place
        self._shown: tuple[Any, PrepareChoices] | None = None
        ui.subtractBox.addItems([_("Automatic"), _("Always"), _("Never")])
        ui.vesselsBox.addItems([_("Automatic"), _("Dark as displayed"), _("Bright as displayed")])
        ui.shiftBox.connect("toggled(bool)", self._allow)
        ui.applyButton.connect("clicked()", self._apply)
        ui.automaticButton.connect("clicked()", self._automatic)

    def show(self, browser: Any) -> None:
        """Show what was decided for a run; what is being typed stays until that changes."""
        for name in ("subtractionFrame", "applyButton", "automaticButton"):
            idle = browser is not None and not self._place.isPreparing(browser)
            getattr(self._ui, name).enabled = idle
        if browser is None:
            return
        with showingErrors(_("The choices of the run could not be read.")):
            choices = choicesOf(browser)
            if self._shown != (browser, choices):
                self._shown = browser, choices
                self._fill(choices)

    def choices(self) -> PrepareChoices:
        """Read the choices from the widgets; the arterial phase is that of the run.

        Raises:
            PrepareError: The mask frames cannot be read.
        """
        ui = self._ui
        rows, columns = ui.shiftRowsBox.value, ui.shiftColumnsBox.value
        return replace(
            choicesOf(self._place.active),
            subtract=SUBTRACT[ui.subtractBox.currentIndex],
            invert=INVERT[ui.vesselsBox.currentIndex],
            mask_frames=framesFromText(ui.maskEdit.text),
            register=ui.registerBox.checked,
            pixel_shift=(rows, columns) if ui.shiftBox.checked else None,
        )

    def _fill(self, choices: PrepareChoices) -> None:
        ui = self._ui
        ui.subtractBox.setCurrentIndex(SUBTRACT.index(choices.subtract))
        ui.vesselsBox.setCurrentIndex(INVERT.index(choices.invert))
        ui.maskEdit.text = textFromFrames(choices.mask_frames)
        ui.registerBox.checked = choices.register
        ui.shiftBox.checked = choices.pixel_shift is not None
        rows, columns = choices.pixel_shift or (0.0, 0.0)
        ui.shiftRowsBox.value, ui.shiftColumnsBox.value = rows, columns
        self._allow(choices.pixel_shift is not None)

    def _allow(self, byHand: bool) -> None:
        self._ui.shiftRowsBox.enabled = self._ui.shiftColumnsBox.enabled = byHand
        self._ui.registerBox.enabled = not byHand

    def _apply(self) -> None:
        with showingErrors(_("The run could not be prepared.")):
            self._place.prepare(self._place.active, self.choices())
        self._place.refresh()

    def _automatic(self) -> None:
        self._place.prepare(self._place.active, PrepareChoices())
        self._place.refresh()
