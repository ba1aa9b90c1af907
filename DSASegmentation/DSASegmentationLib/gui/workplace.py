"""What the tabs share: scene, worker, active run, slice views."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import qt
import slicer.util
from slicer.i18n import tr as _

from dsanet.errors import DSAError, ReadError
from dsanet.prepare import PrepareChoices
from DSASegmentationLib import installing
from DSASegmentationLib.gui.navigation import Navigation
from DSASegmentationLib.gui.preparations import Preparations
from DSASegmentationLib.gui.preparing import begin
from DSASegmentationLib.gui.showing_errors import showError, showingErrors
from DSASegmentationLib.gui.views import Views
from DSASegmentationLib.gui.watch import SceneWatch
from DSASegmentationLib.loading import loadReadable, partnerOf, planeOf
from DSASegmentationLib.runs import isRun, removeRun, runs, segmentationsOf
from DSASegmentationLib.segments import segmentationOf
from DSASegmentationLib.visibility import activeRun, refresh

POLL_MS = 100
MOST_ERRORS = 5
"""That a dialog tells at once."""


class Workplace:
    """One scene as the panel works on it.

    Attributes:
        scene: The vtkMRMLScene.
        segmenter: The `jobs.Segmenter`; its answers come while the timer of this class polls it.
        jobs: The last job of each run that had one, by the browser node's ID.
        onChange: Called when runs, the active run or its images, or segmentations have changed.
        onFrame: Called when the active run shows another frame.
        onJob: Called with a job that has gone on or ended.
    """

    def __init__(self, scene: Any, segmenter: Any) -> None:
        self.scene, self.segmenter = scene, segmenter
        self.jobs: dict[str, Any] = {}
        self.onChange: Callable[[], None] = _nothing
        self.onFrame: Callable[[], None] = _nothing
        self.onJob: Callable[[Any], None] = _nothing
        self._views = Views(scene)
        self._navigation = Navigation(self._frame)
        self._watch = SceneWatch(scene, self.refresh, self._frame)
        self._preparations = Preparations(lambda _run: self.refresh())
        self._paired = False
        self._entered = False
        self._shown: tuple[Any, Any] = (None, None)
        self._segmentations: list[Any] = []
        self._timer = qt.QTimer()
        self._timer.setInterval(POLL_MS)
        self._timer.connect("timeout()", self._poll)

    @property
    def active(self) -> Any:
        """The run that the user works on, or None."""
        return activeRun(self.scene)

    @property
    def partner(self) -> Any:
        """The other plane of the active run, or None."""
        return partnerOf(self.active) if self.active is not None else None

    @property
    def paired(self) -> bool:
        """Whether both planes of the active run are shown."""
        return self._paired and self.partner is not None

    def enter(self) -> None:
        """Begin to observe scene and views, as the user comes to the module."""
        self._watch.start()
        self._entered = True
        self.refresh()

    def exit(self) -> None:
        """Observe nothing any more; a segmentation goes on."""
        self._entered = False
        self._watch.stop()
        self._navigation.detach()

    def leaveScene(self) -> None:
        """End all work and give the views back, before the scene is closed or the module ends."""
        self._timer.stop()
        self._preparations.close()
        self.segmenter.close()
        self.jobs = {}
        self._navigation.detach()
        self._watch.follow(None, [])
        self._views.restore()
        self._shown, self._segmentations = (None, None), []

    def refresh(self) -> None:
        """Bring panel and views in line with the scene; an error, as of damaged runs, is shown.

        Nothing is done while the user is in another module, whose views these are then.
        """
        if self._entered:
            with showingErrors(_("The runs could not be shown.")):
                self._refresh()

    def _refresh(self) -> None:
        present = runs(self.scene)
        self.jobs = {run.GetID(): self.jobs[run.GetID()] for run in present if self._job(run)}
        wanted = self.active or (present[-1] if present else None)
        chosen = [segmentationOf(run) for run in present]
        if (wanted, self._beside(wanted)) != self._shown or not self._views.arranged:
            self._show(wanted)
        elif chosen != self._segmentations:
            refresh(self.scene)
        self._segmentations = chosen
        active = self.active
        self._watch.follow(active, [node for run in present for node in segmentationsOf(run)])
        self._navigation.attach(list(self._views.widgets().values()))
        self.onChange()

    def activate(self, browser: Any) -> None:
        """Make a run the one that is shown and worked on; None shows no run."""
        self._show(browser)
        self.refresh()

    def showPair(self, paired: bool) -> None:
        """Show both planes of the active run beside each other, or the active run alone."""
        self._paired = paired
        self.activate(self.active)

    def load(self, paths: list[Path]) -> None:
        """Load the runs of files and folders and show the last one; what cannot be read is told."""
        loaded: list[Any] = []
        refused: list[DSAError] = []
        with showingErrors(_("The run could not be loaded."), waitCursor=True):
            loaded, refused = loadReadable(self.scene, paths)
        if loaded:
            self._paired = partnerOf(loaded[-1]) in loaded
            self.activate(loaded[-1])
        if refused:
            showError(ReadError(shortened(refused)))

    def remove(self, browser: Any) -> None:
        """Remove a run from the scene, after asking where segments would be lost."""
        question = _("{run} has segments. Remove it with them?").format(run=browser.GetName())
        if segmentationsOf(browser) and not slicer.util.confirmYesNoDisplay(question):
            return
        if browser.GetScene() is None:  # it went while the question was open
            return
        self.cancel(browser)
        removeRun(browser)
        self.refresh()

    def prepare(self, browser: Any, choices: PrepareChoices | None = None) -> None:
        """Begin to prepare a run, with choices or with those it has; errors are shown."""
        with showingErrors(_("The run could not be prepared."), waitCursor=True):
            self._preparations.start(browser, choices)

    def isPreparing(self, browser: Any) -> bool:
        """Whether a run is being prepared now."""
        return self._preparations.has(browser)

    def segment(self, browser: Any) -> None:
        """Begin to segment a run, after what is missing for it was installed; errors are shown."""
        with showingErrors(_("The run could not be segmented.")):
            if installing.missing() and not installing.ensure(slicer.util.mainWindow()):
                return
            job = self.segmenter.start(browser, listener=self._listen)
            self.jobs[browser.GetID()] = job
            self._timer.start()
            self.onJob(job)

    def cancel(self, browser: Any) -> None:
        """Cancel the segmentation of a run, if there is one."""
        job = self.jobOf(browser)
        if job is not None:
            self.segmenter.cancel(job)
            self.onJob(job)

    def jobOf(self, browser: Any) -> Any:
        """Give the job of a run that has not ended, or None."""
        job = self._job(browser)
        return None if job is None or job.ended else job

    def _job(self, browser: Any) -> Any:
        return None if browser is None else self.jobs.get(browser.GetID())

    def _show(self, browser: Any) -> None:
        other = self._beside(browser)
        self._shown = browser, other
        shown = [run for run in (browser, other) if run is not None]
        for run in shown:
            if begin(run) and not self._preparations.has(run):
                self.prepare(run)
        if other is not None:
            self._views.showPair(browser, sorted(shown, key=planeOf))
        else:
            self._views.showOne(browser)

    def _beside(self, browser: Any) -> Any:
        """Give the run that is shown beside another one, or None."""
        return partnerOf(browser) if browser is not None and self._paired else None

    def _frame(self, _run: Any = None) -> None:
        self.onFrame()

    def _poll(self) -> None:
        self.segmenter.poll()
        if not self.segmenter.busy:
            self._timer.stop()

    def _listen(self, job: Any) -> None:
        if job.state == "done":
            refresh(self.scene)
            self.refresh()
        if isRun(job.run):
            self.onJob(job)
        if job.state == "failed" and job.error is not None:
            showError(job.error)


def shortened(errors: Sequence[DSAError]) -> str:
    """Say errors one below the other, of many the first ones."""
    lines = [str(error) for error in errors[:MOST_ERRORS]]
    left = len(errors) - len(lines)
    more = [_("{count} more could not be read.").format(count=left)] if left else []
    return "\n".join(lines + more)


def _nothing(*_unused: Any) -> None:
    """What is called before a panel listens."""
