"""Job: the runs of a batch, one after the other."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dsanet.atomic import remove_orphans
from dsanet.batch.course import Course
from dsanet.batch.crashes import MOST_DEATHS, STATE_FILE, InWork
from dsanet.batch.find import Entry, find
from dsanet.batch.one import Cancel, Place, Step, segment_source
from dsanet.batch.outcome import Batch
from dsanet.batch.places import places
from dsanet.batch.record import FACTS, content_sha256, read_report, record, standing
from dsanet.batch.row import Row, path_key
from dsanet.batch.summary import SUMMARY_FILE, Summary
from dsanet.engine import CleanUp, Engine
from dsanet.errors import CancelledError, WriteError
from dsanet.io import Limits
from dsanet.prepare import PrepareChoices


@dataclass
class Job:
    """A batch in work; for what is not told here see `segment_folder`.

    Attributes:
        wanted: As `dsanet.batch.record.request` returns it.
        open_engine: Gives the engine, the same one each time.
        course: How far it is.
    """

    folder: Path
    output: Path
    wanted: dict[str, Any]
    open_engine: Callable[[], Engine]
    choices: PrepareChoices
    clean_up: CleanUp
    limits: Limits
    course: Course
    cancel: Cancel

    def run(self) -> Batch:
        """Segment what is not done yet.

        Raises:
            DSAError: The engine cannot be opened, or the summary not be written.
        """
        summary = Summary(self.output / SUMMARY_FILE)
        remove_orphans(self.output)
        try:
            entries, rows = find(self.folder, self.limits, self.course.looked, self.cancel)
        except CancelledError:
            return Batch((), self.course.total, summary.path, cancelled=True)
        self.course.total = len(entries)
        in_work = InWork(self.output)
        pairs = list(zip(entries, places(entries, self.folder, self.output), strict=True))
        pairs.sort(key=lambda pair: in_work.deaths.get(pair[0].path.as_posix(), 0))
        cancelled = False
        try:
            self._run_all(pairs, in_work, rows, summary)
        except CancelledError:
            cancelled = True
        finally:
            in_work.close()
            rows.sort(key=lambda row: path_key(row.path))
            summary.write(rows)
        return Batch(tuple(rows), self.course.total, summary.path, cancelled)

    def _run_all(
        self,
        pairs: Sequence[tuple[Entry, Place]],
        in_work: InWork,
        rows: list[Row],
        summary: Summary,
    ) -> None:
        for entry, place in pairs:
            self.course.path = entry.path
            row = self._take(entry, place, in_work)
            rows.append(row)
            self.course.end(row)
            summary.update(rows)

    def _take(self, entry: Entry, place: Place, in_work: InWork) -> Row:
        """Segment one run if it is not done yet; whatever is wrong with it stays its own."""
        self.course.tell("check", 0.0)
        name = entry.path.as_posix()
        if in_work.deaths.get(name, 0) >= MOST_DEATHS:
            return _deadly(entry.path)
        found = self.course.guarded(lambda: self._as_it_stands(entry, place))
        if isinstance(found, Row):
            return found
        self.course.tell("load", 0.0)
        self.open_engine()  # what is wrong with the engine is wrong for every run
        in_work.begin(name)
        row = self.course.guarded(lambda: self._segment(entry, place, found))
        in_work.end(name)
        return row

    def _as_it_stands(self, entry: Entry, place: Place) -> Row | str:
        """The row of a run that is done already, or the hash of the input that is to be segmented.

        Raises:
            WriteError: Its results were changed and would be replaced.
        """
        digest = content_sha256(entry.source.files, self.cancel)
        report = read_report(place)
        found, altered = standing(place, report, self.wanted, digest)
        if found == "changed":
            msg = (
                f"{altered} was changed after it was written and is not replaced; move the results"
                " of this run away to have it segmented again"
            )
            raise WriteError(msg)
        if report is None or found != "kept":
            return digest
        since = f"; {altered} was changed since" if altered else ""
        return replace(self._row(place, report), reason=f"done before{since}", before=True)

    def _segment(self, entry: Entry, place: Place, digest: str) -> Row:
        step = Step(
            open_engine=self.open_engine,
            choices=self.choices,
            clean_up=self.clean_up,
            limits=self.limits,
            progress=self.course.tell,
            cancel=self.cancel,
            remark=lambda contents: record(self.wanted, digest, contents),
        )
        started = time.perf_counter()
        report = segment_source(entry.source, place, step).report
        return replace(self._row(place, report), seconds=time.perf_counter() - started)

    def _row(self, place: Place, report: dict[str, Any]) -> Row:
        files = tuple(file.relative_to(self.output).as_posix() for file in place.files.values())
        return Row(
            self.course.path, "done", facts={name: report[name] for name in FACTS}, files=files
        )


def _deadly(path: Path) -> Row:
    reason = (
        f"the process died {MOST_DEATHS} times while this run was in work, so it is left out; try"
        f" it with `dsanet segment`, or remove {STATE_FILE} from the output folder"
    )
    return Row(path, "failed", reason)
