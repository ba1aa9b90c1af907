"""The client: gives requests to a worker, hands out events, and never waits for either."""

import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dsanet.errors import CancelledError
from dsanet.worker.errors import WorkerError
from dsanet.worker.launch import PROGRAM, Launch
from dsanet.worker.messages import (
    Begun,
    Cancel,
    Cancelled,
    Event,
    Failed,
    FromWorker,
    Hung,
    Progress,
    Ready,
    Result,
    Stopped,
)
from dsanet.worker.process import AS_ASKED, Ended, WorkerProcess
from dsanet.worker.requests import Request
from dsanet.worker.silence import Silence
from dsanet.worker.waiting import Answer, WaitingRequests

GRACE_SECONDS = 0.5
"""What a cancelled request gets to stop by itself before its worker is killed."""

GIVE_UP_SECONDS = 0.9
"""After that a cancelled request counts as cancelled, though the killed worker may not be gone."""

LENT_SECONDS = 0.005
"""What poll() sleeps: hosts such as Slicer may let threads run only while they run Python."""

CLOSE_SECONDS, EXIT_SECONDS = 0.03, 1.0
"""What close() and the end of the program wait for a killed worker to be cleared up."""

LOADING_FACTOR = 6
"""How much longer a worker may be silent while it starts and loads; imports hold Python's lock."""

_START, _LOAD, _BETWEEN = "start", "load", ""
"""Stages that the client itself knows of."""


