"""What a model has learned from, as its manifest states it under `learned`.

| key | content |
| --- | --- |
| `case` | name of the case |
| `patient_key` | of the patient, see `dsanet.cases.patient_key` |
| `pixel_sha256` | of the run as stored |
| `labels_sha256` | of the case's file of labels |

A child's list holds its parent's too, so that neither a gate nor a later fine-tuning can take a
case for unseen that any ancestor has learned.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

from dsanet.cases import CaseEntry
from dsanet.packages import ModelPackage

KEY = "learned"
LABELS_FILE = "labels.nrrd"


@dataclass(frozen=True)
class Learned:
    """One case that a model has learned from; the attributes are the keys above."""

    case: str
    patient_key: str
    pixel_sha256: str
    labels_sha256: str


def learned_by(package: ModelPackage) -> tuple[Learned, ...]:
    """Read what a model and its ancestors have learned from; nothing where it is not stated."""
    stated = package.manifest.get(KEY)
    keys = [entry.name for entry in fields(Learned)]
    return tuple(
        Learned(**{key: str(row[key]) for key in keys})
        for row in (stated if isinstance(stated, list) else ())
        if isinstance(row, dict) and set(keys) <= set(row)
    )


def as_learned(entry: CaseEntry) -> Learned:
    """Describe a case.

    Raises:
        ValueError: The case is broken.
    """
    if entry.record is None:
        msg = f"case {entry.name} is broken: {entry.problem}"
        raise ValueError(msg)
    facts = entry.record.facts
    digest, _ = entry.record.files[LABELS_FILE]
    return Learned(entry.name, facts.patient_key, facts.pixel_sha256, digest)


def to_manifest(learned: Iterable[Learned]) -> list[dict[str, Any]]:
    """Give what a manifest states: each case once, in the order of the names."""
    return [
        asdict(entry)
        for entry in sorted(set(learned), key=lambda entry: (entry.case, *vars(entry).values()))
    ]
