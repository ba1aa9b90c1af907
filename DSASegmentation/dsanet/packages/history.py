"""The history of activations: which model is active, and the way back.

Each activation and each step back is one small file of its own, `NUMBER-TOKEN.json`, which is never
changed or removed; the highest number counts. Two processes that activate at once write two files,
of which none is lost; where they took the same number, the tokens decide.

| key | content |
| --- | --- |
| `format` | 1 |
| `action` | `activate` or `roll back` |
| `model` | name of the model that it made active |
| `fingerprint` | of that model, see `ModelPackage.fingerprint` |
| `back_to` | of a step back: name of the record that it went back to, \
empty for the model before all records |
| `time` | UTC, ISO 8601 |
| `user` | the name at this computer |
| `reason` | why, in the user's words |
| `permit` | what allowed it: `gate`, `override` or `bundled`; of a step back, and in older \
records, missing |
| `gate` | of a permit by a gate: `GateRecord` of `dsanet.packages.gate_record` |

Further keys may follow; they are kept and not looked at here.
"""

import getpass
import json
import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsanet import atomic
from dsanet.errors import PackageError
from dsanet.packages.files import FolderFiles, reason
from dsanet.packages.home import HOME_HINT
from dsanet.packages.strict_json import parse_object

FORMAT = 1
ACTIVATE, ROLL_BACK = "activate", "roll back"
MAX_REASON = 1000
"""Characters."""

_MAX_RECORD_BYTES = 1 << 16
_NAME = re.compile(r"[0-9]{8,}-[0-9a-f]{16}\.json")
_KEPT = ("model", "fingerprint", "time", "user", "reason")


@dataclass(frozen=True)
class Activation:
    """One model that was made active.

    Attributes:
        model: Its name; empty where the record is damaged.
        fingerprint: Of the package as it was then; empty for the model before all records.
        record: Name of the record; empty for the model before all records.
        time: UTC, ISO 8601.
        user: Who, by the name at this computer.
        reason: Why, in the user's words.
        problem: What is wrong with the record; empty when nothing is.
        permit: What allowed it: `gate`, `override`, `bundled`; empty where that is not recorded.
    """

    model: str
    fingerprint: str = ""
    record: str = ""
    time: str = ""
    user: str = ""
    reason: str = ""
    problem: str = ""
    permit: str = ""


def way_back(folder: Path, first: str) -> list[Activation]:
    """Read the activations that can be gone back through.

    Args:
        folder: Where the records lie; it may be missing.
        first: The model that is active before all records.

    Returns:
        The activations, the active one last; those that were rolled back are gone.

    Raises:
        PackageError: The folder cannot be read.
    """
    way = [Activation(first)]
    for name in _names(folder):
        try:
            record = _read(folder, name)
        except PackageError as error:
            way.append(Activation("", record=name, problem=str(error)))
            continue
        kept = {key: record[key] for key in _KEPT}
        found = Activation(record=name, permit=str(record.get("permit", "")), **kept)
        if record["action"] == ROLL_BACK:
            way = _cut(way, record.get("back_to"))
        elif _is_same(found, way[-1]):
            way[-1] = found
        else:
            way.append(found)
    return way


def append(
    folder: Path, action: str, model: str, fingerprint: str, reason: str = "", **more: object
) -> None:
    """Add a record.

    Args:
        folder: Where the records lie; it is made.
        action: `ACTIVATE` or `ROLL_BACK`.
        model: The model that becomes active.
        fingerprint: Of its package.
        reason: Why, in the user's words.
        more: `back_to`, `permit` and `gate`, as JSON values.

    Raises:
        PackageError: The reason is too long, or the folder cannot be read.
        WriteError: It could not be written; nothing has changed.
    """
    if len(reason) > MAX_REASON:
        msg = f"the reason has {len(reason)} characters, expected at most {MAX_REASON}"
        raise PackageError(msg)
    last = _names(folder)[-1:]
    number = int(last[0].partition("-")[0]) + 1 if last else 1
    record = {
        "format": FORMAT,
        "action": action,
        "model": model,
        "fingerprint": fingerprint,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "user": _user(),
        "reason": reason,
        **more,
    }
    with atomic.new_folder(folder):
        path = folder / f"{number:08d}-{secrets.token_hex(8)}.json"
        atomic.write_text(path, json.dumps(record, indent=2) + "\n")


def _names(folder: Path) -> list[str]:
    """The records' file names, oldest first."""
    try:
        names = [path.name for path in folder.iterdir() if _NAME.fullmatch(path.name)]
    except FileNotFoundError:
        return []
    except OSError as error:
        why = reason(error)
        msg = f"the history of activations in {folder} cannot be read: {why}; {HOME_HINT}"
        raise PackageError(msg) from error
    return sorted(names, key=lambda name: (int(name.partition("-")[0]), name))


def _read(folder: Path, name: str) -> dict[str, Any]:
    record = parse_object(FolderFiles(folder).read(name, _MAX_RECORD_BYTES), name)
    if record.get("format") != FORMAT:
        msg = f"{name} has format {record.get('format')!r}, expected {FORMAT}"
        raise PackageError(msg)
    lacking = [key for key in ("action", *_KEPT) if not isinstance(record.get(key), str)]
    if lacking:
        msg = f"{name} lacks {', '.join(lacking)}"
        raise PackageError(msg)
    return record


def _is_same(one: Activation, other: Activation) -> bool:
    """Whether a model was activated that was active already; of the first one no hash is known."""
    prints = {one.fingerprint, other.fingerprint}
    return one.model == other.model and (len(prints) == 1 or "" in prints)


def _cut(way: list[Activation], back_to: object) -> list[Activation]:
    """Go back to a record; where it is no longer on the way, a step back changed nothing."""
    places = [place for place, entry in enumerate(way) if entry.record == back_to]
    return way[: places[0] + 1] if places else way


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""
