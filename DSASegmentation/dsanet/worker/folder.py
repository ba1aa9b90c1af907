"""The private folder of one worker, which never outlives client and worker for long."""

import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from dsanet.atomic import write_bytes

PREFIX = "dsanet-worker-"
OWNER = "owner"
"""The client holds this file open as long as it lives; the system lets go of it when it dies."""

SETTLING_SECONDS = 10.0
"""A younger folder is left alone, for its client may be about to take hold of it."""


@contextmanager
def private_folder(parent: Path) -> Iterator[Path]:
    """Make a folder that only this user can read (mode 0700), and remove it when the block ends.

    What dead clients left in `parent` is removed first.

    Args:
        parent: An existing folder for temporary files.

    Yields:
        The new folder.

    Raises:
        OSError, WriteError: It cannot be made.
    """
    remove_leftovers(parent)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    try:
        write_bytes(folder / OWNER, b"")
        with (folder / OWNER).open("rb") as owner:
            _hold(owner)
            yield folder
    finally:
        remove_folder(folder)


def is_private_folder(folder: Path) -> bool:
    """Whether a folder was made by `private_folder`."""
    return folder.name.startswith(PREFIX) and (folder / OWNER).is_file()


def remove_folder(folder: Path) -> None:
    """Remove a private folder and all that is in it, as far as the system allows."""
    shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers(parent: Path) -> list[Path]:
    """Remove the private folders of this user's clients that died.

    Args:
        parent: Where the folders are; it may be missing.

    Returns:
        The folders removed.
    """
    removed = []
    for folder in sorted(parent.glob(f"{PREFIX}*")):
        with suppress(OSError):
            if _is_ours(folder) and not _is_held(folder):
                remove_folder(folder)
                removed.append(folder)
    return removed


def _is_ours(folder: Path) -> bool:
    """Whether it is a real folder of this user, and not just being made."""
    facts = folder.lstat()
    own = sys.platform == "win32" or facts.st_uid == os.getuid()
    return stat.S_ISDIR(facts.st_mode) and own and time.time() - facts.st_mtime > SETTLING_SECONDS


if sys.platform == "win32":

    def _hold(owner: BinaryIO) -> None:
        """Nothing to do: Windows removes no file that is open."""

    def _is_held(folder: Path) -> bool:
        """Whether the client's file is open, told by its refusal to go."""
        try:
            (folder / OWNER).unlink(missing_ok=True)
        except PermissionError:
            return True
        return False

else:
    import fcntl

    def _hold(owner: BinaryIO) -> None:
        """Lock the file as long as it is open."""
        fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _is_held(folder: Path) -> bool:
        """Whether the client's file is locked."""
        try:
            with (folder / OWNER).open("rb") as owner:
                _hold(owner)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False
