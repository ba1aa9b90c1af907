"""What this extension installed or downloaded, so that the user can see and remove it."""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib import invalidate_caches
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Literal

from dsanet.packages import Registry
from DSASegmentationLib.installing import host
from DSASegmentationLib.installing.errors import InstallError
from DSASegmentationLib.installing.requirements import KNOWN, versionOf

RECORD = "DSASegmentation/InstalledPackages"


@dataclass(frozen=True)
class Installed:
    """Something on the disk that came with this extension's use.

    Attributes:
        kind: `package`: in Slicer's Python. `model`: a model package in the user's folder.
        name: Its name.
        version: Of a package; empty for a model.
        purpose: What it is for.
        size_mb: What it takes, in 10^6 bytes.
        folder: Where it lies.
    """

    kind: Literal["package", "model"]
    name: str
    version: str
    purpose: str
    size_mb: float
    folder: Path


def installed() -> list[Installed]:
    """List what was installed with `install`, and the user's model packages.

    Packages that somebody else has removed since are left out; those that were there before are not
    this extension's to remove.

    Raises:
        PackageError: The user's folder cannot be read.
    """
    models = [
        Installed("model", name, "", "a model package", _size(folder.rglob("*")), folder)
        for name, folder in Registry().imported().items()
    ]
    return [*(_package(name) for name in recorded() if versionOf(name)), *models]


def remove(items: Iterable[Installed]) -> None:
    """Remove what `installed` listed. Only in the main thread.

    The worker must have ended, for on Windows no file can be removed that it holds open.

    Args:
        items: What to remove.

    Raises:
        InstallError: pip failed, or the packages are there still.
        PackageError: A model must stay, as the active one must.
    """
    chosen = list(items)
    for model in (each for each in chosen if each.kind == "model"):
        Registry().remove(model.name)
    names = [each.name for each in chosen if each.kind == "package"]
    if not names:
        return
    host.pipUninstall(names)
    invalidate_caches()
    left = [name for name in names if versionOf(name)]
    _write([name for name in recorded() if name not in names or name in left])
    if left:
        msg = f"{', '.join(left)} could not be removed; restart Slicer and try again"
        raise InstallError(msg)


def record(names: Iterable[str]) -> None:
    """Note packages that were installed now and were not there before."""
    _write(sorted({*recorded(), *names}))


def recorded() -> list[str]:
    """Give the names of the packages that were noted."""
    try:
        found = json.loads(str(host.settings().value(RECORD) or "[]"))
    except ValueError:
        found = []
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []


def _write(names: list[str]) -> None:
    host.settings().setValue(RECORD, json.dumps(names))


def _package(name: str) -> Installed:
    purpose, _ = KNOWN.get(name.lower(), ("is needed by another package", 0.0))
    try:
        found = distribution(name)
    except PackageNotFoundError as error:  # removed this very moment
        msg = f"{name} is not installed any more; look again"
        raise InstallError(msg) from error
    files = [Path(str(found.locate_file(file))) for file in found.files or ()]
    folder = Path(str(found.locate_file("")))
    return Installed("package", name, found.version, purpose, _size(files), folder)


def _size(paths: Iterable[Path]) -> float:
    total = 0
    for path in paths:
        with suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return round(total / 1e6, 1)
