"""The summary: one CSV row for each run, and for each file that is none."""

import csv
import io
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dsanet.atomic import write_bytes
from dsanet.batch.row import Row, path_key
from dsanet.labels import CLASSES

SUMMARY_FILE = "summary.csv"
COLUMNS = (
    *("path", "status", "reason", "frames", "first", "last"),
    *(f"{entry.name}_pixels" for entry in CLASSES),
    *("warnings", "seconds", "files"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes a cell for a formula by (OWASP, CSV Injection)."""

SHARE = 0.02
"""Of the time that writing the summary may take."""


class Summary:
    """The summary on disk; it is written anew often enough, but not for each row of thousands."""

    def __init__(self, path: Path, encode: Callable[[Sequence[Row]], bytes] | None = None) -> None:
        self.path = path
        self._encode = encode or to_csv
        self._next = 0.0

    def update(self, rows: Iterable[Row]) -> None:
        """Write the rows if it is time.

        Raises:
            WriteError: It could not be written; the last one is unchanged.
        """
        if time.monotonic() >= self._next:
            self.write(rows)

    def write(self, rows: Iterable[Row]) -> None:
        """Write the rows.

        Raises:
            WriteError: It could not be written; the last one is unchanged.
        """
        started = time.monotonic()
        write_bytes(self.path, self._encode(sorted(rows, key=lambda row: path_key(row.path))))
        ended = time.monotonic()
        self._next = ended + (ended - started) / SHARE


def to_csv(rows: Sequence[Row]) -> bytes:
    """Write rows as CSV, see `table`.

    Args:
        rows: In the order of the file.
    """
    return table(COLUMNS, [{**row_values(row), "files": "; ".join(row.files)} for row in rows])


def table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Write rows as CSV (RFC 4180): UTF-8, with a header.

    Cells that a spreadsheet would run as a formula begin with an apostrophe.

    Args:
        columns: Their names.
        rows: By them; what a row lacks is left empty.
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    return stream.getvalue().encode("utf-8", "backslashreplace")


def row_values(row: Row) -> dict[str, Any]:
    """Describe a row by `COLUMNS`, as JSON values; null where there is nothing to tell."""
    facts = row.facts
    first, last = facts.get("arterial_window", (None, None))
    pixels = {f"{entry.name}_pixels": facts.get("pixels", {}).get(entry.name) for entry in CLASSES}
    return {
        "path": row.path.as_posix(),
        "status": row.status,
        "reason": row.reason,
        "frames": facts.get("frames"),
        "first": first,
        "last": last,
        **pixels,
        "warnings": len(facts["warnings"]) if facts else None,
        "seconds": None if row.seconds is None else round(row.seconds, 3),
        "files": list(row.files),
    }


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value
