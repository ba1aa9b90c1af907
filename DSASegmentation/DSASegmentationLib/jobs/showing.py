"""An answer of the worker on its way into the scene, in steps that a user does not notice."""

from collections.abc import Iterator
from typing import Any

from dsanet.engine import Prediction
from dsanet.prepare import PreparedRun, with_window
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.jobs.job import Job
from DSASegmentationLib.nodes import factOf
from DSASegmentationLib.prepared import addingPrepared, choicesOf
from DSASegmentationLib.segments import addPrediction
from DSASegmentationLib.uncertainty import addUncertainty
from DSASegmentationLib.visibility import refresh


def showing(job: Job, prediction: Prediction) -> Iterator[float]:
    """Put a prediction into the scene and show it.

    What the user has decided about the preparation since the job began stays decided; the
    prediction says itself what it was made with.

    Args:
        job: Its run is in the scene.
        prediction: For that run.

    Yields:
        The share that is done, 0 to 1.

    Raises:
        SceneError: The run's pixels are not those that were read, or not those of the prediction.
    """
    browser = job.run
    _check(browser, prediction)
    decided = choicesOf(browser)
    prepared, kept = prediction.prepared, job.choices
    if decided != job.decided:
        prepared, kept = _moved(prepared, decided.arterial_window), decided
    yield 0.0
    steps = len(prepared.frames) + 3
    for nth, _ in enumerate(addingPrepared(browser, prepared, kept), 1):
        yield nth / steps
    # In one step, for who cancels gets none of it
    addUncertainty(browser, prediction.probabilities)
    job.segmentation = addPrediction(browser, prediction)
    job.warnings = prediction.warnings
    refresh(browser.GetScene())


def _check(browser: Any, prediction: Prediction) -> None:
    """Before anything is changed: the run sent its own pixels, so others mean it was altered."""
    if prediction.provenance["input"]["pixel_sha256"] != factOf(browser, "PixelSHA256"):
        msg = f"the frames of {browser.GetName()} were altered since they were read; load it again"
        raise SceneError(msg)


def _moved(prepared: PreparedRun, window: tuple[int, int] | None) -> PreparedRun:
    if window is None or window == prepared.arterial_window:
        return prepared
    return with_window(prepared, window)
