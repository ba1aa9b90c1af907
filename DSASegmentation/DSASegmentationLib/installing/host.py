"""What installing asks of Slicer, the same way for all versions of it.

| what | Slicer 5.10 | 5.12 and newer |
| --- | --- | --- |
| install | `slicer.util.pip_install` | `slicer.packaging.pip_install`, with a dialog |
| remove | `slicer.util.pip_uninstall` | `slicer.packaging.pip_uninstall` |

Source: Slicer `Base/Python/slicer/util.py` (5.10) and `Base/Python/slicer/packaging.py` (5.12);
`Base/QTCore/qSlicerExtensionsManagerModel.h`.
"""

import threading
from importlib import import_module
from typing import Any

import slicer

from DSASegmentationLib.installing.errors import InstallError

TITLE = "DSASegmentation"
WHEELS_ONLY = ("--only-binary", ":all:")
"""No program of a source package may run here."""


def pipInstall(requirements: list[str], parent: Any) -> None:
    """Have pip install packages, and wait for it; Slicer shows what pip says.

    Raises:
        InstallError: pip failed; Slicer's log has what it said.
    """
    _check_thread()
    packaging = _packaging()
    arguments = [*requirements, *WHEELS_ONLY]
    if packaging is None:
        _run(lambda: slicer.util.pip_install(arguments))
    else:
        _run(lambda: packaging.pip_install(arguments, requester=TITLE, parent=parent))


def pipUninstall(names: list[str]) -> None:
    """Have pip remove packages, and wait for it.

    Raises:
        InstallError: pip failed.
    """
    _check_thread()
    packaging = _packaging() or slicer.util
    _run(lambda: packaging.pip_uninstall(names))


def confirmed(text: str, parent: Any) -> bool:
    """Ask the user; where there is nobody, as in tests, the answer is no."""
    if isTesting() or slicer.util.mainWindow() is None:
        return False
    return bool(slicer.util.confirmOkCancelDisplay(text, windowTitle=TITLE, parent=parent))


def isTesting() -> bool:
    """Whether Slicer runs tests, which must not change its Python."""
    return bool(slicer.app.testingEnabled())


def settings() -> Any:
    """The QSettings of this installation of Slicer, whose Python the packages are in."""
    return slicer.app.revisionUserSettings()


def restart() -> None:
    """Start Slicer anew."""
    slicer.util.restart()


def installExtension(name: str) -> None:
    """Download an extension from Slicer's server; it is there after a restart.

    Raises:
        InstallError: It could not be.
    """
    _check_thread()
    manager = slicer.app.extensionsManagerModel()
    if manager is not None:
        manager.interactive = False
    if manager is None or not manager.installExtensionFromServer(name, False):
        msg = (
            f"the extension {name} could not be installed; look at the network, or install it in"
            " Slicer's Extensions Manager, then try again"
        )
        raise InstallError(msg)


def _check_thread() -> None:
    if threading.current_thread() is not threading.main_thread():
        msg = "packages can be installed and removed in the main thread only"
        raise InstallError(msg)


def _packaging() -> Any:
    try:
        return import_module("slicer.packaging")
    except ImportError:
        return None


def _run(step: Any) -> None:
    try:
        step()
    # pip_install raises CalledProcessError and RuntimeError, and OSError without PythonSlicer.
    except Exception as error:
        msg = (
            f"pip failed ({error}); look at the network and at the free disk space, then try"
            " again; Slicer's log has what pip said"
        )
        raise InstallError(msg) from error
