"""Installing packages into Slicer's Python, leaving alone what Slicer itself is built on."""

from collections.abc import Iterable, Sequence
from importlib import invalidate_caches
from importlib.metadata import distributions
from typing import Any

from DSASegmentationLib.installing import host, stock
from DSASegmentationLib.installing.errors import InstallError
from DSASegmentationLib.installing.requirements import Requirement, isThere, missing, versionOf

KEPT = ("numpy", "scipy", "SimpleITK", "pydicom", "requests")
"""Slicer breaks when another version takes the place of one of these (TotalSegmentator #4), so pip
is told to keep them and fails if it cannot."""


def install(wanted: Sequence[Requirement] | None = None, parent: Any = None) -> tuple[str, ...]:
    """Install packages and wait for it; the user has agreed. Only in the main thread.

    Args:
        wanted: What to install; None is what is missing.
        parent: The widget that Slicer's progress dialog belongs to.

    Returns:
        The packages that were there before in another version; Slicer is to be started anew.

    Raises:
        InstallError: It could not be done, or something is missing still.
    """
    needed = missing() if wanted is None else list(wanted)
    if not needed:
        return ()
    before = _versions()
    try:
        host.pipInstall([*(each.requirement for each in needed), *_pins(needed)], parent)
    finally:
        invalidate_caches()
        after = _versions()
        stock.record(name for name in after if name not in before)
    left = [each.requirement for each in needed if not isThere(each)]
    if left:
        msg = f"{', '.join(left)} is missing still; restart Slicer and try again"
        raise InstallError(msg)
    return tuple(name for name in before if after.get(name, before[name]) != before[name])


def _pins(needed: Iterable[Requirement]) -> list[str]:
    asked = {each.name.lower() for each in needed}
    found = {name: versionOf(name) for name in KEPT if name.lower() not in asked}
    return [f"{name}=={version}" for name, version in found.items() if version]


def _versions() -> dict[str, str]:
    """The versions of all installed packages by name."""
    return {
        each.metadata["Name"]: each.version for each in distributions() if each.metadata["Name"]
    }
