"""Asking, installing, and going on after a restart: what the buttons of the panel call."""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from DSASegmentationLib.installing import host
from DSASegmentationLib.installing.errors import InstallError
from DSASegmentationLib.installing.installer import install
from DSASegmentationLib.installing.requirements import Requirement, isThere, missing, ofTexts

PENDING = "DSASegmentation/PendingInstall"
TORCH = "torch"

EXTENSION, MODULE = "PyTorch", "PyTorchUtils"
TORCH_VERSIONS = ">=2.10,<2.13" if sys.platform == "win32" else ">=2.10"
"""Older ones load weights unsafely (CVE-2026-24747); on Windows the paths in 2.13 are too long for
an installation (light-the-torch #176)."""


def ensure(parent: Any = None) -> bool:
    """Make sure that models can be run; ask once if something is to be installed for it.

    Args:
        parent: The widget that the question belongs to.

    Returns:
        Whether all is there. False: the user has declined, or Slicer is to be started anew.

    Raises:
        InstallError: It could not be installed.
    """
    needed = missing()
    if not needed or not host.confirmed(_question(needed), parent):
        return not needed
    return _installed(needed, parent)


def ensureTorch(parent: Any = None) -> bool:
    """Make sure that there is PyTorch, for graphics cards and training; ask first.

    It comes through the extension PyTorch, which knows what the graphics card needs; without the
    extension that one is installed first, and Slicer started anew.

    Args:
        parent: The widget that the question belongs to.

    Returns:
        Whether it is there. False: the user has declined, or Slicer starts anew and `resume` goes
        on then.

    Raises:
        InstallError: It could not be installed.
    """
    needed = _torch_missing()
    before = () if _has_extension() else (f"first the extension {EXTENSION}, then a restart",)
    if not needed or not host.confirmed(_question(needed, before), parent):
        return not needed
    return _torch_installed(parent)


def resume(parent: Any = None) -> bool:
    """Go on with an installation that a restart of Slicer interrupted; the user has agreed to it.

    For the first time that the panel is shown.

    Args:
        parent: The widget that Slicer's progress dialog belongs to.

    Returns:
        Whether something was installed now.

    Raises:
        InstallError: It could not be installed; it is not tried again by itself.
    """
    pending = str(host.settings().value(PENDING) or "")
    host.settings().remove(PENDING)
    return pending == TORCH and not host.isTesting() and _torch_installed(parent)


def _installed(needed: Sequence[Requirement], parent: Any) -> bool:
    replaced = install(needed, parent)
    if replaced:
        _restart(f"{', '.join(replaced)} got another version.", parent)
    return not replaced


def _torch_missing() -> list[Requirement]:
    needed = ofTexts([f"torch{TORCH_VERSIONS}", "safetensors>=0.5"])
    return [requirement for requirement in needed if not isThere(requirement)]


def _has_extension() -> bool:
    """Whether Slicer has loaded the extension, or would find it."""
    return MODULE in sys.modules or find_spec(MODULE) is not None


def _torch_installed(parent: Any) -> bool:
    if not _has_extension():
        host.installExtension(EXTENSION)
        host.settings().setValue(PENDING, TORCH)
        _restart(f"The extension {EXTENSION} is installed; PyTorch follows.", parent)
        return False
    needed = [requirement for requirement in _torch_missing() if requirement.name != "torch"]
    if needed:
        install(needed, parent)
    if _torch_missing():
        _install_torch()
    return not _torch_missing()


def _install_torch() -> None:
    """Let the extension choose the build for this computer.

    Raises:
        InstallError: It failed.

    Source: `PyTorchUtilsLogic.installTorch` of the extension PyTorch.
    """
    logic = import_module(MODULE).PyTorchUtilsLogic()
    try:
        logic.installTorch(askConfirmation=False, torchVersionRequirement=TORCH_VERSIONS)
    # Whatever pip, light-the-torch or importing torch may raise.
    except Exception as error:
        msg = f"PyTorch could not be installed ({error}); Slicer's log has what pip said"
        raise InstallError(msg) from error


def _restart(what: str, parent: Any) -> None:
    """Ask to start Slicer anew."""
    if host.confirmed(f"{what} Slicer must be restarted. Restart it now?", parent):
        host.restart()


def _question(needed: Sequence[Requirement], before: Sequence[str] = ()) -> str:
    lines = [f"- {each.name}: {each.purpose}{_size(each)}" for each in needed]
    lines = [*(f"- {line}" for line in before), *lines]
    return "\n".join(
        [
            "DSASegmentation needs to download and install into Slicer's Python:",
            "",
            *lines,
            "",
            "They come from Slicer, the Python Package Index and pytorch.org. Install them now?",
        ]
    )


def _size(requirement: Requirement) -> str:
    return f" (about {requirement.size_mb:.0f} MB)" if requirement.size_mb else ""
