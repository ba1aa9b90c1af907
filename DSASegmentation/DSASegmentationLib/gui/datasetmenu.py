"""The button of the data set: which one, and sets of cases from and for others."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt
from slicer.i18n import tr as _

from dsanet.cases.compare import Comparison, compare_sets
from dsanet.cases.sets import import_cases, pack_cases
from DSASegmentationLib.gui.showing_errors import showingErrors

ZIP = "*.zip"


class DatasetMenu:
    """Button and menu."""

    def __init__(
        self,
        ui: Any,
        choose: Callable[[Path], None],
        dataset: Callable[[], Path | None],
        tell: Callable[[str], None],
    ) -> None:
        """Make the menu.

        Args:
            ui: The tab's widgets.
            choose: Called with the folder that the user chose.
            dataset: Gives the data set.
            tell: Called with what a comparison has found.
        """
        self._ui = ui
        self._choose, self._dataset, self._tell = choose, dataset, tell
        self._menu = qt.QMenu(ui.dataButton)  # kept: Qt does not own a menu of a button
        self._actions = {
            name: self._menu.addAction(text)
            for name, text in (
                ("open", _("Choose folder...")),
                ("pack", _("Pack into a zip file...")),
                ("take", _("Take in a zip file...")),
                ("compare", _("Compare with another reader's...")),
            )
        }
        for name, do in (
            ("open", self._open),
            ("pack", self._pack),
            ("take", self._takeIn),
            ("compare", self._compare),
        ):
            self._actions[name].connect("triggered()", do)
        ui.dataButton.setMenu(self._menu)

    def refresh(self) -> None:
        """Say which data set it is and offer what can be done."""
        dataset = self._dataset()
        self._ui.dataButton.text = dataset.name if dataset else _("Data set")
        self._ui.dataButton.toolTip = str(dataset or _("Folder with the corrected cases"))
        for name in ("pack", "take", "compare"):
            self._actions[name].enabled = dataset is not None

    def _open(self) -> None:
        folder = qt.QFileDialog.getExistingDirectory(self._ui.dataButton, _("Data set"))
        if folder:
            self._choose(Path(folder))

    def _pack(self) -> None:
        dataset = self._dataset()
        path = qt.QFileDialog.getSaveFileName(self._ui.dataButton, _("Pack cases"), "", ZIP)
        if path and dataset:
            with showingErrors(_("The cases could not be packed."), waitCursor=True):
                pack_cases(dataset, Path(path))

    def _takeIn(self) -> None:
        dataset = self._dataset()
        path = qt.QFileDialog.getOpenFileName(self._ui.dataButton, _("Take in cases"), "", ZIP)
        if path and dataset:
            with showingErrors(_("The cases could not be taken in."), waitCursor=True):
                import_cases(Path(path), dataset)
                self._choose(dataset)

    def _compare(self) -> None:
        dataset = self._dataset()
        title = _("Data set of another reader")
        other = qt.QFileDialog.getExistingDirectory(self._ui.dataButton, title)
        if other and dataset:
            with showingErrors(_("The data sets could not be compared."), waitCursor=True):
                self._tell(agreement(compare_sets(dataset, Path(other))))


def agreement(found: dict[str, Comparison]) -> str:
    """Say how far two readers agree on all runs, and on which run the least.

    Args:
        found: From `dsanet.cases.compare.compare_sets`.
    """
    names = next(iter(found.values())).dice
    scores = {name: [each.dice[name] for each in found.values()] for name in names}
    known = {name: [dice for dice in each if dice is not None] for name, each in scores.items()}
    means = [f"{name} {sum(dice) / len(dice):.3f}" for name, dice in known.items() if dice]
    worst, least = next(iter(found.items()))
    return _(
        "Runs of both: {count}. Mean Dice {dice}. Least alike: {case}, {pixels} pixels differ."
    ).format(count=len(found), dice=", ".join(means) or "-", case=worst, pixels=least.changed)
