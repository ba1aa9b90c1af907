"""What a child process says, read in the background."""

import threading
from contextlib import suppress
from queue import SimpleQueue
from typing import IO


def readLines(pipe: IO[bytes], lines: "SimpleQueue[str]", name: str) -> threading.Thread:
    """Read a pipe to its end; the thread holds nothing of the job, which may go while it reads.

    Args:
        pipe: Of a child process; it is closed at its end.
        lines: Gets each line without its end.
        name: Of the thread.
    """

    def read() -> None:
        with pipe, suppress(ValueError, OSError):
            for line in pipe:
                lines.put(line.decode("utf-8", "replace").rstrip())

    thread = threading.Thread(target=read, daemon=True, name=name)
    thread.start()
    return thread
