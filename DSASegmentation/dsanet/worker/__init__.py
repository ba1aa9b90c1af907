"""The worker: a child process that reads and segments runs, and the client that never waits for it.

A crash, a full memory or a cancel then ends the child and not the program that the user works in.

A host with an event loop never waits:

    client = Client()
    number = client.submit(SegmentRequest(run))
    ...
    for event in client.poll():  # about ten times a second, from a timer
        if isinstance(event, Result):
            show(event.value)

A script may:

    with Client() as client:
        prediction = client.wait(client.submit(SegmentRequest(Path("run.dcm"))))
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dsanet.worker.client import Client
    from dsanet.worker.errors import WorkerError
    from dsanet.worker.messages import (
        Cancelled,
        Event,
        Failed,
        Hung,
        Progress,
        Ready,
        Result,
        Stopped,
    )
    from dsanet.worker.requests import LoadRequest, ReadRequest, Request, RunLater, SegmentRequest

__all__ = [
    "Cancelled",
    "Client",
    "Event",
    "Failed",
    "Hung",
    "LoadRequest",
    "Progress",
    "ReadRequest",
    "Ready",
    "Request",
    "Result",
    "RunLater",
    "SegmentRequest",
    "Stopped",
    "WorkerError",
]

_HOMES = {
    "client": ("Client",),
    "errors": ("WorkerError",),
    "requests": ("LoadRequest", "ReadRequest", "Request", "RunLater", "SegmentRequest"),
}


def __getattr__(name: str) -> Any:
    """Import a name when it is asked for.

    The child imports this package before it has reserved its standard output, so nothing may be
    imported here that could write there.
    """
    if name not in __all__:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    home = next((home for home, names in _HOMES.items() if name in names), "messages")
    return getattr(import_module(f"{__name__}.{home}"), name)
