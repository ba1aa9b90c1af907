"""Putting whole folders in place, and taking them away, in one step each.

A folder is filled under a temporary name beside its target and renamed, which the system does as a
whole and never onto a folder that holds anything. So a reader, a killed process or a second
process that does the same never meets half a folder, and no lock is needed. What a killed process
leaves under a temporary name, `remove_left_overs` clears.
"""

import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from dsanet import atomic
from dsanet.errors import PackageError, WriteError
from dsanet.packages.files import reason

_TEMPORARY = re.compile(r"\.staged-([0-9a-f]{8})-([0-9]{1,18})-[0-9a-f]{16}")


def put_folder(target: Path, contents: Mapping[str, bytes]) -> None:
    """Write a new folder of files, completely or not at all.

    Args:
        target: The folder; its parents are made, itself it must not exist.
        contents: Its files by name.

    Raises:
        PackageError: It exists.
        WriteError: It could not be written; nothing is left of it.
    """
    with atomic.new_folder(target.parent), _temporary(target) as staged:
        with _naming(target):
            staged.mkdir()
        atomic.write_all({staged / name: data for name, data in contents.items()})
        with _naming(target):
            _refuse_existing(target)
            staged.rename(target)


def take_folder_away(target: Path) -> None:
    """Remove a folder; from the first moment there is nothing left under its name.

    Raises:
        WriteError: It could not be removed; it is unchanged.
    """
    with _temporary(target) as doomed, _naming(target):
        target.rename(doomed)


def remove_left_overs(folder: Path) -> list[Path]:
    """Remove the temporary folders of processes that are gone, or of `atomic.ORPHAN_SECONDS` ago.

    Args:
        folder: Where folders were put; it may be missing.

    Returns:
        What was removed.
    """
    removed = []
    for path in sorted(folder.glob(".staged-*")):
        with suppress(OSError):
            if _is_left_over(path):
                shutil.rmtree(path)
                removed.append(path)
    return removed


@contextmanager
def _temporary(target: Path) -> Iterator[Path]:
    """Choose a temporary name and see to it that nothing stays under it."""
    token = secrets.token_hex(8)
    path = target.with_name(f".staged-{atomic.HOST}-{os.getpid()}-{token}")
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _is_left_over(path: Path) -> bool:
    match = _TEMPORARY.fullmatch(path.name)
    if match is None:
        return False
    age = time.time() - path.lstat().st_mtime
    return atomic.is_gone(match[1], int(match[2])) or age > atomic.ORPHAN_SECONDS


def _refuse_existing(target: Path) -> None:
    """Refuse what POSIX would replace: an empty folder."""
    if os.path.lexists(target):
        msg = f"{target} is there already"
        raise PackageError(msg)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Turn the system's error into one that names the folder."""
    try:
        yield
    except OSError as error:
        msg = f"{path} could not be changed: {reason(error)}; nothing was changed"
        raise WriteError(msg) from error
