"""The report of a gate, as far as an activation depends on it. `dsatrain.gate` writes it.

| key | content |
| --- | --- |
| `format` | 1 |
| `kind` | `gate report` |
| `verdict` | `accept`, `reject`, `too few`, `same` or `refused` |
| `reasons` | why, sentences |
| `child`, `parent` | `name`, `weights_sha256`, `fingerprint` of both models |
| `data` | `cases` and `patients` (numbers), `sha256` of the frozen set |
| `findings` | a list; each has `rule`, `passed` and `words` |

Other keys are for people. A report is no signature: it keeps a user from mixing up models and
reports, not from forging one.
"""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dsanet.errors import PackageError
from dsanet.packages.files import FolderFiles
from dsanet.packages.package import ModelPackage
from dsanet.packages.strict_json import parse_object

GATE_FORMAT = 1
GATE_KIND = "gate report"
ACCEPT, REJECT, TOO_FEW, SAME, REFUSED = "accept", "reject", "too few", "same", "refused"
VERDICTS = (ACCEPT, REJECT, TOO_FEW, SAME, REFUSED)
FEWEST_CASES, FEWEST_PATIENTS = 6, 3
"""A gate on fewer accepts nothing."""

MAX_REPORT_BYTES = 16 << 20


@dataclass(frozen=True)
class GateRecord:
    """What an activation keeps of a gate's report.

    Attributes:
        verdict: Of `VERDICTS`.
        reason: The first of the reasons, or empty.
        child: Fingerprint of the model that was judged.
        parent: Fingerprint of the one that it was compared with.
        parent_name: Its name.
        cases: Number of runs it rests on.
        patients: Number of their patients.
        data_sha256: Of the frozen set.
        report_sha256: Of the report's file.
    """

    verdict: str
    reason: str
    child: str
    parent: str
    parent_name: str
    cases: int
    patients: int
    data_sha256: str
    report_sha256: str

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self)


def read_gate(path: Path) -> GateRecord:
    """Read a gate's report.

    Args:
        path: Its JSON file.

    Raises:
        PackageError: It cannot be read or is no report of a gate, or contradicts itself.
    """
    data = FolderFiles(path.parent).read(path.name, MAX_REPORT_BYTES)
    facts = parse_object(data, path.name)
    if facts.get("kind") != GATE_KIND or facts.get("format") != GATE_FORMAT:
        msg = f"{path} is no gate report of format {GATE_FORMAT}; make one with dsatrain gate"
        raise PackageError(msg)
    try:
        record = _record(facts, hashlib.sha256(data).hexdigest())
    except (KeyError, TypeError, IndexError) as error:
        msg = f"{path} is a damaged gate report: {error!r}; run dsatrain gate again"
        raise PackageError(msg) from error
    return record


def check_passed(record: GateRecord, child: ModelPackage, active: ModelPackage) -> None:
    """Refuse an activation that a report does not allow.

    Args:
        record: What the report says.
        child: The model to activate.
        active: The model that is active now.

    Raises:
        PackageError: The verdict is another, or it is about other models.
    """
    if record.verdict != ACCEPT:
        msg = f"the gate's verdict on {child.name} is {record.verdict}: {record.reason}"
        raise PackageError(msg)
    if record.child != child.fingerprint:
        msg = f"the gate's report is about another model than {child.name}; run dsatrain gate again"
        raise PackageError(msg)
    if record.parent != active.fingerprint:
        msg = (
            f"the gate compared with {record.parent_name}, but {active.name} is active and may be"
            f" another; run dsatrain gate {child.name} {active.name}"
        )
        raise PackageError(msg)


def _record(facts: dict[str, Any], digest: str) -> GateRecord:
    verdict, data, findings = facts["verdict"], facts["data"], facts["findings"]
    cases, patients = data["cases"], data["patients"]
    if verdict not in VERDICTS:
        raise KeyError(verdict)
    failed = [entry["rule"] for entry in findings if entry["passed"] is not True]
    few = cases < FEWEST_CASES or patients < FEWEST_PATIENTS
    if verdict == ACCEPT and (failed or few or not findings):
        msg = f"accepted in spite of {failed or 'too few cases'}"
        raise KeyError(msg)
    return GateRecord(
        verdict=verdict,
        reason=str(facts["reasons"][0]) if facts["reasons"] else "",
        child=_hash(facts["child"]["fingerprint"]),
        parent=_hash(facts["parent"]["fingerprint"]),
        parent_name=str(facts["parent"]["name"]),
        cases=cases,
        patients=patients,
        data_sha256=str(data["sha256"]),
        report_sha256=digest,
    )


def _hash(text: object) -> str:
    if not isinstance(text, str) or len(text) != hashlib.sha256().digest_size * 2:
        raise KeyError(text)
    return text
