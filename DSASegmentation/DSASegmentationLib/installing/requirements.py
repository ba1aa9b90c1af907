"""What Slicer needs beyond its own packages, from the one list in `Resources/requirements.txt`."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module, invalidate_caches
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from DSASegmentationLib.installing.errors import InstallError

LIST = Path(__file__).resolve().parents[2] / "Resources" / "requirements.txt"

KNOWN: dict[str, tuple[str, float]] = {
    "openvino": ("runs the models on the processor", 59.2),
    "pyjpegls": ("reads JPEG-LS compressed DICOM files", 2.7),
    "safetensors": ("reads the models' weights for PyTorch", 0.5),
    "torch": ("runs the models on a graphics card, whose kind decides the size; trains them", 0.0),
}
"""Purpose and download in 10^6 bytes, by name. The sizes are those of the wheels for Linux (x86-64)
with what they need in their turn: openvino 2026.4.1, pyjpegls 1.5.1, safetensors 0.8.0."""

UNKNOWN = ("is needed by DSASegmentation", 0.0)


@dataclass(frozen=True)
class Requirement:
    """One package that is needed.

    Attributes:
        name: The package's.
        purpose: What it is for, to end a sentence with.
        size_mb: Roughly what is downloaded, in 10^6 bytes; 0 where not known.
        requirement: What pip is told: the name and the versions that will do.
    """

    name: str
    purpose: str
    size_mb: float
    requirement: str


def required(path: Path = LIST) -> list[Requirement]:
    """List what this computer needs, there or not.

    Args:
        path: A list as pip takes it; comments and options are passed over, as Slicer does.

    Raises:
        InstallError: The list is missing or damaged.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        msg = f"the list of packages {path} cannot be read ({error}); install DSASegmentation again"
        raise InstallError(msg) from error
    wanted = [line.partition(" #")[0].strip() for line in lines]
    return ofTexts(text for text in wanted if text and text[0] not in "#-")


def missing(path: Path = LIST) -> list[Requirement]:
    """List what is needed and not there, or there in a version that will not do.

    The packages are looked up and never imported.

    Args:
        path: As for `required`.

    Raises:
        InstallError: The list is missing or damaged.
    """
    invalidate_caches()
    return [requirement for requirement in required(path) if not isThere(requirement)]


def ofTexts(texts: Iterable[str]) -> list[Requirement]:
    """Describe requirements, leaving out those of other systems.

    Args:
        texts: As pip takes them, such as `torch>=2.10; sys_platform != 'win32'`.

    Raises:
        InstallError: One is none.
    """
    described = []
    for text in texts:
        read = _read(text)
        if read.marker is None or read.marker.evaluate():
            purpose, size = KNOWN.get(read.name.lower(), UNKNOWN)
            described.append(Requirement(read.name, purpose, size, f"{read.name}{read.specifier}"))
    return described


def isThere(requirement: Requirement) -> bool:
    """Whether a package is there in a version that will do."""
    found = versionOf(requirement.name)
    specifier = _read(requirement.requirement).specifier
    return found is not None and bool(specifier.contains(found, prereleases=True))


def versionOf(name: str) -> str | None:
    """Give the version of an installed package, None if it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _read(text: str) -> Any:
    """Read a requirement as pip does, with the library that pip brings along if need be.

    Raises:
        InstallError: It is none.
    """
    try:
        library = import_module("packaging.requirements")
    except ImportError:
        library = import_module("pip._vendor.packaging.requirements")
    try:
        return library.Requirement(text)
    except library.InvalidRequirement as error:
        msg = f"{text!r} in {LIST} is no requirement; install DSASegmentation again"
        raise InstallError(msg) from error
