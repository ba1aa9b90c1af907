"""The button that fine-tunes and judges, cancels meanwhile, and says how far it is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt
from slicer.i18n import tr as _

from dsanet.errors import CancelledError, DSAError
from DSASegmentationLib import learning
from DSASegmentationLib.gui.curveplot import CurvePlot
from DSASegmentationLib.gui.learnprogress import Progress
from DSASegmentationLib.gui.showing_errors import showError, showingErrors
from DSASegmentationLib.gui.trainingpackages import offer
from DSASegmentationLib.learning.training import rowOf

POLL_MS = 100
PLAN, TUNE, JUDGE, RANK = "plan", "tune", "judge", "rank"


class LearnButton:
    """One task at a time, in a process of its own; scenes may be closed meanwhile.

    Attributes:
        plan: What a fine-tuning would do, None where that is not known.
        stage: What is in work: of `PLAN`, `TUNE`, `JUDGE`, `RANK`, or empty.
        onPlan: Called with the sentences of a plan, or with why there is none.
        onJudged: Called with the name of a child that a gate has judged.
        onRanked: Called with runs in the order in which corrections teach most.
        onEnded: Called when something has ended, however it did.
    """

    def __init__(
        self,
        ui: Any,
        plot: CurvePlot,
        dataset: Callable[[], Path | None],
        options: Callable[[], learning.Options],
    ) -> None:
        """Connect the button.

        Args:
            ui: The tab's widgets.
            plot: Shows a fine-tuning.
            dataset: Gives the data set.
            options: Gives what the user decided.
        """
        self._ui, self._plot = ui, plot
        self._dataset, self._options = dataset, options
        self.plan: learning.Plan | None = None
        self.stage = ""
        self.onPlan: Callable[[str], None] = _nothing
        self.onJudged: Callable[[str], None] = _nothing
        self.onRanked: Callable[[list[learning.Ranked]], None] = _nothing
        self.onEnded: Callable[[], None] = _nothing
        self._task: learning.Task[Any] | None = None
        self._rows: list[learning.Row] = []
        self._steps, self._progress = 0, Progress()
        self._timer = qt.QTimer()
        self._timer.setInterval(POLL_MS)
        self._timer.connect("timeout()", self._poll)
        ui.learnButton.connect("clicked()", self._clicked)
        self.show()

    def look(self) -> None:
        """Find out what a fine-tuning would do, unless something is in work."""
        dataset = self._dataset()
        self.plan = None
        if dataset is not None and not self.stage:
            self._start(PLAN, lambda: learning.planning(dataset, self._options()))
        self.show()

    def rank(self, folder: Path) -> None:
        """Find out which runs to correct next."""
        if not self.stage:
            options = self._options()
            self._start(RANK, lambda: learning.ranking(folder, None, options, self._hear))

    def close(self) -> None:
        """End what is in work; a fine-tuning goes on when it is started again.

        The widgets may be gone, and the timer with them: it stops when it finds no task.
        """
        task, self._task, self.stage = self._task, None, ""
        if task is not None:
            task.finish()

    def show(self) -> None:
        """Bring button, bar and plot in line with what is in work."""
        ui, busy = self._ui, self.stage in (TUNE, JUDGE, RANK)
        ui.learnButton.text = self._buttonText() if not busy else self._cancelText()
        ui.learnButton.enabled = busy or self._dataset() is not None
        icon = qt.QStyle.SP_DialogCancelButton if busy else qt.QStyle.SP_ArrowRight
        ui.learnButton.setIcon(ui.learnButton.style().standardIcon(icon))
        ui.learnFrame.setVisible(busy)
        ui.rankButton.enabled = not busy
        if busy:
            self._showProgress()
        rows = self._rows or (self.plan.training.rows() if self.plan else [])
        ui.curveFrame.setVisible(bool(rows))
        self._plot.showRows(rows, self._steps)

    def _showProgress(self) -> None:
        """A bar of 0 of 0 moves by itself, as long as nothing is known."""
        self._ui.learnBar.setMaximum(self._progress.count)
        self._ui.learnBar.setValue(self._progress.done)
        self._ui.learnLabel.text = self._stageText()

    def _stageText(self) -> str:
        if self._task is not None and self._task.cancelled:
            return _("Stopping")
        words = {TUNE: _("Fine-tuning"), JUDGE: _("Judging"), RANK: _("Ranking")}
        return self._progress.text(otherwise=words[self.stage])

    def _cancelText(self) -> str:
        stopping = self._task is not None and self._task.cancelled
        return _("Stop at once") if stopping else _("Cancel")

    def _buttonText(self) -> str:
        training = self.plan and self.plan.training
        if not training or not training.hasBegun:
            return _("Fine-tune")
        return _("Judge again") if training.package() else _("Go on with fine-tuning")

    def _clicked(self) -> None:
        if self.stage in (TUNE, JUDGE, RANK):
            self._cancel()
        else:
            self._tune()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self.show()

    def _tune(self) -> None:
        dataset = self._dataset()
        self._dropPlan()
        self._rows, self._steps = [], 0
        if self.plan:
            self._rows = self.plan.training.rows()
        if dataset is not None:
            self._start(TUNE, lambda: learning.fineTuning(dataset, self._options(), self._hear))

    def _dropPlan(self) -> None:
        """End at once what finds out about a plan; it writes nothing."""
        if self._task is not None:
            self._task.cancel()
            self._task.cancel()
        self.close()

    def _judge(self, training: learning.Training) -> None:
        dataset, child = self._dataset(), training.package()
        if dataset is not None and child is not None:
            where, options = training.gateFolder, self._options()
            self._start(
                JUDGE,
                lambda: learning.gating(
                    child, dataset, where, options=options, listener=self._hear
                ),
            )

    def _start(self, stage: str, make: Callable[[], learning.Task[Any]]) -> None:
        self._progress = Progress()
        with showingErrors(_("The process could not be started.")):
            self._task = make()
            self.stage = stage
            self._timer.start()
        self.show()

    def _hear(self, event: dict[str, Any]) -> None:
        """A report of a step that came before, as after going on, takes its place."""
        self._progress = self._progress.after(event)
        self._steps = int(event.get("steps", self._steps))
        if event.get("event") == "report" and (row := rowOf(event)):
            self._rows = [each for each in self._rows if each.step < row.step] + [row]

    def _poll(self) -> None:
        task, stage = self._task, self.stage
        if task is None:
            self._timer.stop()
            return
        task.poll()
        if not task.ended:
            self.show() if stage != PLAN else None
            return
        self._timer.stop()
        self._task, self.stage = None, ""
        self._ended(task, stage)
        self.show()
        self.onEnded()

    def _ended(self, task: learning.Task[Any], stage: str) -> None:
        try:
            found = task.result()
        except CancelledError:
            return
        except learning.MissingPackagesError as error:
            self._lacking(error, stage)
        except DSAError as error:
            self.onPlan(str(error)) if stage == PLAN else showError(error)
        else:
            self._found(found, stage)

    def _found(self, found: Any, stage: str) -> None:
        if stage == PLAN:
            self.plan = found
            self.onPlan("\n".join(found.lines))
        elif stage == TUNE:
            self.plan = learning.Plan(found, self.plan.lines if self.plan else ())
            self._judge(found)
        elif stage == JUDGE:
            self.onJudged(found.childName)
        else:
            self.onRanked(found)

    def _lacking(self, error: learning.MissingPackagesError, stage: str) -> None:
        """Nobody is asked before the user wants to fine-tune."""
        self.onPlan(str(error))
        if stage == PLAN:
            return
        with showingErrors(_("What training needs could not be installed.")):
            if offer(error, isSlicers=self._options().python is None):
                self.look()


def _nothing(*_unused: Any) -> None:
    """What is called before the tab listens."""
