"""What a client asks of the worker."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from dsanet.engine import ALL_STEPS, CleanUp
from dsanet.io import DSARun
from dsanet.prepare import PrepareChoices


@dataclass(frozen=True)
class ReadRequest:
    """Read every run of a file or folder. The result is a list of DSARun.

    Attributes:
        path: As for `dsanet.io.read_runs`.
    """

    path: Path


@dataclass(frozen=True)
class LoadRequest:
    """Open a model, so that a later SegmentRequest needs not wait for it.

    The result is a dict: `model`, `model_sha256`, `backend`, `device`, `precision`.

    Attributes:
        model: The name of a bundled package, the folder of any, or None for the bundled model.
        device: One of `dsanet.engine.DEVICES`.
    """

    model: str | Path | None = None
    device: str = "auto"


@dataclass(frozen=True, eq=False)
class RunLater:
    """A run that is put together when it is sent, in a thread of the client's.

    For a host whose pixels lie in many places: copying them takes too long for its event loop.

    Attributes:
        make: Puts the run together; called once for each worker that gets the request. It may raise
            DSAError, which becomes the answer.
    """

    make: Callable[[], DSARun]


@dataclass(frozen=True, eq=False)
class SegmentRequest:
    """Segment a run. The result is the Prediction that `Engine.segment` gives.

    Attributes:
        source: A run, the path of one as for `dsanet.io.read_run`, or a run that is put together
            later.
        model: As in LoadRequest.
        device: As in LoadRequest.
        choices: What the user decided about the preparation.
        clean_up: The steps that tidy the labels.
    """

    source: DSARun | Path | RunLater
    model: str | Path | None = None
    device: str = "auto"
    choices: PrepareChoices = field(default_factory=PrepareChoices)
    clean_up: CleanUp = ALL_STEPS


Request = ReadRequest | LoadRequest | SegmentRequest
