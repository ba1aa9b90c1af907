"""case.json: what a case says about itself, as plain JSON values.

| key | content |
| --- | --- |
| `format` | 1 |
| `notice` | that it is for research only |
| `files` | `frames.nrrd`, `field.nrrd`, `labels.nrrd`, each with `sha256` and `bytes` |
| `shape` | `frames`, `rows`, `columns` |
| `times_s`, `times_stated` | seconds from the first frame; false where they are frame numbers |
| `arterial_window` | first and last arterial frame, from 0 |
| `spacing_mm` | `row`, `column`, `meaning`, `source`, or null |
| `classes` | name to value of the labels |
| others | `CaseFacts`, by the names of its attributes |
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.cases.case import LABEL_KINDS, Case, CaseFacts
from dsanet.errors import CaseError
from dsanet.io import Spacing

FORMAT = 1
ADDED_LATER = ("changed_pixels",)
"""Keys that older cases lack."""
NOTICE = "Research use only. Not a medical device."
FILES = ("frames.nrrd", "field.nrrd", "labels.nrrd")
LARGEST = 1e9
"""No time and no distance in a case is as large."""
MEANINGS = ("detector", "object by magnification", "calibrated")


@dataclass(frozen=True, eq=False)
class CaseRecord:
    """What case.json says.

    Attributes:
        facts: As `Case.facts`.
        shape: (T, H, W).
        times: float64 (T,), seconds.
        arterial_window: First and last frame, from 0.
        files: SHA-256 and bytes by file name.
    """

    facts: CaseFacts
    shape: tuple[int, int, int]
    times: NDArray[np.float64]
    arterial_window: tuple[int, int]
    files: dict[str, tuple[str, int]]


def to_record(case: Case, files: Mapping[str, tuple[str, int]]) -> dict[str, Any]:
    """Describe a case.

    Args:
        case: The case.
        files: SHA-256 and bytes by file name.

    Returns:
        JSON values.
    """
    facts, spacing = case.facts, case.facts.spacing
    frames, rows, columns = case.frames.shape
    return {
        "format": FORMAT,
        "notice": NOTICE,
        "source": facts.source,
        "patient_key": facts.patient_key,
        "pixel_sha256": facts.pixel_sha256,
        "split": facts.split,
        "status": facts.status,
        "reader": facts.reader,
        "note": facts.note,
        "label_kind": facts.label_kind,
        "classes": LABEL_KINDS[facts.label_kind],
        "proposal": facts.proposal,
        "changed_pixels": facts.changed_pixels,
        "shape": {"frames": frames, "rows": rows, "columns": columns},
        "arterial_window": list(case.arterial_window),
        "times_stated": facts.times_stated,
        "times_s": case.times.tolist(),
        "spacing_mm": spacing
        and {
            "row": spacing.row_mm,
            "column": spacing.column_mm,
            "meaning": spacing.meaning,
            "source": spacing.source,
        },
        "subtraction": facts.subtraction,
        "warnings": list(facts.warnings),
        "equipment": facts.equipment,
        "files": {name: {"sha256": sha, "bytes": size} for name, (sha, size) in files.items()},
    }


def from_record(record: object) -> CaseRecord:
    """Check what a case.json says and bring it into shape.

    Args:
        record: Any JSON value.

    Returns:
        The record. Keys that this version does not know are passed over.

    Raises:
        CaseError: A key is missing or its value is of another kind; the message names it.
    """
    if not isinstance(record, dict):
        msg = "it is no JSON object"
        raise CaseError(msg)
    if record.get("format") != FORMAT:
        msg = f"format is {record.get('format')!r}, expected {FORMAT}; update the software"
        raise CaseError(msg)
    for key, (fits, expected) in _SCHEMA.items():
        if key in ADDED_LATER and key not in record:
            continue
        if key not in record or not fits(record[key]):
            found = repr(record[key])[:80] if key in record else "missing"
            msg = f"{key} is {found}, expected {expected}"
            raise CaseError(msg)
    facts = _facts(record)
    if record["classes"] != LABEL_KINDS[facts.label_kind]:
        msg = f"classes are {record['classes']}, expected {LABEL_KINDS[facts.label_kind]}"
        raise CaseError(msg)
    shape = record["shape"]
    first, last = record["arterial_window"]
    return CaseRecord(
        facts=facts,
        shape=(shape["frames"], shape["rows"], shape["columns"]),
        times=np.array(record["times_s"], np.float64),
        arterial_window=(first, last),
        files={name: (stated["sha256"], stated["bytes"]) for name, stated in _files(record)},
    )


def _facts(record: dict[str, Any]) -> CaseFacts:
    spacing = record["spacing_mm"]
    names = ("source", "patient_key", "pixel_sha256", "split", "status", "reader", "note")
    return CaseFacts(
        **{name: record[name] for name in (*names, "label_kind", "subtraction", "equipment")},
        proposal=dict(record["proposal"]),
        changed_pixels=record.get("changed_pixels"),
        spacing=spacing
        and Spacing(spacing["row"], spacing["column"], spacing["meaning"], spacing["source"]),
        times_stated=record["times_stated"],
        warnings=tuple(record["warnings"]),
    )


def _files(record: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(name, record["files"][name]) for name in FILES]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    """No NaN, and nothing that a float cannot hold."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and abs(value) < LARGEST


def _is_distance(value: Any) -> bool:
    return _is_number(value) and value > 0


def _is_dict(values: Callable[[object], bool], *keys: str) -> Callable[[object], bool]:
    def fits(value: object) -> bool:
        if not isinstance(value, dict) or not set(keys) <= set(value):
            return False
        return all(values(entry) for entry in value.values())

    return fits


def _is_list(values: Callable[[object], bool], length: int | None = None) -> Callable[..., bool]:
    def fits(value: object) -> bool:
        if not isinstance(value, list) or length not in (None, len(value)):
            return False
        return all(values(entry) for entry in value)

    return fits


def _is_spacing(value: object) -> bool:
    if value is None:
        return True
    if not isinstance(value, dict) or value.get("meaning") not in MEANINGS:
        return False
    sides = _is_distance(value.get("row")) and _is_distance(value.get("column"))
    return sides and _is_text(value.get("source"))


def _is_file(value: object) -> bool:
    return (
        isinstance(value, dict) and _is_text(value.get("sha256")) and _is_whole(value.get("bytes"))
    )


_TEXT = (_is_text, "text")
_SCHEMA: dict[str, tuple[Callable[[object], bool], str]] = {
    **dict.fromkeys(("source", "patient_key", "pixel_sha256", "split", "status"), _TEXT),
    **dict.fromkeys(("reader", "note", "label_kind", "subtraction", "equipment"), _TEXT),
    "proposal": (_is_dict(_is_text), "texts by name"),
    "changed_pixels": (lambda value: value is None or _is_whole(value), "null or a whole number"),
    "classes": (_is_dict(_is_whole), "whole numbers by class name"),
    "shape": (_is_dict(_is_whole, "frames", "rows", "columns"), "frames, rows and columns"),
    "arterial_window": (_is_list(_is_whole, 2), "two frame numbers"),
    "times_stated": (lambda value: isinstance(value, bool), "true or false"),
    "times_s": (_is_list(_is_number), "a list of seconds"),
    "spacing_mm": (_is_spacing, "null, or row and column in mm with a known meaning and source"),
    "warnings": (_is_list(_is_text), "a list of sentences"),
    "files": (_is_dict(_is_file, *FILES), f"sha256 and bytes of {', '.join(FILES)}"),
}
