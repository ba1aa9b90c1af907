"""When Ctrl-C and SIGTERM stop a command: at once if nothing is lost, never amid writing."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

Handler = Callable[[int, FrameType | None], object] | signal.Handlers


@contextmanager
def at_once() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM stop a block at once in which there is nothing to lose.

    Raises:
        KeyboardInterrupt: It was stopped.
    """
    with _handled(_interrupt):
        yield


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Pass over Ctrl-C and SIGTERM in a block that takes moments and writes files."""
    with _handled(signal.SIG_IGN):
        yield


@contextmanager
def _handled(handler: Handler) -> Iterator[None]:
    """Outside the main thread, where signals cannot be handled, nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier or signal.SIG_DFL)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
