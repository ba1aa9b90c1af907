"""Training: the folder of one fine-tuning, as it lies on disk, whoever made it and when."""

import csv
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsanet.errors import PackageError
from dsanet.packages import ModelPackage, check_name, default_home, load_package
from DSASegmentationLib.learning.report import REPORT_FILE, Report, readReport

TRAININGS = "trainings"
HISTORY = Path("training") / "history.csv"
"""Below a training's folder; written with each checkpoint. Source: `dsatrain.train.history`."""

DICE = ("BV dice", "MAT dice", "whole dice")


@dataclass(frozen=True)
class Row:
    """One report of a training.

    Attributes:
        step: Steps done.
        loss: Mean loss since the row before; None at step 0, where the parent is validated.
        dice: On held-out runs, 0 to 1, by the column's name without ` dice`; empty between
            validations.
    """

    step: int
    loss: float | None
    dice: dict[str, float]


@dataclass(frozen=True)
class Training:
    """One fine-tuning.

    Attributes:
        folder: Its folder, which need not exist yet; the child has the same name.
    """

    folder: Path

    @property
    def name(self) -> str:
        """Name of the child."""
        return self.folder.name

    @property
    def gateFolder(self) -> Path:
        """Where the gate's report lies."""
        return self.folder / "gate"

    @property
    def hasBegun(self) -> bool:
        """Whether there is a checkpoint to go on from."""
        return (self.folder / HISTORY).is_file()

    def rows(self) -> list[Row]:
        """Give the reports up to the last checkpoint; none where there are none."""
        try:
            lines = (self.folder / HISTORY).read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError):
            return []
        return [row for fields in csv.DictReader(lines) if (row := rowOf(fields))]

    def package(self) -> ModelPackage | None:
        """Load the child; None where there is none that can be used."""
        with suppress(PackageError):
            return load_package(self.folder / self.name)
        return None

    def report(self) -> Report | None:
        """Read the gate's report on this very child; None where there is none.

        A report on weights that were trained over since says nothing.
        """
        child = self.package()
        with suppress(PackageError):
            found = readReport(self.gateFolder / REPORT_FILE)
            return found if child and found.record.child == child.fingerprint else None
        return None


def rowOf(fields: dict[str, Any]) -> Row | None:
    """Read a row of the history, or the event that tells it; None where it is damaged."""
    try:
        numbers = {name: _number(fields.get(name)) for name in ("loss", *DICE)}
        dice = {name.partition(" ")[0]: numbers[name] for name in DICE}
        known = {name: value for name, value in dice.items() if value is not None}
        return Row(int(fields["step"]), numbers["loss"], known)
    except (KeyError, TypeError, ValueError):
        return None


def _number(value: Any) -> float | None:
    """Read a number; None where there is none."""
    return None if value in (None, "") else float(value)


def trainingOf(name: str, home: Path | None = None) -> Training:
    """Give the training of a child by name, begun or not.

    Args:
        name: The child's.
        home: The user's folder; None is `default_home()`.

    Raises:
        PackageError: That is no name, or there is no default.
    """
    return Training((home or default_home()) / TRAININGS / check_name(name))


def latest(home: Path | None = None) -> Training | None:
    """Give the training that was worked on last; None where there is none.

    Args:
        home: The user's folder; None is `default_home()`.

    Raises:
        PackageError: There is no default.
    """
    folder = (home or default_home()) / TRAININGS
    with suppress(OSError):
        found = [path for path in folder.iterdir() if (path / HISTORY).is_file()]
        newest = max(found, key=lambda path: (path / HISTORY).stat().st_mtime, default=None)
        return newest and Training(newest)
    return None
