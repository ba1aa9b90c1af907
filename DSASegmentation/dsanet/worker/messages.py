"""What client and worker tell each other, and the events that the client gives to its host.

`number` is what `Client.submit` returned for the request.
"""

from dataclasses import dataclass
from typing import Any

from dsanet.errors import DSAError
from dsanet.worker.requests import Request


@dataclass(frozen=True, eq=False)
class Job:
    """To the worker: do this."""

    number: int
    request: Request


@dataclass(frozen=True)
class Cancel:
    """To the worker: drop every job up to and including this number."""

    through: int


@dataclass(frozen=True)
class Beat:
    """From the worker: a sign of life."""


@dataclass(frozen=True)
class Begun:
    """From the worker: it has taken up this request."""

    number: int


@dataclass(frozen=True)
class Ready:
    """Event: the worker has started and takes requests.

    Attributes:
        pid: Its process number.
    """

    pid: int


@dataclass(frozen=True)
class Progress:
    """Event: how far a request is.

    Attributes:
        number: The request.
        stage: `read`, `load`, `prepare` or `infer`.
        done: Share of the stage, 0 to 1.
    """

    number: int
    stage: str
    done: float


@dataclass(frozen=True, eq=False)
class Result:
    """Event: a request is done.

    Attributes:
        number: The request.
        value: What the request's class names.
    """

    number: int
    value: Any


@dataclass(frozen=True, eq=False)
class Failed:
    """Event: a request failed; the next one may be submitted.

    Attributes:
        number: The request.
        error: What went wrong, as it was raised in the worker; a WorkerError when the worker itself
            broke down.
    """

    number: int
    error: DSAError


@dataclass(frozen=True)
class Cancelled:
    """Event: a request was cancelled."""

    number: int


@dataclass(frozen=True)
class Hung:
    """Event: the worker gives no sign of life; it may come back, and cancel() ends it.

    Attributes:
        seconds: For how long.
        message: One sentence for the user.
    """

    seconds: float
    message: str


@dataclass(frozen=True)
class Stopped:
    """Event: the worker has ended; the next request starts a new one.

    Attributes:
        message: One sentence: how it ended.
        expected: Whether the client ended it, for cancel() or close().
    """

    message: str
    expected: bool


Event = Ready | Progress | Result | Failed | Cancelled | Hung | Stopped
FromWorker = Beat | Begun | Ready | Progress | Result | Failed | Cancelled
ToWorker = Job | Cancel
