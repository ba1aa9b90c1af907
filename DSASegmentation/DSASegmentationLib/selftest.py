"""The whole path of a run on this machine: into the scene, through the worker, to a file."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from dsanet.engine.sample_run import CONTRAST, sample_run
from dsanet.io import DSARun
from DSASegmentationLib.application import processEvents
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.jobs import Job, Segmenter
from DSASegmentationLib.nodes import factOf
from DSASegmentationLib.runs import addRun, removeRun, runOf, runs
from DSASegmentationLib.segments import labelsOf, segmentationOf
from DSASegmentationLib.storage import openScene, saveScene
from DSASegmentationLib.visibility import activeRun, setActiveRun

PATIENCE_SECONDS = 120
PAUSE_SECONDS = 0.02
LEAST_OVERLAP = 0.5
"""Of the labelled pixels, in the vessels of the sample run; a wrong place has a few per cent."""


def selftest(scene: Any) -> Iterator[str]:
    """Check this machine with a run made in memory; the scene is left as it was.

    Args:
        scene: The scene; its runs and the active one stay.

    Yields:
        What was checked, one sentence each.

    Raises:
        SceneError: A check failed; the message says which.
        DSAError: A step could not be done.
    """
    before, active = runs(scene), activeRun(scene)
    run = sample_run()
    segmenter = Segmenter(scene)
    try:
        browser = addRun(scene, run)
        setActiveRun(scene, browser)
        _expect(runOf(browser).pixel_hash == run.pixel_hash, "the scene altered the pixels")
        yield "A run was put into the scene and read from it unaltered."
        job = _segmented(segmenter, browser)
        labels = labelsOf(job.segmentation, browser)
        share = overlap(labels, run)
        _expect(share >= LEAST_OVERLAP, f"only {share:.0%} of the labels lie in vessels")
        yield f"The run was segmented; {share:.0%} of the labels lie in its vessels."
        _check_saving(scene, browser, labels)
        yield "The scene was saved and opened again with the same labels."
    finally:
        segmenter.close()
        for browser in [browser for browser in runs(scene) if browser not in before]:
            removeRun(browser)
        setActiveRun(scene, active)
    yield "All checks passed; the scene is as it was."


def overlap(labels: NDArray[np.uint8], run: DSARun) -> float:
    """Give the share of labelled pixels that lie where the sample run's vessels darken it.

    Args:
        labels: uint8 (H, W).
        run: `sample_run()`.

    Returns:
        0 to 1; 0 where nothing is labelled.
    """
    depth = run.pixels[0].astype(float) - run.pixels.min(axis=0)
    vessels = depth > CONTRAST / 4
    return float(vessels[labels > 0].mean()) if labels.any() else 0.0


def _segmented(segmenter: Segmenter, browser: Any) -> Job:
    """Segment a run while the application stays alive."""
    job = segmenter.start(browser)
    end = time.monotonic() + PATIENCE_SECONDS
    while not job.ended:
        segmenter.poll()
        processEvents()
        time.sleep(PAUSE_SECONDS)
        _expect(time.monotonic() < end, f"the worker did not answer in {PATIENCE_SECONDS} s")
    if job.error is not None:
        raise job.error
    _expect(job.segmentation is segmentationOf(browser), "the prediction is not in the scene")
    return job


def _check_saving(scene: Any, browser: Any, labels: NDArray[np.uint8]) -> None:
    """Save the scene, open it in another one, and compare the labels."""
    other = slicer.vtkMRMLScene()
    scene.CopyRegisteredNodesToScene(other)
    pixels = factOf(browser, "PixelSHA256")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "selftest.mrb"
        saveScene(scene, path)
        openScene(other, path)
    try:
        found = [run for run in runs(other) if factOf(run, "PixelSHA256") == pixels]
        _expect(len(found) == 1, f"the saved scene has {len(found)} copies of the run, expected 1")
        opened = labelsOf(segmentationOf(found[0]), found[0])
        _expect(np.array_equal(opened, labels), "the labels of the saved scene are others")
    finally:
        other.Clear(True)


def _expect(true: bool, otherwise: str) -> None:
    if not true:
        msg = f"the self-test failed: {otherwise}"
        raise SceneError(msg)
