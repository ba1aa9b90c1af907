"""One run, from its files to its results, all or none."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from dsanet.atomic import new_folder, remove_orphans, write_all
from dsanet.engine import ALL_STEPS, CleanUp, Engine, Prediction
from dsanet.export import SUFFIXES, image_files, report, to_json
from dsanet.io import DSARun, Limits, RunSource, read_source
from dsanet.prepare import PrepareChoices

T = TypeVar("T")

Progress = Callable[[str, float], None]
"""Told a stage and its share done, 0 to 1."""

Cancel = Callable[[], bool]
"""Asked now and then; True stops with CancelledError."""


@dataclass(frozen=True)
class Place:
    """Where the results of a run lie.

    Attributes:
        folder: Their folder; it is made if missing.
        stem: What their names begin with.
    """

    folder: Path
    stem: str

    @property
    def files(self) -> dict[str, Path]:
        """All files, by the keys of `dsanet.export.SUFFIXES`."""
        return {kind: self.folder / (self.stem + suffix) for kind, suffix in SUFFIXES.items()}


@dataclass(frozen=True, eq=False)
class Segmented:
    """A run that was segmented and written.

    Attributes:
        run: As read.
        prediction: What the engine answered.
        report: The content of `STEM.json`.
        files: Where the results are, by the keys of `dsanet.export.SUFFIXES`.
    """

    run: DSARun
    prediction: Prediction
    report: dict[str, Any]
    files: dict[str, Path]


@dataclass(frozen=True)
class Step:
    """How one run is segmented.

    Attributes:
        open_engine: Gives the engine, when the run was read; a warm one from the second run on.
        choices: What the user decided about the preparation.
        limits: What may be decoded.
        progress: Told how far `read`, `load`, `prepare`, `infer` and `write` are.
        cancel: Asked between frames whether to stop.
        clean_up: The steps that tidy the labels.
        remark: More for the report, from the content of the other files by the keys of `SUFFIXES`.
    """

    open_engine: Callable[[], Engine]
    choices: PrepareChoices
    limits: Limits
    progress: Progress
    cancel: Cancel = lambda: False
    clean_up: CleanUp = ALL_STEPS
    remark: Callable[[Mapping[str, bytes]], dict[str, Any]] = lambda _contents: {}


def segment_source(source: RunSource, place: Place, step: Step) -> Segmented:
    """Segment a run and write its results.

    Args:
        source: The files of the run.
        place: Where the results go.
        step: How it is segmented.

    Raises:
        DSAError: Something failed; nothing was written and no folder made.
    """
    clock = Clock(step.progress)
    run = clock.time("read", lambda: read_source(source, step.limits))
    engine = clock.time("load", step.open_engine)
    prediction = engine.segment(
        run,
        progress=step.progress,
        cancel=step.cancel,
        choices=step.choices,
        clean_up=step.clean_up,
    )
    clock.seconds.update(prediction.seconds)
    images = clock.time("write", lambda: image_files(prediction, run.spacing, place.stem))
    contents = {place.folder / name: content for name, content in images.items()}
    remark = step.remark(
        {kind: contents[path] for kind, path in place.files.items() if path in contents}
    )
    facts = {**report(prediction, run.spacing, clock.seconds), **remark}
    contents[place.files["report"]] = to_json(facts).encode("utf-8")
    with new_folder(place.folder):
        remove_orphans(place.folder)
        write_all(contents)
    return Segmented(run, prediction, facts, place.files)


class Clock:
    """Reports each stage's begin and end, and keeps its wall time."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.seconds: dict[str, float] = {}

    def time(self, stage: str, step: Callable[[], T]) -> T:
        """Do one stage."""
        self.progress(stage, 0.0)
        started = time.perf_counter()
        result = step()
        self.seconds[stage] = time.perf_counter() - started
        self.progress(stage, 1.0)
        return result
