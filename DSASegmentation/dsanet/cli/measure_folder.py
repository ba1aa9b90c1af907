"""`dsanet measure` over a folder: every run below it, one after the other, with one warm engine."""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dsanet.atomic import new_folder, remove_orphans, write_all
from dsanet.batch import Batch, Cancel, Clock, Place, Row, check_folders
from dsanet.batch.course import Course
from dsanet.batch.find import Entry, find
from dsanet.batch.lock import locked
from dsanet.batch.places import places
from dsanet.batch.summary import Summary, table
from dsanet.cli.batch import STOPPING, judge, reporting
from dsanet.cli.choices import choices_from
from dsanet.cli.interrupt import ctrl_c_asks
from dsanet.cli.measure_one import Measuring
from dsanet.cli.streams import show, tell
from dsanet.engine import Engine
from dsanet.errors import CancelledError
from dsanet.export import NOTICE, to_json
from dsanet.io import Limits, read_source
from dsanet.labels import CLASSES
from dsanet.measure import Measurements, Scale

SUMMARY_FILE = "measurements.csv"
"""Not that of `dsanet batch`, whose results may lie in the same folder."""

COLUMNS = (
    *("path", "status", "reason"),
    *(f"{entry.name}_{part}" for entry in CLASSES for part in ("length_px", "diameter_px")),
    *("stenoses", "worst_percent", "worst_rule", "worst_row", "worst_column"),
    *("mm_per_px", "flow_maps", "warnings", "seconds", "files"),
)
AGAIN = "what is done stays"


@dataclass(frozen=True)
class FolderRuns:
    """What a folder holds.

    Attributes:
        entries: The runs below it.
        rows: One for each file that is none.
    """

    entries: Sequence[Entry]
    rows: Sequence[Row]

    @property
    def several(self) -> bool:
        """Whether it is more than one run: several, or runs in folders below it."""
        return len(self.entries) != 1 or bool(self.entries[0].path.parent.name)


def runs_below(folder: Path) -> FolderRuns:
    """Look for the runs below a folder."""
    return FolderRuns(*find(folder, Limits(), lambda _runs: None, lambda: False))


def measure_folder(arguments: argparse.Namespace, scale: Scale | None, runs: FolderRuns) -> None:
    """Measure every run below a folder.

    Args:
        arguments: Of `dsanet measure`; `labels` may be a folder as `dsanet batch` writes it.
        scale: The user's calibration of all runs, if any.
        runs: What the folder holds.

    Raises:
        UnfinishedError: Some runs were refused or failed, or there is none.
        DSAError: It could not begin, or the summary not be written.
        KeyboardInterrupt: It was stopped.
    """
    check_folders(arguments.input, arguments.output)
    with ctrl_c_asks(lambda: tell(STOPPING)) as asked, reporting(arguments) as report:
        step = Measuring(
            choices=choices_from(arguments),
            scale=scale,
            open_engine=cache(lambda: Engine.load(arguments.model, arguments.device)),
            cancel=asked,
        )
        with new_folder(arguments.output), locked(arguments.output):
            folders = arguments.input, arguments.output, arguments.labels
            batch = _Job(*folders, step, Course(report), asked).run(runs)
    if arguments.json:
        rows = [_values(row) for row in batch.rows]
        show(to_json({"notice": NOTICE, "summary": str(batch.summary), "rows": rows}))
    elif not arguments.quiet:
        counts = [f"{count} {word}" for word, count in batch.counts().items() if count]
        show("\n".join([", ".join(counts) or "nothing found", str(batch.summary), NOTICE]) + "\n")
    judge(batch, AGAIN)


@dataclass
class _Job:
    """The runs of a folder in work."""

    folder: Path
    output: Path
    labels: Path | None
    step: Measuring
    course: Course
    cancel: Cancel

    def run(self, runs: FolderRuns) -> Batch:
        summary = Summary(self.output / SUMMARY_FILE, _to_csv)
        remove_orphans(self.output)
        rows = list(runs.rows)
        self.course.looked(len(runs.entries))
        where = places(runs.entries, self.folder, self.output)
        named = places(runs.entries, self.folder, self.labels) if self.labels else where
        cancelled = False
        try:
            for entry, place, labels in zip(runs.entries, where, named, strict=True):
                self.course.path = entry.path
                rows.append(self._take(entry, place, labels))
                self.course.end(rows[-1])
                summary.update(rows)
        except CancelledError:
            cancelled = True
        summary.write(rows)
        return Batch(tuple(rows), self.course.total, summary.path, cancelled)

    def _take(self, entry: Entry, place: Place, labels: Place) -> Row:
        """Measure one run; what is wrong with it, but for the engine, becomes its row."""
        if self.cancel():
            msg = "measuring was cancelled"
            raise CancelledError(msg)
        if self.labels is None:
            self.step.open_engine()  # what is wrong with the engine is wrong for every run
        return self.course.guarded(lambda: self._measure(entry, place, labels))

    def _measure(self, entry: Entry, place: Place, labels: Place) -> Row:
        started = time.perf_counter()
        clock = Clock(self.course.tell)
        run = clock.time("read", lambda: read_source(entry.source))
        file = labels.files["labels"] if self.labels else None
        found = self.step.measured(run, place.stem, clock, file)
        contents = {place.folder / name: data for name, data in found.files.items()}
        with new_folder(place.folder):
            write_all(contents)
        files = tuple(path.relative_to(self.output).as_posix() for path in contents)
        seconds = time.perf_counter() - started
        return Row(entry.path, "done", facts=_facts(found.measured), seconds=seconds, files=files)


def _facts(measured: Measurements) -> dict[str, Any]:
    """What the summary tells of one run."""
    values: dict[str, Any] = {}
    for one in measured.classes:
        values[f"{one.name}_length_px"] = round(one.length_px, 1)
        if one.diameters_px is not None:
            values[f"{one.name}_diameter_px"] = round(one.diameters_px[2], 2)
    graded = [
        (percent.value, percent.rule, lesion)
        for lesion in measured.lesions
        for percent in lesion.percents.values()
        if percent.value is not None
    ]
    if graded:
        value, rule, lesion = max(graded, key=lambda one: one[0])
        values |= {"worst_percent": round(value, 1), "worst_rule": rule}
        values |= {"worst_row": round(lesion.row), "worst_column": round(lesion.column)}
    flow, scale = measured.flow, measured.scale
    return values | {
        "stenoses": len(measured.lesions),
        "mm_per_px": None if scale is None else round(scale.mm_per_px, 4),
        "flow_maps": 0 if flow is None else sum(one.valid for one in flow.maps.values()),
        "warnings": list(measured.warnings),
    }


def _values(row: Row) -> dict[str, Any]:
    """A row as JSON values."""
    seconds = None if row.seconds is None else round(row.seconds, 3)
    named = {"path": row.path.as_posix(), "status": row.status, "reason": row.reason}
    return {**named, **row.facts, "seconds": seconds, "files": list(row.files)}


def _to_csv(rows: Sequence[Row]) -> bytes:
    flat = []
    for row in rows:
        warnings = len(row.facts["warnings"]) if row.facts else None
        flat.append({**_values(row), "warnings": warnings, "files": "; ".join(row.files)})
    return table(COLUMNS, flat)
