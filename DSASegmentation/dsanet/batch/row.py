"""Row: what became of one run, or why a file is none."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from dsanet.errors import DSAError
from dsanet.io import OutOfScopeError, RotationError
from dsanet.io.names import natural_key

Status = Literal["done", "skipped", "refused", "failed"]
STATUSES: tuple[Status, ...] = ("done", "skipped", "refused", "failed")


@dataclass(frozen=True)
class Row:
    """What became of one run, or why a file is none.

    Attributes:
        path: Its file or folder, relative to the folder of the batch.
        status: `done`: its results are there. `skipped`: it is no run. `refused`: a run of a kind
            that cannot be segmented, as a rotational one. `failed`: anything else.
        reason: In words; empty where nothing is to be said.
        facts: Of its report: frames, arterial_window, pixels, warnings.
        seconds: Wall time; None where it was not segmented now.
        files: Its results, relative to the output folder.
        before: Whether it was done by an earlier call.
    """

    path: Path
    status: Status
    reason: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    seconds: float | None = None
    files: tuple[str, ...] = ()
    before: bool = False


def path_key(path: Path) -> tuple[list[list[tuple[int, str]]], Path]:
    """Sort key of relative paths: each part in natural order, then upper case first."""
    return [natural_key(part) for part in path.parts], path


def row_of_error(path: Path, error: Exception, seconds: float | None = None) -> Row:
    """Describe a run that an error ended.

    Args:
        path: Of the run.
        error: What was raised.
        seconds: Wall time until then.
    """
    kind = error if isinstance(error, OutOfScopeError) else error.__cause__
    status: Status = "failed"
    if isinstance(kind, OutOfScopeError):
        status = "refused" if isinstance(kind, RotationError) else "skipped"
    return Row(path, status, _words(error), seconds=seconds)


def _words(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "memory is full; close other programs or split the run"
    words = str(error) if isinstance(error, DSAError) else f"unexpected {error!r}"
    return " ".join(words.split())
