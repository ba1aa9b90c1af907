"""The lines of a journal: what was changed, by whom and when, each sealed and chained to the last.

A line is the SHA-256 of its text in hex, a space, the text, a line end. The text is a JSON object:

| key | content |
| --- | --- |
| `number` | from 0, which is the start |
| `previous` | the seal of the line before it, 64 zeros at the start |
| `time` | UTC |
| `editor` | alias of who worked |
| `cause` | a few words, never a name |
| `changes` | `changes.pack`: from the labels of the line before it, or from none at the start |
| `labels_sha256` | of the labels after it |
| `format`, `notice`, `pixel_sha256`, `rows`, `columns` | at the start only: 1, and the run |
"""

import hashlib
import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.errors import CaseError
from dsanet.io import Limits

FORMAT = 1
SIDES = ("rows", "columns")
NO_SEAL = "0" * 64
SEAL_CHARACTERS = 64
NOTICE = "Research use only. Not a medical device."

_WORDS = re.compile(r"[A-Za-z][A-Za-z0-9 ,()-]{0,59}")
_ALIAS = re.compile(r"[A-Za-z0-9_-]{0,32}")
_TEXTS = ("previous", "time", "editor", "cause", "changes", "labels_sha256")


@dataclass(frozen=True)
class Entry:
    """One line of a journal.

    Attributes:
        number: Its place, from 0.
        previous: The seal of the line before it.
        time: UTC, as `2026-01-31T08:00:00.000Z`.
        editor: Alias of who worked.
        cause: What made the change, a few words.
        changes: Packed, see `changes`.
        labels_sha256: `labels_hash` of the labels after it.
        start: `pixel_sha256`, `rows` and `columns` on the first line; empty on others.
    """

    number: int
    previous: str
    time: str
    editor: str
    cause: str
    changes: str
    labels_sha256: str
    start: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Scan:
    """What a journal's file holds.

    Attributes:
        entries: All up to the first that is not as it was written.
        seal: Of the last of them.
        size: How many bytes they take.
        torn: Whether only an unfinished line follows, of a process that was killed.
        broken: Why more than that is wrong behind them; empty where nothing is.
    """

    entries: tuple[Entry, ...]
    seal: str
    size: int
    torn: bool
    broken: str

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the labels."""
        start = self.entries[0].start
        return start["rows"], start["columns"]

    @property
    def pixel_sha256(self) -> str:
        """The run's, of which the labels are."""
        return str(self.entries[0].start["pixel_sha256"])


def check_words(editor: str, cause: str) -> None:
    """Refuse what could be a person's name.

    Raises:
        CaseError: The editor is no alias, or the cause is more than a few plain words.
    """
    if not _ALIAS.fullmatch(editor):
        msg = f"the editor is {editor!r}, expected an alias of up to 32 letters, digits, - and _"
        raise CaseError(msg)
    if not _WORDS.fullmatch(cause):
        msg = f"the cause is {cause!r}, expected up to 60 letters, digits, spaces, commas and ( )"
        raise CaseError(msg)


def labels_hash(labels: NDArray[np.uint8]) -> str:
    """SHA-256 of labels with their size, in hex."""
    digest = hashlib.sha256(f"{labels.shape}".encode())
    digest.update(np.ascontiguousarray(labels).data)
    return digest.hexdigest()


def to_line(entry: Entry) -> bytes:
    """Write an entry as a line, with its seal in front."""
    values = {name: getattr(entry, name) for name in ("number", *_TEXTS)}
    head = {"format": FORMAT, "notice": NOTICE, **entry.start} if entry.start else {}
    text = json.dumps({**head, **values}).encode("ascii")
    return b"%s %s\n" % (hashlib.sha256(text).hexdigest().encode("ascii"), text)


def seal_of(line: bytes) -> str:
    """The seal in front of a line."""
    return line[:SEAL_CHARACTERS].decode("ascii")


def scan(path: Path) -> Scan:
    """Read the longest part of a journal that is as it was written.

    Args:
        path: The journal's file.

    Raises:
        CaseError: It cannot be read, or not even its first line is sound.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        msg = f"{path} cannot be read: {(error.strerror or str(error)).lower()}"
        raise CaseError(msg) from error
    *whole, rest = data.split(b"\n")
    lines = [*(line + b"\n" for line in whole), *([rest] if rest else [])]
    entries: list[Entry] = []
    seal, size, torn, broken = NO_SEAL, 0, False, ""
    for line in lines:
        try:
            entry = _entry(line, len(entries), seal)
        except (CaseError, ValueError, RecursionError) as error:
            torn = line is rest
            broken = "" if torn else f"line {len(entries) + 1} {error}"
            break
        entries.append(entry)
        seal, size = seal_of(line), size + len(line)
    if not entries:
        msg = f"{path} is no journal: {broken or 'it has no complete line'}"
        raise CaseError(msg)
    return Scan(tuple(entries), seal, size, torn, broken)


def _entry(line: bytes, number: int, previous: str) -> Entry:
    """Check a line and read it.

    Raises:
        CaseError: It is not as it was written, or not where it was written.
        ValueError: It is no JSON.
    """
    seal, _, text = line.removesuffix(b"\n").partition(b" ")
    if not line.endswith(b"\n") or hashlib.sha256(text).hexdigest().encode("ascii") != seal:
        msg = "was changed or is cut off"
        raise CaseError(msg)
    values = json.loads(text)
    if not isinstance(values, dict) or not all(isinstance(values.get(k), str) for k in _TEXTS):
        msg = "lacks what every line has"
        raise CaseError(msg)
    if values.get("number") != number or values["previous"] != previous:
        msg = "does not follow the line before it"
        raise CaseError(msg)
    known = {name: values[name] for name in ("number", *_TEXTS)}
    return Entry(**known, start={} if number else _start(values))


def _start(values: dict[str, Any]) -> dict[str, Any]:
    """Check what only the first line says, before any memory is taken for the labels."""
    if values.get("format") != FORMAT:
        msg = f"has the format {values.get('format')!r}, expected {FORMAT}; update the software"
        raise CaseError(msg)
    sides: list[Any] = [values.get(side) for side in SIDES]
    whole = all(isinstance(side, int) and side > 0 for side in sides)
    if not whole or math.prod(sides) > Limits().decoded_bytes:
        msg = f"states labels of {sides} rows and columns, which no run has"
        raise CaseError(msg)
    return {"pixel_sha256": str(values.get("pixel_sha256")), **dict(zip(SIDES, sides, strict=True))}
