"""The client's side of one child process: its threads, its private folder, its end.

Nothing here blocks the caller. A thread starts the process, waits for its end and clears up, one
writes to it and two read from it; what they have to say lies in `inbox`.
"""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from subprocess import Popen
from typing import IO

from dsanet.errors import DSAError
from dsanet.worker.arrays import ArrayFiles
from dsanet.worker.codec import MAX_LINE, dump, load
from dsanet.worker.errors import as_dsa_error
from dsanet.worker.exits import how_it_ended
from dsanet.worker.folder import private_folder
from dsanet.worker.launch import Launch, end_now
from dsanet.worker.messages import Beat, Failed, FromWorker, Job, ToWorker

JOIN_SECONDS = 1.0
"""A pipe may stay open after the process, in the hands of one that it started."""

AS_ASKED = "The worker was ended as asked."

TAIL_LINES, TAIL_LINE_BYTES = 30, 500
"""What is kept of standard error."""


@dataclass(frozen=True)
class Ended:
    """The process is gone and its private folder with it.

    Attributes:
        message: One sentence: how it ended.
        details: What it last wrote to standard error.
        wanted: Whether `kill` ended it by its client's wish.
    """

    message: str
    details: str
    wanted: bool


class WorkerProcess:
    """One child process.

    Attributes:
        inbox: Messages of the child, failures to send to it, and at last one `Ended`.
        signs_of_life: Number of messages so far, beats too.
    """

    def __init__(self, launch: Launch) -> None:
        """Start the process in the background."""
        self.inbox: SimpleQueue[FromWorker | Ended] = SimpleQueue()
        self.signs_of_life = 0
        self._launch = launch
        self._outbox: SimpleQueue[ToWorker | None] = SimpleQueue()
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._lock = threading.Lock()
        self._process: Popen[bytes] | None = None
        self._killed = False
        self._fault = ""
        self._life = _in_background(self._live)

    def send(self, message: ToWorker) -> None:
        """Pass a message on as soon as the process takes it."""
        self._outbox.put(message)

    def kill(self) -> None:
        """End the process now; `Ended` follows."""
        with self._lock:
            self._killed = True
            if self._process is not None:
                end_now(self._process)

    def finish(self, seconds: float) -> None:
        """End the process now and wait a while until it is cleared up."""
        self.kill()
        self._life.join(seconds)

    def _live(self) -> None:
        """Start the process, wait for its end, clear up and tell."""
        try:
            with private_folder(self._launch.parent) as folder:
                message = f"The worker {how_it_ended(self._run(folder))}."
            if self._killed:
                message = AS_ASKED
        except (OSError, DSAError) as error:
            message = f"The worker could not be started with {self._launch.interpreter}: {error}."
        if self._fault:
            message = f"The worker was ended because {self._fault}; try again."
        self.inbox.put(Ended(message, "\n".join(self._tail), self._killed and not self._fault))

    def _run(self, folder: Path) -> int:
        """Start the process and wait for its end.

        Returns:
            Its exit code.
        """
        process = self._launch.start(folder)
        with self._lock:
            self._process = process
            if self._killed:
                end_now(process)
        assert process.stdin
        assert process.stdout
        assert process.stderr
        files = ArrayFiles(folder, "request")
        threads = [
            _in_background(self._write, process.stdin, files),
            _in_background(self._read, process.stdout, files),
            _in_background(self._keep_tail, process.stderr),
        ]
        code = process.wait()
        self._outbox.put(None)
        for thread in threads:
            thread.join(JOIN_SECONDS)
        return code

    def _write(self, pipe: IO[bytes], files: ArrayFiles) -> None:
        """Write what is to be sent until the process ends."""
        with suppress(OSError), pipe:
            while (message := self._outbox.get()) is not None:
                line = self._dumped(message, files)
                pipe.write(line)
                pipe.flush()

    def _dumped(self, message: ToWorker, files: ArrayFiles) -> bytes:
        """Make a line of a message, or none where that fails, as on a full disk."""
        try:
            return dump(message, files)
        except Exception as error:
            if isinstance(message, Job):
                self.inbox.put(Failed(message.number, as_dsa_error(error)))
            return b""

    def _read(self, pipe: IO[bytes], files: ArrayFiles) -> None:
        """Take in what the process says; end it when that is no message."""
        with suppress(OSError), pipe:
            while line := pipe.readline(MAX_LINE + 1):
                if not line.endswith(b"\n") and len(line) <= MAX_LINE:
                    return  # it died while it wrote
                if not self._take(line, files):
                    self.kill()
                    return

    def _take(self, line: bytes, files: ArrayFiles) -> bool:
        """Pass a line on; whatever is wrong with it, the process is not to be trusted any more.

        Returns:
            Whether it was a message.
        """
        try:
            message = load(line, files)
            if not isinstance(message, FromWorker):
                msg = f"{type(message).__name__} is nothing that a worker says"
                raise TypeError(msg)
        except Exception as error:
            self._fault = f"it sent what is no message ({type(error).__name__}: {error})"
            self._tail.append(f"standard output: {line[:200]!r}")
            return False
        self.signs_of_life += 1
        if not isinstance(message, Beat):
            self.inbox.put(message)
        return True

    def _keep_tail(self, pipe: IO[bytes]) -> None:
        """Keep the last lines of standard error."""
        with suppress(OSError), pipe:
            while line := pipe.readline(TAIL_LINE_BYTES):
                self._tail.append(line.decode("utf-8", "replace").rstrip())


def _in_background(step: Callable[..., None], *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=step, args=arguments, daemon=True, name="dsanet worker")
    thread.start()
    return thread
