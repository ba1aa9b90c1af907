r"""Messages as lines of JSON, and back.

Plain values are themselves and lists are arrays. Everything else is an object of one member, whose
name says what it is: `tuple`, `dict`, `path`, `array` (a file's name), `error` (class, message,
details) or one of the dataclasses below. Nothing else can be made from a line. A run that is put
together later is put together here, and arrives as a run.
"""

import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet import errors
from dsanet.engine import CleanUp, Prediction
from dsanet.errors import DSAError
from dsanet.io import DSARun, RunFacts, Spacing
from dsanet.prepare import PrepareChoices, PreparedRun
from dsanet.worker import messages, requests
from dsanet.worker.arrays import ArrayFiles
from dsanet.worker.errors import WorkerError

MAX_LINE = 1 << 24
"""Bytes; as much as a DICOM header may hold, for its facts travel in the line."""

_CLASSES: dict[str, Any] = {
    cls.__name__: cls
    for cls in (
        *(DSARun, RunFacts, Spacing, PrepareChoices, PreparedRun, CleanUp, Prediction),
        *(requests.ReadRequest, requests.LoadRequest, requests.SegmentRequest),
        *(messages.Job, messages.Cancel, messages.Beat, messages.Begun, messages.Ready),
        *(messages.Progress, messages.Result, messages.Failed, messages.Cancelled),
    )
}
_ERRORS = {
    name: cls
    for name, cls in vars(errors).items()
    if isinstance(cls, type) and issubclass(cls, DSAError)
}

Save = Callable[[NDArray[Any]], str]
Load = Callable[[str], NDArray[Any]]


def dump(message: Any, files: ArrayFiles) -> bytes:
    """Write a message as one line; its arrays go to files.

    Raises:
        TypeError: It holds a value that no line can hold.
        ValueError: It is too long, or holds an array of objects.
        WriteError: An array could not be written.
    """
    saved: list[str] = []

    def save(array: NDArray[Any]) -> str:
        saved.append(files.save(array))
        return saved[-1]

    try:
        line = json.dumps(_encode(message, save)).encode("ascii") + b"\n"
        if len(line) > MAX_LINE:
            msg = f"a message of {len(line)} bytes, expected at most {MAX_LINE}"
            raise ValueError(msg)
    except BaseException:
        for name in saved:
            files.discard(name)
        raise
    return line


def load(line: bytes, files: ArrayFiles) -> Any:
    """Make the message of one line; its arrays are read and their files removed.

    Raises:
        ValueError: The line is too long, not whole or no JSON, or an array file is damaged.
        TypeError, KeyError, OSError: It is JSON but no message, or an array file is missing.
    """
    if len(line) > MAX_LINE or not line.endswith(b"\n"):
        msg = f"a line of {len(line)} bytes that is too long or cut off"
        raise ValueError(msg)
    return _decode(json.loads(line), files.load)


def _encode(value: Any, save: Save) -> Any:
    """Turn a value into what JSON can hold."""
    for kind, encoder in _ENCODERS:
        if isinstance(value, kind):
            return encoder(value, save)
    name = type(value).__name__
    if _CLASSES.get(name) is not type(value):
        msg = f"a message cannot hold a {name}"
        raise TypeError(msg)
    parts = {part.name: _encode(getattr(value, part.name), save) for part in fields(value)}
    return {name: parts}


def _encode_error(error: DSAError, _save: Save) -> Any:
    """Name the nearest class that is public, for a module may have its own below it."""
    name = next(cls.__name__ for cls in type(error).__mro__ if cls.__name__ in _KNOWN_ERRORS)
    return {"error": [name, str(error), getattr(error, "details", "")]}


def _decode_error(parts: list[str], _load: Load) -> DSAError:
    name, message, details = parts
    return WorkerError(message, details) if name == "WorkerError" else _ERRORS[name](message)


def _decode(value: Any, load: Load) -> Any:
    """Undo `_encode`."""
    if isinstance(value, list):
        return [_decode(item, load) for item in value]
    if not isinstance(value, dict):
        return value
    ((name, content),) = value.items()
    if name in _DECODERS:
        return _DECODERS[name](content, load)
    return _CLASSES[name](**{part: _decode(item, load) for part, item in content.items()})


_KNOWN_ERRORS = {*_ERRORS, "WorkerError"}
_ENCODERS: tuple[tuple[Any, Callable[[Any, Save], Any]], ...] = (
    (np.ndarray, lambda value, save: {"array": save(value)}),
    (np.generic, lambda value, _save: value.item()),
    ((bool, int, float, str, type(None)), lambda value, _save: value),
    (Path, lambda value, _save: {"path": str(value.absolute())}),
    (requests.RunLater, lambda value, save: _encode(value.make(), save)),
    (DSAError, _encode_error),
    (list, lambda value, save: [_encode(item, save) for item in value]),
    (tuple, lambda value, save: {"tuple": [_encode(item, save) for item in value]}),
    (dict, lambda value, save: {"dict": {str(k): _encode(v, save) for k, v in value.items()}}),
)
_DECODERS: dict[str, Callable[[Any, Load], Any]] = {
    "array": lambda content, load: load(content),
    "path": lambda content, _load: Path(content),
    "error": _decode_error,
    "tuple": lambda content, load: tuple(_decode(item, load) for item in content),
    "dict": lambda content, load: {key: _decode(item, load) for key, item in content.items()},
}
