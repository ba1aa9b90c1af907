"""Course: how far the runs of a folder are, and the guard round each of them."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from dsanet.batch.outcome import Event
from dsanet.batch.row import Row, row_of_error
from dsanet.errors import CancelledError, DSAError

T = TypeVar("T")

logger = logging.getLogger(__name__)


@dataclass
class Course:
    """Tells how far the work on a folder's runs is.

    Attributes:
        report: Told of everything.
        total: Number of runs found so far.
        ended: Number of runs that have ended.
        path: Of the run in work.
        times: Seconds that each run took that was worked on.
    """

    report: Callable[[Event], None]
    total: int = 0
    ended: int = 0
    path: Path = field(default_factory=Path)
    times: list[float] = field(default_factory=list)

    def guarded(self, step: Callable[[], T]) -> T | Row:
        """Do one step of a run; an error, but for cancelling, becomes the run's row."""
        started = time.perf_counter()
        try:
            return step()
        except CancelledError:
            raise
        # One bad run never stops the rest, whatever it is that it leads a library into.
        except Exception as error:
            if not isinstance(error, DSAError):
                logger.warning("A run of the folder failed unexpectedly.", exc_info=True)
            return row_of_error(self.path, error, time.perf_counter() - started)

    def looked(self, runs: int) -> None:
        """Tell how many runs were found so far."""
        self.total = runs
        self.tell("look", 0.0)

    def end(self, row: Row) -> None:
        """Tell how the run in work ended."""
        self.ended += 1
        if row.seconds is not None:
            self.times.append(row.seconds)
        self.tell("end", 1.0, row)

    def tell(self, stage: str, done: float, row: Row | None = None) -> None:
        """Tell what happens to the run in work, and how long all will take."""
        left = None
        if self.times:
            left = (self.total - self.ended) * sum(self.times) / len(self.times)
        self.report(Event(self.total, self.ended, self.path, stage, done, row, left))
