"""The Cases & Train tab: a data set, a model that learns from it, and what becomes of it."""

from pathlib import Path
from typing import Any

import qt
from slicer.i18n import tr as _

from DSASegmentationLib import learning
from DSASegmentationLib.gui.caselist import CaseList, signature
from DSASegmentationLib.gui.curveplot import CurvePlot
from DSASegmentationLib.gui.datasetmenu import DatasetMenu
from DSASegmentationLib.gui.decisions import Decisions
from DSASegmentationLib.gui.learnbutton import LearnButton
from DSASegmentationLib.gui.remembered import DATA_SET, PYTHON, remember, remembered
from DSASegmentationLib.gui.showing_errors import showingErrors
from DSASegmentationLib.gui.tab import Tab
from DSASegmentationLib.gui.workplace import Workplace
from DSASegmentationLib.jobs import Python


class CasesTab(Tab):
    """Cases: list, filter, compare. Train: plan, fine-tune, judge, activate, roll back."""

    def __init__(self, place: Workplace, uiFile: str) -> None:
        super().__init__(place, uiFile)
        self._dataset: Path | None = None
        self._seen: tuple[Any, ...] | None = None
        self._stale, self._isCurrent = True, False
        self._cases = CaseList(self._describe)
        self._plot = CurvePlot()
        self.ui.casesFrame.layout().addWidget(self._cases)
        self.ui.curveFrame.layout().addWidget(self._plot)
        self._menu = DatasetMenu(self.ui, self.choose, lambda: self._dataset, self._say)
        self._decisions = Decisions(self.ui)
        self._learn = LearnButton(self.ui, self._plot, lambda: self._dataset, self._options)
        self._connect()
        self._dataset = _folder(remembered(DATA_SET))
        self._reload()
        self._decisions.decideAbout("")

    def title(self) -> str:
        return _("Cases && Train")  # && is a & in Qt

    def refresh(self) -> None:
        """List the cases anew where one came, went or was written since.

        What would be learned from them takes a process and seconds to find out, so that this waits
        until somebody looks at the tab.
        """
        self._menu.refresh()
        if signature(self._dataset) != self._seen:
            self._reload()
        if self._stale and self._isCurrent and not self._learn.stage:
            self.look()

    def turned(self, current: bool) -> None:
        self._isCurrent = current
        self.refresh()

    def look(self) -> None:
        """Find out what a fine-tuning would use."""
        self._stale = False
        if self._dataset is not None:
            self._showPlan(_("Looking at the cases..."))
            self._learn.look()

    def choose(self, dataset: Path | None) -> None:
        """Work with a data set; None for none."""
        self._dataset = dataset
        remember(DATA_SET, str(dataset or ""))
        self._reload()
        self.refresh()

    def _connect(self) -> None:
        ui = self.ui
        ui.pythonEdit.setText(remembered(PYTHON))
        ui.pythonEdit.connect("editingFinished()", lambda: remember(PYTHON, ui.pythonEdit.text))
        ui.filterEdit.connect("textChanged(QString)", self._filter)
        ui.rankButton.connect("clicked()", self._rank)
        self._learn.onPlan = self._showPlan
        self._learn.onJudged = self._decisions.decideAbout
        self._learn.onRanked = self._showRanked
        self._learn.onEnded = self.refresh
        self.widget.connect("destroyed()", self._learn.close)

    def _reload(self) -> None:
        self._seen = signature(self._dataset)
        with showingErrors(_("The data set could not be read.")):
            self._cases.fill(None)
            self._cases.fill(self._dataset)
        self._filter()
        self._describe()
        self._menu.refresh()
        self._showPlan(_("Choose the folder of a data set.") if self._dataset is None else "")
        self._learn.plan, self._stale = None, True
        self._learn.show()

    def _options(self) -> learning.Options:
        interpreter = self.ui.pythonEdit.text.strip()
        return learning.Options(
            device=self.ui.deviceBox.currentText,
            steps=self.ui.stepsBox.value or None,
            python=Python(interpreter) if interpreter else None,
        )

    def _filter(self, _text: str = "") -> None:
        self._cases.filter(self.ui.filterEdit.text)

    def _describe(self) -> None:
        with showingErrors(_("The cases could not be compared.")):
            self.ui.caseLabel.text = self._cases.text()

    def _say(self, text: str) -> None:
        self.ui.caseLabel.text = text

    def _showPlan(self, text: str) -> None:
        self.ui.planLabel.text = text
        self.ui.planLabel.setVisible(bool(text))
        training = self._learn.plan and self._learn.plan.training
        if training and training.package():
            self._decisions.decideAbout(training.name)

    def _rank(self) -> None:
        folder = qt.QFileDialog.getExistingDirectory(self.widget, _("Runs to correct"))
        if folder:
            self._learn.rank(Path(folder))

    def _showRanked(self, ranked: list[learning.Ranked]) -> None:
        self.ui.rankLabel.text = "\n".join(
            f"{each.place}. {each.name}: {each.why}" for each in ranked[:10]
        )


def _folder(path: str) -> Path | None:
    """A folder, None where there is none any more."""
    return Path(path) if path and Path(path).is_dir() else None
