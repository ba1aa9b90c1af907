"""Segmenter: runs of the scene through the worker, and the answers into the scene.

The host calls `poll` from a timer, and none of its calls takes longer than a few frames of a film:
pixels are copied and sent in threads of the worker's client, and an answer enters the scene in
steps.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from dsanet.prepare import PrepareChoices
from dsanet.worker import (
    Cancelled,
    Client,
    Event,
    Failed,
    Hung,
    Progress,
    Result,
    RunLater,
    SegmentRequest,
    WorkerError,
)
from dsanet.worker.errors import as_dsa_error
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.jobs.job import Job
from DSASegmentationLib.jobs.python import Python, applicationPython
from DSASegmentationLib.jobs.showing import showing
from DSASegmentationLib.prepared import choicesOf
from DSASegmentationLib.runs import isRun, laterRunOf

STEP_SECONDS = 0.03
"""What one `poll` spends on showing an answer, and at most one step more."""

logger = logging.getLogger(__name__)


class Segmenter:
    """Segments runs one after another. For one thread: that of the scene.

    What a reader has edited or set a status of stays as it is; the answer then becomes a further
    segmentation of the run. The answer for a run that is no longer in the scene is dropped.
    """

    def __init__(self, scene: Any, interpreter: str | None = None, **options: Any) -> None:
        """Prepare; no process is started yet.

        Args:
            scene: The scene.
            interpreter: A Python that has the requirements of dsanet; None is `applicationPython`.
            options: For `dsanet.worker.Client`.
        """
        self.scene = scene
        self._interpreter = interpreter
        self._options = options
        self._client: Client | None = None
        self._told: dict[Job, tuple[Any, ...]] = {}  # of all jobs whose end is not told yet
        self._waiting: deque[Job] = deque()
        self._asked: tuple[int, Job] | None = None
        self._shown: tuple[Iterator[float], Job] | None = None
        self._polling = False

    @property
    def busy(self) -> bool:
        """Whether `poll` is to be called: a job goes on, or its listener does not know its end."""
        return bool(self._told) or self._asked is not None

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs that go on, in the order of work."""
        return tuple(job for job in self._told if not job.ended)

    def warmUp(self) -> None:
        """Start the worker before there is a job, to save that time later.

        Raises:
            WorkerError: There is no Python to start.
        """
        self._worker().start()

    def start(
        self,
        browser: Any,
        *,
        model: str | Path | None = None,
        choices: PrepareChoices | None = None,
        listener: Callable[[Job], None] | None = None,
    ) -> Job:
        """Have a run segmented, after those that wait. What goes wrong later ends the job.

        Args:
            browser: The run's browser node.
            model: Name or folder of a model package; None is the active one.
            choices: What the preparation is to keep to; None is what was decided for the run.
            listener: Told of every change of the job, from `poll`.

        Raises:
            SceneError: The node is no run of this scene, or what was decided for it is damaged.
        """
        if not self._has(browser):
            msg = "what was given is no run of this scene; load a run, then segment it"
            raise SceneError(msg)
        decided = choicesOf(browser)
        job = Job(browser, model and str(model), choices or decided, decided, listener)
        self._waiting.append(job)
        self._told[job] = job.standing
        return job

    def cancel(self, job: Job) -> None:
        """Cancel a job; one that has ended is left alone. Its prediction never enters the scene."""
        if job.ended or job not in self._told:
            return
        job.end("cancelled")
        if self._asked is not None and self._asked[1] is job:
            self._worker().cancel()

    def poll(self) -> None:
        """Do what is to be done now and tell the listeners; takes milliseconds and never raises."""
        if self._polling:  # the scene tells its observers, and one of them polls
            return
        self._polling = True
        try:
            self._drop_removed()
            self._listen()
            self._show()
            self._begin()
        finally:
            self._polling = False
        self._tell()

    def close(self) -> None:
        """End the worker and all jobs at once; never raises and tells no listener.

        A later `start` begins anew.
        """
        for job in self._told:
            job.end("cancelled")
        self._told.clear()
        self._waiting.clear()
        self._asked = self._shown = None
        try:
            if self._client is not None:
                self._client.close()
        # A scene or an application that closes must not fail for the worker's sake.
        except Exception:
            logger.exception("The worker could not be ended.")

    def _has(self, browser: Any) -> bool:
        return isRun(browser) and browser.GetScene() is self.scene

    def _worker(self) -> Client:
        if self._client is None:
            python = Python(self._interpreter) if self._interpreter else applicationPython()
            self._client = Client(
                interpreter=python.interpreter, environment=python.variables(), **self._options
            )
        return self._client

    def _drop_removed(self) -> None:
        for job in self.jobs:
            if not self._has(job.run):
                self.cancel(job)

    def _listen(self) -> None:
        """Take in what the worker says of the job in work."""
        for event in self._client.poll() if self._client else ():
            if self._asked is None:
                continue
            number, job = self._asked
            if isinstance(event, Hung):
                self._give_up(event)
            elif getattr(event, "number", None) == number:
                self._take(event, job)

    def _take(self, event: Event, job: Job) -> None:
        if isinstance(event, Progress) and not job.ended:
            job.enter(event.stage, event.done)
        if isinstance(event, Result | Failed | Cancelled):
            self._asked = None
        if isinstance(event, Result) and not job.ended:
            job.enter("show")
            self._shown = showing(job, event.value), job
        elif isinstance(event, Failed):
            job.end("failed", event.error)
        elif isinstance(event, Cancelled):
            job.end("cancelled")

    def _give_up(self, hung: Hung) -> None:
        """End a worker that gives no sign of life, and its job."""
        if self._asked is not None:
            msg = (
                f"the worker gave no sign of life for {hung.seconds:.0f} s and was ended; try again"
            )
            self._asked[1].end("failed", WorkerError(msg))
            self._asked = None
            self._worker().close()

    def _show(self) -> None:
        """Bring an answer some steps further into the scene."""
        until = time.perf_counter() + STEP_SECONDS
        while self._shown is not None and time.perf_counter() < until:
            steps, job = self._shown
            try:
                share = None if job.ended else next(steps, None)
            # The last boundary before the event loop: a defect must not stop the other jobs.
            except Exception as error:
                job.end("failed", as_dsa_error(error))
                share = None
            if share is None:
                job.end("done")
                self._shown = None
            else:
                job.enter("show", share)

    def _begin(self) -> None:
        """Give the next job to the worker when it has none."""
        while self._waiting and self._asked is None and self._shown is None:
            job = self._waiting.popleft()
            if job.ended:
                continue
            try:
                source = RunLater(laterRunOf(job.run))
                request = SegmentRequest(source, job.model, choices=job.choices)
                self._asked = self._worker().submit(request), job
                job.enter("start")
            # As above: damaged attributes of the scene can raise many things.
            except Exception as error:
                job.end("failed", as_dsa_error(error))

    def _tell(self) -> None:
        """Tell the listeners what has changed; jobs whose end is told are forgotten.

        A listener may show a dialog, whose event loop polls and tells other listeners meanwhile.
        """
        for job in list(self._told):
            if self._told.get(job) in (None, job.standing):
                continue
            self._told[job] = job.standing
            if job.ended:
                del self._told[job]
            try:
                if job.listener is not None:
                    job.listener(job)
            # A listener is the host's; whatever it does wrong, the other jobs go on.
            except Exception:
                logger.exception("A listener failed.")
