"""Job: the runs of a batch, one after the other."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from dsanet.atomic import remove_orphans
from dsanet.batch.crashes import MOST_DEATHS, STATE_FILE, InWork
from dsanet.batch.find import Entry, find
from dsanet.batch.one import Cancel, Place, Step, segment_source
from dsanet.batch.outcome import Batch, Event
from dsanet.batch.places import places
from dsanet.batch.record import FACTS, content_sha256, read_report, record, standing
from dsanet.batch.row import Row, path_key, row_of_error
from dsanet.batch.summary import SUMMARY_FILE, Summary
from dsanet.engine import CleanUp, Engine
from dsanet.errors import CancelledError, DSAError, WriteError
from dsanet.io import Limits
from dsanet.prepare import PrepareChoices

T = TypeVar("T")

logger = logging.getLogger(__name__)


@dataclass
class Job:
    """A batch in work; for what is not told here see `segment_folder`.

    Attributes:
        wanted: As `dsanet.batch.record.request` returns it.
        open_engine: Gives the engine, the same one each time.
        total: Number of runs found so far.
        ended: Number of runs that have ended.
        path: Of the run in work.
        times: Seconds that each run took that was segmented.
    """

    folder: Path
    output: Path
    wanted: dict[str, Any]
    open_engine: Callable[[], Engine]
    choices: PrepareChoices
    clean_up: CleanUp
    limits: Limits
    report: Callable[[Event], None]
    cancel: Cancel
    total: int = 0
    ended: int = 0
    path: Path = field(default_factory=Path)
    times: list[float] = field(default_factory=list)

    def run(self) -> Batch:
        """Segment what is not done yet.

        Raises:
            DSAError: The engine cannot be opened, or the summary not be written.
        """
        summary = Summary(self.output / SUMMARY_FILE)
        remove_orphans(self.output)
        try:
            entries, rows = find(self.folder, self.limits, self._looked, self.cancel)
        except CancelledError:
            return Batch((), self.total, summary.path, cancelled=True)
        self.total = len(entries)
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
        return Batch(tuple(rows), self.total, summary.path, cancelled)

    def _run_all(
        self,
        pairs: Sequence[tuple[Entry, Place]],
        in_work: InWork,
        rows: list[Row],
        summary: Summary,
    ) -> None:
        for entry, place in pairs:
            self.path = entry.path
            row = self._take(entry, place, in_work)
            rows.append(row)
            self.ended += 1
            if row.seconds is not None:
                self.times.append(row.seconds)
            self._tell("end", 1.0, row)
            summary.update(rows)

    def _take(self, entry: Entry, place: Place, in_work: InWork) -> Row:
        """Segment one run if it is not done yet; whatever is wrong with it stays its own."""
        self._tell("check", 0.0)
        name = entry.path.as_posix()
        if in_work.deaths.get(name, 0) >= MOST_DEATHS:
            return _deadly(entry.path)
        found = self._guarded(lambda: self._as_it_stands(entry, place))
        if isinstance(found, Row):
            return found
        self._tell("load", 0.0)
        self.open_engine()  # what is wrong with the engine is wrong for every run
        in_work.begin(name)
        row = self._guarded(lambda: self._segment(entry, place, found))
        in_work.end(name)
        return row

    def _guarded(self, step: Callable[[], T]) -> T | Row:
        """Do one step of a run; an error, but for cancelling, becomes the run's row."""
        started = time.perf_counter()
        try:
            return step()
        except CancelledError:
            raise
        # One bad run never stops the rest, whatever it is that it leads a library into.
        except Exception as error:
            if not isinstance(error, DSAError):
                logger.warning("A run of the batch failed unexpectedly.", exc_info=True)
            return row_of_error(self.path, error, time.perf_counter() - started)

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
            progress=self._tell,
            cancel=self.cancel,
            remark=lambda contents: record(self.wanted, digest, contents),
        )
        started = time.perf_counter()
        report = segment_source(entry.source, place, step).report
        return replace(self._row(place, report), seconds=time.perf_counter() - started)

    def _row(self, place: Place, report: dict[str, Any]) -> Row:
        files = tuple(file.relative_to(self.output).as_posix() for file in place.files.values())
        return Row(self.path, "done", facts={name: report[name] for name in FACTS}, files=files)

    def _looked(self, runs: int) -> None:
        self.total = runs
        self._tell("look", 0.0)

    def _tell(self, stage: str, done: float, row: Row | None = None) -> None:
        left = None
        if self.times:
            left = (self.total - self.ended) * sum(self.times) / len(self.times)
        self.report(Event(self.total, self.ended, self.path, stage, done, row, left))


def _deadly(path: Path) -> Row:
    reason = (
        f"the process died {MOST_DEATHS} times while this run was in work, so it is left out; try"
        f" it with `dsanet segment`, or remove {STATE_FILE} from the output folder"
    )
    return Row(path, "failed", reason)
