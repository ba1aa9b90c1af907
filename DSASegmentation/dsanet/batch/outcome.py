"""Event and Batch: how far a batch is, and what became of it."""

from dataclasses import dataclass
from pathlib import Path

from dsanet.batch.row import STATUSES, Row, Status


@dataclass(frozen=True)
class Event:
    """How far a batch is.

    Attributes:
        total: Number of runs; while they are looked for, of those found so far.
        ended: Number of runs that have ended.
        path: Of the run in work, relative to the folder of the batch.
        stage: `look`, `check`, `read`, `load`, `prepare`, `infer`, `write`, or `end`.
        done: Share of the stage that is done, 0 to 1.
        row: What became of the run, at its `end`.
        seconds_left: For all runs that have not ended, from the mean of those segmented so far;
            None before the first.
    """

    total: int
    ended: int
    path: Path
    stage: str
    done: float
    row: Row | None = None
    seconds_left: float | None = None


@dataclass(frozen=True)
class Batch:
    """What became of a batch.

    Attributes:
        rows: One for each run that ended and each file that is no run, in the order of the paths.
        total: Number of runs that were found.
        summary: The file of the rows.
        cancelled: Whether it was stopped; the same call goes on.
    """

    rows: tuple[Row, ...]
    total: int
    summary: Path
    cancelled: bool

    def count(self, status: Status) -> int:
        """Number of rows of a status."""
        return sum(row.status == status for row in self.rows)

    def counts(self) -> dict[Status, int]:
        """Number of rows of each status."""
        return {status: self.count(status) for status in STATUSES}
