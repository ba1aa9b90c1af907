"""Work in a thread that sees values only, shown afterwards in short steps.

Between the thread's steps Slicer's event loop holds Python's lock, so a timer waits a moment for
the thread and so lends it the lock.
"""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

EVERY_MS = 10
LENT_SECONDS = 0.04
"""Four fifths of the time belong to the thread; a mouse waits less than a frame of a film."""

STEPS_SECONDS = 0.04
"""Of putting things into the scene, between two turns of the event loop."""

Result = TypeVar("Result")


class ThreadWork(Generic[Result]):
    """One computation in a thread of its own."""

    def __init__(self, compute: Callable[[], Result], name: str) -> None:
        """Begin at once.

        Args:
            compute: Sees values only: neither the scene nor Qt.
            name: Of the thread.
        """
        self._compute = compute
        self._found: list[Result] = []
        self._error: Exception | None = None
        self.thread = threading.Thread(target=self._work, name=name, daemon=True)
        self.thread.start()

    def result(self) -> Result:
        """Give what was found, or raise what went wrong, once the thread has ended."""
        if self._error is not None:
            raise self._error
        return self._found[0]

    def _work(self) -> None:
        try:
            self._found.append(self._compute())
        except Exception as error:  # raised again where it can be shown
            self._error = error


def advanced(steps: Iterator[None]) -> bool:
    """Take steps for a moment; say whether none is left."""
    until = time.monotonic() + STEPS_SECONDS
    return all(time.monotonic() <= until for _step in steps)
