"""The requests that have no answer yet, and who answers for a worker that died."""

from dataclasses import dataclass
from itertools import count

from dsanet.errors import DSAError
from dsanet.worker.messages import Cancelled, Failed, Job, Result
from dsanet.worker.requests import Request

Answer = Result | Failed | Cancelled


@dataclass(eq=False)
class _Waiting:
    """A request without an answer.

    Attributes:
        request: As submitted.
        begun: Whether the worker has taken it up.
        resent: Whether a worker died before it took it up.
    """

    request: Request
    begun: bool = False
    resent: bool = False


class WaitingRequests:
    """Requests in the order of their numbers, which is the order of work."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._waiting: dict[int, _Waiting] = {}
        self._cancelled_through = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, number: int) -> bool:
        return number in self._waiting

    def add(self, request: Request) -> Job:
        """Number a request."""
        number = next(self._numbers)
        self._waiting[number] = _Waiting(request)
        return Job(number, request)

    def jobs(self) -> list[Job]:
        """What a new worker has to do."""
        for waiting in self._waiting.values():
            waiting.begun = False
        return [Job(number, waiting.request) for number, waiting in self._waiting.items()]

    def begin(self, number: int) -> None:
        """Note that the worker has taken up a request."""
        if number in self._waiting:
            self._waiting[number].begun = True

    def is_wanted(self, number: int) -> bool:
        """Whether a request waits and was not cancelled."""
        return number in self._waiting and number > self._cancelled_through

    def cancel(self) -> int:
        """Cancel all that wait.

        Returns:
            The highest number cancelled so far.
        """
        self._cancelled_through = max(self._waiting, default=self._cancelled_through)
        return self._cancelled_through

    def cancelled(self) -> list[int]:
        """The cancelled ones that have no answer."""
        return [number for number in self._waiting if number <= self._cancelled_through]

    def close(self, answer: Answer) -> list[Answer]:
        """Close a request.

        Returns:
            The answer to give out, if any: a cancelled request has no other.
        """
        if self._waiting.pop(answer.number, None) is None:
            return []
        late = answer.number <= self._cancelled_through
        return [Cancelled(answer.number) if late else answer]

    def fail(self, error: DSAError, *, started: bool) -> list[Answer]:
        """Close what a worker's death answers.

        The request that it worked on fails, the ones behind that one are innocent. When it died
        between two requests the next one is innocent too, the first time. Where no worker can even
        start, all fail.

        Args:
            error: How the worker died.
            started: Whether it had got so far as to take requests.

        Returns:
            The answers to give out.
        """
        numbers = list(self._waiting)
        if started and numbers:
            first = self._waiting[numbers[0]]
            if not first.begun and not first.resent:
                first.resent = True
                return []
        blamed = numbers[:1] if started else numbers
        return [answer for number in blamed for answer in self.close(Failed(number, error))]
