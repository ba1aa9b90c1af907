"""What the module's logic offers to its widgets and to Slicer's Python console.

`DSASegmentationLogic` offers what `SegmentationLogic` has:

    logic = slicer.util.getModuleLogic("DSASegmentation")
    run = logic.loadRun("/data/run.dcm")
    segmentation = logic.segment(run)
    lesions = logic.measure(run).lesions
    for row in logic.segmentFolder("/data/runs", "/data/results").rows:
        print(row["path"], row["status"])
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dsanet.errors import CancelledError
from dsanet.measure import Measurements
from dsanet.prepare import PrepareChoices
from DSASegmentationLib import application, loading
from DSASegmentationLib.jobs import BatchResult, BatchRun, Job, Segmenter
from DSASegmentationLib.learninglogic import LearningLogic
from DSASegmentationLib.measuring import measureRun, showMeasured
from DSASegmentationLib.visibility import setActiveRun

PAUSE_SECONDS = 0.02
"""Between two looks while a script waits; the application handles its events in between."""


class SegmentationLogic(LearningLogic):
    """Loading, segmenting and measuring, for scripts and widgets alike. They share one warm worker.

    The module's logic makes one when it is first asked for something.
    """

    _segmenter: Segmenter | None = None

    @property
    def scene(self) -> Any:
        """The scene; Slicer's, unless a subclass has another."""
        return application.scene()

    @property
    def segmenter(self) -> Segmenter:
        """What segments the runs of the scene; made when first asked for."""
        if self._segmenter is None or self._segmenter.scene is not self.scene:
            self.cleanup()
            self._segmenter = Segmenter(self.scene)
        return self._segmenter

    def cleanup(self) -> None:
        """End the worker, if there is one; for the widget's `cleanup` and for a closed scene."""
        if self._segmenter is not None:
            self._segmenter.close()

    def loadRun(self, path: str | Path, number: int | None = None) -> Any:
        """Load one DSA run and show it.

        >>> run = logic.loadRun("/data/run.dcm")                # doctest: +SKIP
        >>> lateral = logic.loadRun("/data/biplane", number=2)  # doctest: +SKIP

        Args:
            path: A DICOM file, an image, or a folder with the frames of a run.
            number: Which run of a folder with several, from 1.

        Returns:
            The run's vtkMRMLSequenceBrowserNode; the one in the scene if it was loaded before.

        Raises:
            DSAError: It cannot be read, or there are several and no number was given.
        """
        browser = loading.loadRun(self.scene, path, number)
        setActiveRun(self.scene, browser)
        return browser

    def loadRuns(self, path: str | Path) -> list[Any]:
        """Load every DSA run of a file or folder and show the first one.

        >>> runs = logic.loadRuns("/data/biplane")  # doctest: +SKIP

        Args:
            path: As for `loadRun`.

        Returns:
            The runs' vtkMRMLSequenceBrowserNodes.

        Raises:
            DSAError: One of them cannot be read; the scene is unchanged.
        """
        browsers = loading.loadRuns(self.scene, path)
        setActiveRun(self.scene, browsers[0])
        return browsers

    def segment(
        self,
        browser: Any,
        model: str | Path | None = None,
        choices: PrepareChoices | None = None,
        waitForCompletion: bool = True,
        listener: Callable[[Job], None] | None = None,
    ) -> Any:
        """Segment a run into main artery trunk and bifurcated vessels.

        >>> segmentation = logic.segment(run)                         # doctest: +SKIP
        >>> from dsanet.prepare import PrepareChoices                 # doctest: +SKIP
        >>> logic.segment(run, choices=PrepareChoices((4, 12)))       # doctest: +SKIP

        The application stays usable while this waits, also without a main window. Ctrl-C cancels.

        Args:
            browser: The run's browser node.
            model: Name or folder of a model package; None is the active one.
            choices: What the preparation is to keep to; None is what was decided for the run.
            waitForCompletion: False gives the job at once; call `logic.segmenter.poll()` about ten
                times a second while `logic.segmenter.busy`.
            listener: Told of every change of the job.

        Returns:
            The vtkMRMLSegmentationNode, or the `Job`.

        Raises:
            DSAError: The run could not be segmented; the message says why and what to do.
            CancelledError: It was cancelled, or the run was removed from the scene.
        """
        job = self.segmenter.start(browser, model=model, choices=choices, listener=listener)
        if not waitForCompletion:
            return job
        try:
            self._wait(lambda: job.ended, self.segmenter.poll)
        finally:
            self.segmenter.cancel(job)
        if job.state == "done":
            return job.segmentation
        raise job.error or CancelledError("the segmentation was cancelled; nothing was changed")

    def measure(self, browser: Any, segmentation: Any = None) -> Measurements:
        """Measure a segmented run and show the results in the scene.

        >>> values = logic.measure(run)                               # doctest: +SKIP
        >>> [lesion.percents["NASCET"] for lesion in values.lesions]  # doctest: +SKIP

        Args:
            browser: The run's browser node.
            segmentation: A vtkMRMLSegmentationNode; None is the run's own.

        Returns:
            The measurements. Lengths are in pixels; `scale` gives millimetres where one is stated.

        Raises:
            DSAError: The run has no segments or is not prepared.
        """
        measured = measureRun(browser, segmentation)
        showMeasured(measured)
        return measured.values

    def segmentFolder(
        self,
        inputFolder: str | Path,
        outputFolder: str | Path,
        model: str | Path | None = None,
        device: str = "auto",
        choices: PrepareChoices | None = None,
        listener: Callable[[str], None] | None = None,
    ) -> BatchResult:
        """Segment every run below a folder; the scene is not touched.

        >>> logic.segmentFolder("/data/runs", "/data/results", listener=print)  # doctest: +SKIP

        What an earlier call did is kept, so that the same call goes on where the last one ended.

        Args:
            inputFolder: Every run below it is segmented.
            outputFolder: For the results and `summary.csv`; made if missing.
            model: Name or folder of a model package; None is the active one.
            device: `auto`, `cuda`, `mps`, `openvino` or `cpu`.
            choices: What was decided about the preparation of all runs.
            listener: Told one line for each run.

        Returns:
            The path of the summary, its rows, and a sentence if not all runs have results.

        Raises:
            DSAError: The folders, the model or the device cannot be used.
        """
        batch = BatchRun(
            inputFolder,
            outputFolder,
            model=model,
            device=device,
            choices=choices,
            listener=listener,
        )
        try:
            self._wait(lambda: batch.ended, batch.poll)
        except BaseException:
            batch.cancel()
            raise
        finally:
            batch.finish()
        return batch.result()

    def _wait(self, done: Callable[[], bool], poll: Callable[[], None]) -> None:
        """Keep the application alive until something is done."""
        while not done():
            poll()
            application.processEvents()
            time.sleep(PAUSE_SECONDS)
