"""How long the module keeps Slicer waiting: loading, frames, predictions, segmenting.

`python -m Testing.benchmarks.bench_module` writes a table. A run of 20 frames of 1024 x 1024 is
loaded from DICOM, segmented by the real worker twice, and watched by a timer that ticks every 2 ms
beside a poll every 100 ms, as in Slicer. Nothing is rendered. Each figure is the best of a few
tries, for machines are shared.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from Testing.benchmarks.engine_runs import made_run

from dsanet.engine import Prediction
from dsanet.io import read_run
from dsanet.prepare import PrepareChoices
from DSASegmentationLib import headless, loading, runs, segments
from DSASegmentationLib.jobs import Segmenter
from DSASegmentationLib.prepared import preparedOf
from DSASegmentationLib.segments import addPrediction
from DSASegmentationLib.visibility import setActiveRun
from dsatrain.phantom.dicom_file import write_xa_dicom

FRAMES, SIDE = 20, 1024
TRIES = 5
WINDOW_FRAMES = 4
"""Few, for the network runs elsewhere; what comes back has all frames."""

TICK_S, POLL_S = 0.002, 0.1


@dataclass(frozen=True)
class Taken:
    """What something took.

    Attributes:
        wall: Seconds.
        processor: Seconds of the processor in the main thread, whatever else the machine does.
    """

    wall: float
    processor: float


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes:
        what: What was timed.
        taken: What it took.
        allowed: How many seconds it may take.
    """

    what: str
    taken: Taken
    allowed: float

    def line(self) -> str:
        """The line, in milliseconds."""
        kept = "yes" if self.taken.wall <= self.allowed else "**no**"
        times = (self.taken.wall, self.taken.processor, self.allowed)
        return f"| {self.what} | {' | '.join(f'{1e3 * each:.0f}' for each in times)} | {kept} |"


def main() -> int:
    """Measure and write the table.

    Returns:
        The exit code, 1 where something takes longer than it may.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=SIDE, help="rows and columns of the run")
    parser.add_argument("--frames", type=int, default=FRAMES, help="frames of the run")
    size = parser.parse_args()
    figures = measure(size.frames, size.side)
    lines = [
        f"A run of {size.frames} x {size.side} x {size.side}, milliseconds.",
        "",
        "| what | ms | of the processor | allowed | kept |",
        "| --- | --- | --- | --- | --- |",
        *(figure.line() for figure in figures),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return int(any(figure.taken.wall > figure.allowed for figure in figures))


def measure(frames: int, side: int) -> list[Figure]:
    """Measure everything for one run."""
    host = headless.openHost()
    try:
        figures, browser = loaded(host.scene, frames, side)
        setActiveRun(host.scene, browser)
        watched = segmented(host.scene, browser)
        prediction = prediction_of(browser)
        put = fastest(lambda: addPrediction(browser, prediction))
        figures.append(Figure("a prediction into the segments", put, 0.06))
        numbers = iter(range(1, 1000))
        switch = fastest(lambda: browser.SetSelectedItemNumber(next(numbers) % frames))
        figures.append(Figure("another frame, native and subtracted", switch, 0.02))
        return figures + watched
    finally:
        host.close()


def loaded(scene: Any, frames: int, side: int) -> tuple[list[Figure], Any]:
    """Time reading a DICOM file, and the same into the scene."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.dcm"
        write_xa_dicom(made_run(frames, side), path)
        decode = fastest(lambda: read_run(path), 3).wall

        def load() -> None:
            for browser in runs.runs(scene):
                runs.removeRun(browser)
            loading.loadRun(scene, path)

        whole = fastest(load, 3)
    what = f"DICOM into the scene, {1e3 * decode:.0f} of it decoding"
    return [Figure(what, whole, decode + 0.8)], runs.runs(scene)[0]


def prediction_of(browser: Any) -> Prediction:
    """Make a prediction of what a segmented run shows."""
    segmentation = segments.segmentationOf(browser)
    prepared, labels = preparedOf(browser), segments.labelsOf(segmentation, browser)
    assert prepared is not None
    return Prediction(
        labels=labels,
        probabilities=np.full((3, *labels.shape), 1 / 3, np.float16),
        arterial_window=prepared.arterial_window,
        no_mat=False,
        warnings=(),
        provenance=segments.provenanceOf(segmentation),
        prepared=prepared,
        seconds={},
    )


def segmented(scene: Any, browser: Any) -> list[Figure]:
    """Segment with a cold and then with a warm worker, and watch the event loop meanwhile."""
    segmenter = Segmenter(scene)
    try:
        watches = [watch(segmenter, browser) for _ in range(1 + TRIES // 2)]
    finally:
        segmenter.close()
    figures = []
    for name, tries in (("cold", watches[:1]), ("warm", watches[1:])):
        polls, gaps = zip(*tries, strict=True)
        figures += [
            Figure(f"longest poll, {name} worker", min(polls, key=by_wall), 0.1),
            Figure(f"longest time without a tick, {name} worker", min(gaps, key=by_wall), 0.1),
        ]
    return figures


def watch(segmenter: Segmenter, browser: Any) -> tuple[Taken, Taken]:
    """Segment a run; give the longest poll and the longest time between two ticks."""
    last = browser.GetNumberOfItems() - 1
    window = (max(0, last - WINDOW_FRAMES + 1), last)
    job = segmenter.start(browser, choices=PrepareChoices(arterial_window=window))
    polls, gaps = [], []
    ticked, next_poll = now(), 0.0
    while segmenter.busy:
        gaps.append(since(ticked))
        ticked = now()
        if ticked.wall >= next_poll:
            segmenter.poll()
            polls.append(since(ticked))
            next_poll = ticked.wall + POLL_S
        time.sleep(TICK_S)
    if job.error is not None:
        raise job.error
    return max(polls, key=by_wall), max(gaps, key=by_wall)


def fastest(step: Callable[[], Any], tries: int = TRIES) -> Taken:
    """What the best try took."""
    taken = []
    for _ in range(tries):
        started = now()
        step()
        taken.append(since(started))
    return min(taken, key=by_wall)


def now() -> Taken:
    """What was taken since the clocks began."""
    return Taken(time.perf_counter(), time.thread_time())


def since(started: Taken) -> Taken:
    """What was taken since then."""
    ended = now()
    return Taken(ended.wall - started.wall, ended.processor - started.processor)


def by_wall(taken: Taken) -> float:
    """What times are compared by."""
    return taken.wall


if __name__ == "__main__":
    sys.exit(main())
