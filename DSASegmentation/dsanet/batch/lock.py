"""A lock on a folder: the system holds it for this process and lets go when the process ends."""

import errno
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from dsanet.atomic import write_bytes
from dsanet.errors import WriteError

LOCK_FILE = ".dsanet-batch.lock"
"""Stays in the folder; it also tells that the folder holds the results of a batch."""

TRIES = 5
_HELD = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}

logger = logging.getLogger(__name__)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder for this process while the block runs.

    The lock of a process that died is free at once. A file system that knows no locks, as some
    network drives, leaves the folder unlocked.

    Args:
        folder: An existing folder.

    Raises:
        WriteError: Another process holds it, or the lock file cannot be made.
    """
    path = folder / LOCK_FILE
    for _ in range(TRIES):
        if not path.exists():
            write_bytes(path, b"")
        with path.open("rb") as file:
            if not _take(file):
                break
            if _is_still(path, file):
                yield
                return
    msg = (
        f"another batch is writing to {folder}; wait until it has ended or choose another output"
        " folder"
    )
    raise WriteError(msg)


def _is_still(path: Path, file: BinaryIO) -> bool:
    """Whether the locked file is the one that others find: two may have made it at once."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _take(file: BinaryIO) -> bool:
    """Lock an open file; the lock goes when it is closed."""
    try:
        _lock(file)
    except OSError as error:
        if error.errno in _HELD:
            return False
        logger.warning("%s cannot be locked: %s", file.name, error.strerror)
    return True


if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
