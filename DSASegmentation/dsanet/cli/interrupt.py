"""Ctrl-C stops a command as long as that leaves nothing behind."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Progress = Callable[[str, float], None]
"""Told a stage and its share done, 0 to 1."""

Watching = Callable[[Progress], Progress]
"""From the progress to tell to the one to report to, which knows when Ctrl-C comes too late."""


def too_late_for_ctrl_c() -> None:
    """Pass over Ctrl-C while the process ends; its exit code and what it wrote stand."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def ctrl_c_asks(told: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C, or SIGTERM, ask the block to stop; the second one stops it at once.

    Outside the main thread, where signals cannot be handled, nothing changes.

    Args:
        told: Called at the first.

    Yields:
        Whether it was asked to stop.
    """
    asked = False

    def ask(_number: int, _frame: object) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        with suppress(RuntimeError):  # a stream that is just being written to
            told()

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


@contextmanager
def ctrl_c_until(stage: str) -> Iterator[Watching]:
    """Pass over Ctrl-C from a stage on until the block ends.

    Writing takes moments, and whoever is told of an interruption trusts that nothing was written.
    Outside the main thread, where signals cannot be handled, nothing changes.

    Args:
        stage: From its first report on Ctrl-C is passed over.

    Yields:
        What to pass the progress through.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda progress: progress
        return
    before = signal.getsignal(signal.SIGINT)

    def watching(progress: Progress) -> Progress:
        def report(name: str, done: float) -> None:
            if name == stage:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
            progress(name, done)

        return report

    try:
        yield watching
    finally:
        signal.signal(signal.SIGINT, before or signal.default_int_handler)
