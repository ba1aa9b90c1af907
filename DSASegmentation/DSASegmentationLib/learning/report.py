"""Report: what a gate found about a child, for people and for the registry."""

import json
from dataclasses import dataclass
from pathlib import Path

from dsanet.errors import PackageError
from dsanet.packages import GateRecord, read_gate
from dsanet.packages.gate_record import ACCEPT

REPORT_FILE = "gate.json"
PICTURES = "change_*.png"


@dataclass(frozen=True)
class Finding:
    """What one rule found.

    Attributes:
        rule: Its name.
        passed: Whether the child passed.
        words: What was found.
    """

    rule: str
    passed: bool
    words: str


@dataclass(frozen=True)
class Report:
    """The report of a gate.

    Attributes:
        path: The file.
        record: What an activation keeps of it.
        childName: Name of the model that was judged.
        reasons: Why the verdict is what it is, sentences.
        findings: What each rule found; empty where nothing was answered.
        pictures: Runs that changed most, the most first: truth, parent, child side by side.
        time: When it was made, UTC.
    """

    path: Path
    record: GateRecord
    childName: str
    reasons: tuple[str, ...]
    findings: tuple[Finding, ...]
    pictures: tuple[Path, ...]
    time: str

    @property
    def isAccepted(self) -> bool:
        """Whether the child may take its parent's place."""
        return self.record.verdict == ACCEPT


def readReport(path: Path) -> Report:
    """Read a gate's report.

    Args:
        path: Its JSON file; the pictures lie beside it.

    Raises:
        PackageError: It cannot be read, or is none, or contradicts itself.
    """
    record = read_gate(path)
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        return Report(
            path=path,
            record=record,
            childName=str(facts["child"]["name"]),
            reasons=tuple(map(str, facts["reasons"])),
            findings=tuple(
                Finding(str(each["rule"]), each["passed"] is True, str(each["words"]))
                for each in facts["findings"]
            ),
            pictures=tuple(sorted(path.parent.glob(PICTURES))),
            time=str(facts.get("time", "")),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{path} is a damaged gate report: {error!r}; judge the model again"
        raise PackageError(msg) from error
