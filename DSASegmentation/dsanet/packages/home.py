"""Where dsanet keeps what belongs to the user: model packages and which of them is active."""

import os
import sys
from pathlib import Path

from dsanet.errors import PackageError

VARIABLE = "DSANET_HOME"
HOME_HINT = f"make it readable, or set {VARIABLE} to another folder"


def default_home() -> Path:
    r"""The user's folder, which may not exist yet: `DSANET_HOME`, or what the system is used to.

    `%LOCALAPPDATA%\dsanet` on Windows (weights are too large to roam), `~/Library/Application
    Support/dsanet` on macOS, `$XDG_DATA_HOME/dsanet` or `~/.local/share/dsanet` elsewhere (XDG Base
    Directory Specification 0.8, which has relative paths ignored).

    Raises:
        PackageError: `DSANET_HOME` is no absolute path, or the user has no home folder.
    """
    stated = os.environ.get(VARIABLE, "")
    if stated:
        if not Path(stated).is_absolute():
            msg = f"{VARIABLE} is {stated!r}, expected an absolute path"
            raise PackageError(msg)
        return Path(stated)
    try:
        return _data_folder() / "dsanet"
    except RuntimeError as error:
        msg = f"there is no home folder to keep models in; set {VARIABLE} to a folder"
        raise PackageError(msg) from error


def _data_folder() -> Path:
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", "")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    shared = Path(os.environ.get("XDG_DATA_HOME", ""))
    return shared if shared.is_absolute() else Path.home() / ".local" / "share"
