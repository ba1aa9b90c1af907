"""A lock of one process: the system holds it and lets go when the process ends, however it ends."""

import errno
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from dsanet.atomic import write_bytes
from dsanet.errors import HeldError

TRIES = 5
_HELD = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}

logger = logging.getLogger(__name__)


@contextmanager
def locked(path: Path, held: str) -> Iterator[None]:
    """Hold a lock for this process while the block runs.

    The lock of a process that died is free at once. A file system that knows no locks, as some
    network drives, leaves it open to all.

    Args:
        path: The lock's file, in an existing folder; it is made if missing and stays.
        held: What to tell the user when another process holds it: who, and what to do.

    Raises:
        HeldError: Another process holds it.
        WriteError: The file cannot be made.
    """
    for _ in range(TRIES):
        if not path.exists():
            write_bytes(path, b"")
        with path.open("rb") as file:
            if not _take(file):
                break
            if _is_still(path, file):
                _keep_from_children(file)
                yield
                return
    raise HeldError(held)


def is_held(path: Path) -> bool:
    """Whether any process holds a lock right now.

    Args:
        path: The lock's file, which may be missing.
    """
    try:
        with path.open("rb") as file:
            return not _take(file)
    except OSError:
        return False


def _keep_from_children(file: BinaryIO) -> None:
    """Close it in processes forked from this one: they would hold the lock after its end."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=file.close)


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
        logger.warning("%s cannot be locked: %s", Path(file.name).name, error.strerror)
    return True


if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
