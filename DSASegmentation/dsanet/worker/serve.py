"""The child's side: takes requests one after another, beats, and leaves with its client.

Three threads: the main one works, one listens, so that a cancel or the client's end is noticed at
once, and one beats, so that the client can tell work from a standstill.
"""

import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO, NoReturn

from dsanet.errors import CancelledError
from dsanet.worker.arrays import ArrayFiles
from dsanet.worker.codec import dump, load
from dsanet.worker.errors import WorkerError, as_dsa_error
from dsanet.worker.folder import is_private_folder, remove_folder
from dsanet.worker.memory import offer_to_the_memory_killer
from dsanet.worker.messages import (
    Beat,
    Begun,
    Cancel,
    Cancelled,
    Failed,
    FromWorker,
    Job,
    Progress,
    Ready,
    Result,
)

BEAT_SECONDS = 1.0


@dataclass(frozen=True)
class Task:
    """What a handler may tell and ask while it works.

    Attributes:
        report: Takes the stage and the share of it that is done.
        cancelled: Whether the client wants no answer any more.
    """

    report: Callable[[str, float], None]
    cancelled: Callable[[], bool]

    def check(self) -> None:
        """Stop here if the request was cancelled.

        Raises:
            CancelledError: It was.
        """
        if self.cancelled():
            msg = "the request was cancelled"
            raise CancelledError(msg)


Table = Mapping[type, Callable[[Any, Task], Any]]
"""What answers each class of request."""


def serve(reader: BinaryIO, writer: BinaryIO, folder: Path, table: Table) -> NoReturn:
    """Answer requests until the client goes; then remove the private folder and end the process.

    Args:
        reader: Where the client writes.
        writer: Where the client reads.
        folder: The private folder that the client made.
        table: What answers each class of request.
    """
    if not is_private_folder(folder):
        sys.exit(f"{folder} was not made by dsanet.worker.Client, which starts this program")
    offer_to_the_memory_killer()
    Server(reader, writer, folder, table).run()


class Server:
    """One client's worker."""

    def __init__(self, reader: BinaryIO, writer: BinaryIO, folder: Path, table: Table) -> None:
        self._reader, self._writer, self._folder = reader, writer, folder
        self._table = table
        self._files = ArrayFiles(folder, "answer")
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._writing = threading.Lock()
        self._cancelled_through = 0

    def run(self) -> NoReturn:
        """Work until the client goes."""
        for step in (self._listen, self._beat):
            threading.Thread(target=step, daemon=True).start()
        self._send(Ready(os.getpid()))
        while True:
            self._do(self._jobs.get())

    def _do(self, job: Job) -> None:
        """Answer one job, whatever happens."""
        number = job.number
        self._send(Begun(number))
        task = Task(
            report=lambda stage, done: self._send(Progress(number, stage, done)),
            cancelled=lambda: number <= self._cancelled_through,
        )
        try:
            task.check()
            self._send(Result(number, self._table[type(job.request)](job.request, task)))
        except CancelledError:
            self._send(Cancelled(number))
        # The outermost boundary: a defect in a handler must not cost the warm models.
        except Exception as error:
            wrong = as_dsa_error(error)
            if isinstance(wrong, WorkerError):
                sys.stderr.write(wrong.details)
            self._send(Failed(number, wrong))

    def _send(self, message: FromWorker) -> None:
        """Write one line whole; leave when nobody reads any more."""
        line = dump(message, self._files)
        try:
            with self._writing:
                self._writer.write(line)
                self._writer.flush()
        except OSError:
            self._leave()

    def _listen(self) -> None:
        """Queue jobs and note cancels until the client closes the pipe."""
        try:
            while line := self._reader.readline():
                message = load(line, self._files)
                if isinstance(message, Cancel):
                    self._cancelled_through = max(self._cancelled_through, message.through)
                else:
                    self._jobs.put(message)
        # Without its ear the process is of no use, and its client must be told why.
        except Exception:
            sys.stderr.write(traceback.format_exc())
            self._leave(1)
        self._leave()

    def _beat(self) -> None:
        """Show signs of life; leave when the parent is gone though the pipe is still open."""
        parent = os.getppid()
        while os.getppid() == parent:
            self._send(Beat())
            time.sleep(BEAT_SECONDS)
        self._leave()

    def _leave(self, code: int = 0) -> NoReturn:
        """End the process at once, from any thread."""
        remove_folder(self._folder)
        os._exit(code)