class Client:
    """One worker at a time, started when there is something to do, and kept warm.

    Every method but `wait` returns within milliseconds, whatever state the worker is in. The host
    calls `poll` about ten times a second from its own event loop. Not for several threads.
    """

    def __init__(
        self,
        *,
        interpreter: str | None = None,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        program: Sequence[str] = PROGRAM,
        patience: float = 20.0,
    ) -> None:
        """Prepare; nothing is started yet.

        Args:
            interpreter: A Python that has the requirements of dsanet; None is the one that this
                program runs in.
            environment: Environment variables for the worker; None takes this program's.
            folder: Where private folders are made; None is the system's folder for such.
            program: Arguments of the interpreter.
            patience: Seconds without a sign of life after which a worker counts as hung.
        """
        given = {"interpreter": interpreter, "environment": environment, "parent": folder}
        chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        self._launch = Launch(program=program, **chosen)
        self._patience = patience
        self._requests = WaitingRequests()
        self._events: list[Event] = []
        self._cancelled_at: float | None = None
        self._worker: WorkerProcess | None = None
        self._at_exit: Callable[[], object] = lambda: None
        self._stage = _START
        self._silence = Silence()
        self._hung = False

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        worker = self._worker
        self.close()
        if worker is not None:
            worker.finish(EXIT_SECONDS)

    def start(self) -> None:
        """Start the worker before there is a request, to save that time later."""
        if self._worker is None:
            self._start()

    def submit(self, request: Request) -> int:
        """Give a request to the worker, which answers one after another.

        Args:
            request: What to do.

        Returns:
            The number that its events carry. The last of them is Result, Failed or Cancelled.
        """
        job = self._requests.add(request)
        if self._worker is None:
            self._start()
        else:
            self._worker.send(job)
        return job.number

    def poll(self) -> list[Event]:
        """Tell what has happened since the last call, in order."""
        worker = self._worker
        if worker is not None:
            time.sleep(LENT_SECONDS)
            while worker is self._worker and not worker.inbox.empty():
                self._take(worker.inbox.get())
            self._enforce_cancel()
            self._watch()
        events, self._events = self._events, []
        return events

    def cancel(self) -> None:
        """Cancel all requests that have no answer; each ends with Cancelled within a second."""
        if not self._requests or self._worker is None:
            return
        self._worker.send(Cancel(self._requests.cancel()))
        if self._cancelled_at is None:
            self._cancelled_at = time.monotonic()
        if self._hung:
            self._worker.kill()

    def close(self) -> None:
        """End the worker at once, whatever it does; open requests end with Cancelled.

        A later request starts a new one.
        """
        if self._worker is None:
            return
        self._worker.finish(CLOSE_SECONDS)
        self._requests.cancel()
        self._on_end(Ended(AS_ASKED, "", wanted=True))

    def wait(
        self,
        number: int,
        timeout: float = float("inf"),
        on_event: Callable[[Event], None] | None = None,
    ) -> Any:
        """Wait for a request's answer; for scripts, which have no event loop.

        Args:
            number: What `submit` returned.
            timeout: Seconds to wait at most.
            on_event: Told all other events meanwhile. Without it only the answers to other
                requests are kept, for the next wait() or poll().

        Returns:
            The value of its Result.

        Raises:
            DSAError: What its Failed holds.
            CancelledError: It was cancelled.
            TimeoutError: There was no answer in time; the request goes on.
            ValueError: The request had its answer before.
        """
        until = time.monotonic() + timeout
        answer: Answer | None = None
        others: list[Event] = []
        waiting = True
        while answer is None and waiting and time.monotonic() < until:
            waiting = number in self._requests
            for event in self.poll():
                if isinstance(event, Answer) and event.number == number:
                    answer = event
                elif on_event is not None:
                    on_event(event)
                elif isinstance(event, Answer):
                    others.append(event)
        self._events = others + self._events
        if answer is not None:
            return _value(answer)
        if waiting:
            msg = f"request {number} has no answer after {timeout} seconds"
            raise TimeoutError(msg)
        msg = f"request {number} has no answer to wait for"
        raise ValueError(msg)

    def _start(self) -> None:
        """Start a worker and give it all requests that have no answer."""
        worker = WorkerProcess(self._launch)
        self._worker = worker
        self._at_exit = weakref.finalize(self, worker.finish, EXIT_SECONDS).detach
        self._stage, self._silence, self._hung = _START, Silence(), False
        for job in self._requests.jobs():
            worker.send(job)

    def _take(self, message: FromWorker | Ended) -> None:
        """Act upon what the worker said."""
        if isinstance(message, Ended):
            self._on_end(message)
        elif isinstance(message, Answer):
            self._close(message)
        elif isinstance(message, Begun):
            self._stage = _BETWEEN
            self._requests.begin(message.number)
        elif isinstance(message, Ready):
            self._stage = _BETWEEN
            self._events.append(message)
        elif isinstance(message, Progress):
            self._stage = message.stage
            if self._requests.is_wanted(message.number):
                self._events.append(message)

    def _close(self, answer: Answer) -> None:
        """Give an answer out."""
        self._events += self._requests.close(answer)
        if not self._requests.cancelled():
            self._cancelled_at = None

    def _enforce_cancel(self) -> None:
        """Kill a worker that does not stop, and give up one that does not even die."""
        if self._cancelled_at is None or self._worker is None:
            return
        waited = time.monotonic() - self._cancelled_at
        if waited > GRACE_SECONDS:
            self._worker.kill()
        if waited > GIVE_UP_SECONDS:
            self._on_end(Ended(AS_ASKED, "", wanted=True))

    def _watch(self) -> None:
        """Tell once when a worker that should work gives no sign of life."""
        if self._worker is None:
            return
        seconds = self._silence.look(self._worker.signs_of_life)
        limit = self._patience * (LOADING_FACTOR if self._stage in (_START, _LOAD) else 1)
        if seconds <= limit or not self._requests:
            self._hung = False
        elif not self._hung:
            self._hung = True
            msg = f"The worker has given no sign of life for {seconds:.0f} s; cancel ends it."
            self._events.append(Hung(seconds, msg))

    def _on_end(self, ended: Ended) -> None:
        """Answer what the worker can answer no more; give the rest to a new one."""
        self._worker = None
        self._at_exit()
        for number in self._requests.cancelled():
            self._close(Cancelled(number))
        self._cancelled_at = None
        if not ended.wanted:
            last = ended.details.splitlines()[-1:]
            message = " ".join([ended.message, *(f"It last wrote: {line}" for line in last)])
            error = WorkerError(message, ended.details)
            self._events += self._requests.fail(error, started=self._stage != _START)
        self._events.append(Stopped(ended.message, expected=ended.wanted))
        if self._requests:
            self._start()


def _value(answer: Answer) -> Any:
    """The value of a Result; what went wrong is raised."""
    if isinstance(answer, Result):
        return answer.value
    if isinstance(answer, Failed):
        raise answer.error
    msg = "the request was cancelled"
    raise CancelledError(msg)
