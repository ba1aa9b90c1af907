"""Registry: the user's model packages, the active one, and the way back.

| in the user's folder | content |
| --- | --- |
| `models/NAME/` | the imported packages |
| `activations/` | one small file for each activation, see `dsanet.packages.history` |

Every change is one rename of a whole folder or one new file, so that a killed process, a full disk
or a second process at the same time leaves the old state or the new one. No lock is held: where one
process removes a model while another activates it, the active model may be gone, and says so.

The active model is used when none is named. When it is broken, missing or no longer the package
that was activated, that is an error that says what to do: another model would give other results,
and nobody would have chosen it. A bundled model is the one that comes with this version of dsanet;
an update of dsanet may change it.

A bundled model may always be activated. Any other one, fine-tuned here or imported from elsewhere,
takes the active one's place only with the report of a gate (`dsatrain gate`) that accepted it in
comparison with the active one, or by an override in the user's own words. Both are recorded. Going
back needs neither.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from dsanet import atomic
from dsanet.errors import PackageError
from dsanet.packages import history
from dsanet.packages.bundled import DEFAULT_NAME, bundled_folders
from dsanet.packages.gate_record import GateRecord, check_passed
from dsanet.packages.history import Activation
from dsanet.packages.home import default_home
from dsanet.packages.package import ModelPackage
from dsanet.packages.store import Store, load_named

BUNDLED, GATE, OVERRIDE = "bundled", "gate", "override"
"""What allows an activation."""

WAY_OUT = "activate another with dsanet models activate NAME, or dsanet models rollback"


@dataclass(frozen=True)
class ModelEntry:
    """One model in the list.

    Attributes:
        name: Its name; of a broken one the name of its folder.
        folder: Where it lies.
        bundled: Whether it comes with dsanet.
        active: Whether it is the one to use when no model is named.
        package: The checked package; None when it is broken.
        problem: Why it is broken; empty when it is not.
        activation: When, by whom and why it was activated, for the active one; None when nobody has
            activated any yet.
    """

    name: str
    folder: Path
    bundled: bool
    active: bool = False
    package: ModelPackage | None = None
    problem: str = ""
    activation: Activation | None = None

    @property
    def status(self) -> Literal["ready", "broken"]:
        """Whether it can be used."""
        return "broken" if self.problem else "ready"


@dataclass(frozen=True)
class RolledBack:
    """What a step back came to.

    Attributes:
        package: The model that is active now.
        skipped: Why models on the way could not be gone back to, nearest first.
    """

    package: ModelPackage
    skipped: tuple[str, ...]


class Registry:
    """The models of one user, with the bundled ones. It reads the disk anew at each call."""

    def __init__(self, home: Path | None = None) -> None:
        """Open the registry; nothing is read or made yet.

        Args:
            home: The user's folder, which need not exist; None is `default_home()`.

        Raises:
            PackageError: There is no default.
        """
        self.home = default_home() if home is None else home
        self._store = Store(self.home / "models")
        self._activations = self.home / "activations"

    def list_models(self) -> list[ModelEntry]:
        """List all models, the bundled ones first; broken ones say what is wrong with them.

        An active model that is missing is listed as broken. What killed processes have left is
        removed where that is possible.

        Raises:
            PackageError: The user's folder cannot be read.
        """
        self._store.clean_up()
        atomic.remove_orphans(self._activations)
        active = self._way_back()[-1]
        entries = list(self._entries(active))
        if active.model and not any(entry.active for entry in entries):
            missing = ModelEntry(active.model, self._store.folder / active.model, bundled=False)
            entries.append(self._checked(missing, active))
        return entries

    def active(self) -> ModelPackage:
        """Load the active model.

        Raises:
            PackageError: It is broken, missing or has been replaced since; no other one takes its
                place, and the message says what to do.
        """
        active = self._way_back()[-1]
        try:
            return self._activated(active)
        except PackageError as error:
            msg = f"the active model cannot be used: {error}; {WAY_OUT}"
            raise PackageError(msg) from error

    def find(self, name: str) -> ModelPackage:
        """Load a model by name, bundled or imported.

        Raises:
            PackageError: There is none, or it is broken.
        """
        return self._store.find(name)

    def imported(self) -> dict[str, Path]:
        """The folders of the imported models by name, whatever they hold.

        Raises:
            PackageError: The user's folder cannot be read.
        """
        return self._store.imported()

    def activate(
        self, name: str, reason: str = "", *, gate: GateRecord | None = None, override: str = ""
    ) -> ModelPackage:
        """Make a model the one that is used when none is named.

        Args:
            name: A model that is not broken.
            reason: Why, for the record; at most `history.MAX_REASON` characters.
            gate: From `read_gate`: its report must have accepted this model in comparison with
                the one that is active now. A bundled model, and the active one, need none.
            override: Why the model is activated without a gate, in the user's words; it takes the
                place of the reason.

        Raises:
            PackageError: The model is missing or broken, or nothing allows its activation.
            WriteError: It could not be recorded; the active model is the same as before.
        """
        package = self.find(name)
        permit, details = self._permit(package, gate, override.strip())
        self._record(
            history.ACTIVATE, package, reason=override.strip() or reason, permit=permit, **details
        )
        return package

    def roll_back(self, reason: str = "") -> RolledBack:
        """Go back to the model that was active before; again, and to the one before that.

        Models that are broken, missing or replaced since are skipped. The way ends at the bundled
        model.

        Args:
            reason: Why, for the record.

        Raises:
            PackageError: There is no earlier model that could be used.
            WriteError: It could not be recorded; the active model is the same as before.
        """
        skipped: list[str] = []
        for earlier in reversed(self._way_back()[:-1]):
            try:
                package = self._activated(earlier)
            except PackageError as error:
                skipped.append(str(error))
                continue
            self._record(history.ROLL_BACK, package, reason=reason, back_to=earlier.record)
            return RolledBack(package, tuple(skipped))
        msg = "; ".join(["there is no earlier model to go back to", *skipped])
        raise PackageError(msg)

    def import_package(self, source: Path, sha256: str = "") -> ModelPackage:
        """Take a model package into the registry; the active model stays the same.

        It is read once, into memory, checked there and only then written. A package that is there
        already, the same in all that it holds, is left as it is.

        Args:
            source: The package's folder, or one zip file with its files.
            sha256: The fingerprint or the SHA-256 of the weights that it must have, as it was told
                where it was made; empty for any.

        Raises:
            PackageError: The package is refused, or its name is taken.
            WriteError: It could not be written; the registry is unchanged.
        """
        return self._store.take_in(source, sha256)

    def export_package(self, name: str, target: Path) -> None:
        """Write a model as one zip file that `import_package` takes.

        Args:
            name: A model that is not broken.
            target: The zip file, new or existing, in an existing folder.

        Raises:
            PackageError: The model is missing or broken.
            WriteError: It could not be written; what was there before is unchanged.
        """
        atomic.write_bytes(target, self._store.pack(name))

    def remove(self, name: str) -> None:
        """Remove an imported model.

        Args:
            name: A model, broken or not; neither a bundled one nor the active one, which would
                leave none to use.

        Raises:
            PackageError: There is none, or it must stay.
            WriteError: It could not be removed; it is unchanged.
        """
        if name == self._way_back()[-1].model and name not in bundled_folders():
            msg = f"{name} is the active model and cannot be removed; first {WAY_OUT}"
            raise PackageError(msg)
        self._store.remove(name)

    def _way_back(self) -> list[Activation]:
        return history.way_back(self._activations, DEFAULT_NAME)

    def _permit(
        self, package: ModelPackage, gate: GateRecord | None, override: str
    ) -> tuple[str, dict[str, object]]:
        """Name what allows an activation, and give what the record keeps of it.

        Raises:
            PackageError: Nothing does.
        """
        if package.name in bundled_folders():
            return BUNDLED, {}
        active = self._way_back()[-1]
        if gate is not None:
            check_passed(gate, package, self.active())
            return GATE, {"gate": gate.as_dict()}
        if override:
            return OVERRIDE, {}
        if active.model == package.name and active.fingerprint == package.fingerprint:
            return active.permit, {}
        msg = (
            f"{package.name} has not passed a gate: run dsatrain gate {package.name} --data DATASET"
            " --output DIR and activate it with --gate DIR/gate.json, or say why it needs none"
            " with --override REASON"
        )
        raise PackageError(msg)

    def _record(self, action: str, package: ModelPackage, reason: str, **more: object) -> None:
        history.append(self._activations, action, package.name, package.fingerprint, reason, **more)

    def _activated(self, activation: Activation) -> ModelPackage:
        """Load the model of an activation if it is still the same."""
        if activation.problem:
            msg = f"the record of its activation is damaged: {activation.problem}"
            raise PackageError(msg)
        package = self.find(activation.model)
        changed = package.fingerprint != activation.fingerprint
        if changed and package.name not in bundled_folders():
            msg = f"model {package.name} has been replaced since it was activated"
            raise PackageError(msg)
        return package

    def _entries(self, active: Activation) -> Iterator[ModelEntry]:
        bundled = bundled_folders()
        for name, folder in bundled.items():
            yield self._checked(ModelEntry(name, folder, bundled=True), active)
        for name, folder in self._store.imported().items():
            entry = ModelEntry(name, folder, bundled=False)
            if name in bundled:
                yield replace(entry, problem="a model of this name comes with dsanet; remove it")
            else:
                yield self._checked(entry, active)

    def _checked(self, entry: ModelEntry, active: Activation) -> ModelEntry:
        """Load an entry's package, or say what is wrong with it."""
        is_active = entry.name == active.model
        recorded = active if is_active and active.record else None
        known = replace(entry, active=is_active, activation=recorded)
        try:
            package = self._activated(active) if is_active else load_named(entry.folder)
        except PackageError as error:
            return replace(known, problem=str(error))
        return replace(known, package=package)
