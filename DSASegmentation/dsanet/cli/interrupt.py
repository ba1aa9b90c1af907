"""Ctrl-C stops a command as long as that leaves nothing behind."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, float], None]


@contextmanager
def ctrl_c_until(stage: str, progress: Progress) -> Iterator[Progress]:
    """Pass over Ctrl-C from a stage on until the block ends.

    Writing takes moments, and whoever is told of an interruption trusts that nothing was written.
    Outside the main thread, where signals cannot be handled, nothing changes.

    Args:
        stage: From its first report on Ctrl-C is passed over.
        progress: Told the stage and its share done, 0 to 1.

    Yields:
        What to report to in place of `progress`.
    """
    if threading.current_thread() is not threading.main_thread():
        yield progress
        return
    before = signal.getsignal(signal.SIGINT)

    def report(name: str, done: float) -> None:
        if name == stage:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        progress(name, done)

    try:
        yield report
    finally:
        signal.signal(signal.SIGINT, before or signal.default_int_handler)
