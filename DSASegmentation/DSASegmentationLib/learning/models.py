"""Models: the registry as the panel shows it, and what may become active."""

from dataclasses import dataclass
from pathlib import Path

from dsanet.errors import PackageError
from dsanet.packages import ModelEntry, ModelPackage, Registry, RolledBack, read_gate
from DSASegmentationLib.learning.report import Report
from DSASegmentationLib.learning.training import Training, trainingOf


@dataclass(frozen=True)
class Candidate:
    """A model that might become active.

    Attributes:
        name: Its name.
        training: Where it was fine-tuned; its folder is missing for models from elsewhere.
        report: The gate's report on this very model; None where there is none.
        listed: Whether it is among the models already.
        active: Whether it is active already.
        needsPermit: Whether a gate or a reason must allow it; not so for a bundled model.
        activeName: Name of the active model.
        isComparedWithActive: Whether the report compares with the model that is active now.
    """

    name: str
    training: Training
    report: Report | None
    listed: bool
    active: bool
    needsPermit: bool
    activeName: str = ""
    isComparedWithActive: bool = False

    @property
    def isAllowed(self) -> bool:
        """Whether a gate allows it: in comparison with the model that is active now."""
        passed = self.report is not None and self.report.isAccepted
        return passed and self.isComparedWithActive

    @property
    def needsReason(self) -> bool:
        """Whether it becomes active only for a reason in the user's words."""
        return self.needsPermit and not self.isAllowed


class Models:
    """The user's models."""

    def __init__(self, home: Path | None = None) -> None:
        """Open the registry.

        Args:
            home: The user's folder; None is `default_home()`.

        Raises:
            PackageError: There is no default.
        """
        self._registry = Registry(home)

    def entries(self) -> list[ModelEntry]:
        """List all models, broken ones with what is wrong with them.

        Raises:
            PackageError: The user's folder cannot be read.
        """
        return self._registry.list_models()

    def candidate(self, name: str) -> Candidate:
        """Describe a model that is listed, or was fine-tuned here.

        Raises:
            PackageError: The user's folder cannot be read, or that is no name.
        """
        training = trainingOf(name, self._registry.home)
        entries = self.entries()
        entry = next((each for each in entries if each.name == name), None)
        active = next((each for each in entries if each.active), None)
        report = training.report()
        package, rival = entry and entry.package, active and active.package
        if package and report and report.record.child != package.fingerprint:
            report = None
        return Candidate(
            name,
            training,
            report,
            listed=entry is not None,
            active=entry is not None and entry.active,
            needsPermit=not (entry is not None and entry.bundled),
            activeName=active.name if active else "",
            isComparedWithActive=bool(
                report and rival and report.record.parent == rival.fingerprint
            ),
        )

    def keep(self, name: str) -> ModelPackage:
        """Take a fine-tuned child into the list of models; the active one stays the same.

        Raises:
            PackageError: There is no such child, or its name is taken.
            WriteError: It could not be written.
        """
        child = trainingOf(name, self._registry.home).package()
        if child is None:
            msg = f"there is no fine-tuned model {name} that could be kept; fine-tune again"
            raise PackageError(msg)
        return self._registry.import_package(child.folder, child.fingerprint)

    def activate(self, name: str, *, gate: Path | None = None, override: str = "") -> ModelPackage:
        """Make a model the one that is used when none is named; a child is kept first.

        Args:
            name: A model of the list, or a child that was fine-tuned here.
            gate: The gate's report; None looks for the one in the child's training folder.
            override: Why the model needs no gate, in the user's words.

        Raises:
            PackageError: There is none, or nothing allows its activation.
            WriteError: It could not be recorded.
        """
        found = self.candidate(name)
        report = gate or (found.report.path if found.report and found.isAllowed else None)
        record = read_gate(report) if report and not override.strip() else None
        if found.needsPermit and not found.active and record is None and not override.strip():
            msg = (
                f"{name} has passed no gate in comparison with {found.activeName}, which is active;"
                " judge it first, or say in words why it is to be active all the same"
            )
            raise PackageError(msg)
        if not found.listed:
            self.keep(name)
        return self._registry.activate(name, gate=record, override=override)

    def rollBack(self, reason: str = "") -> RolledBack:
        """Go back to the model that was active before.

        Args:
            reason: Why, for the record.

        Raises:
            PackageError: There is no earlier model that could be used.
            WriteError: It could not be recorded.
        """
        return self._registry.roll_back(reason)
