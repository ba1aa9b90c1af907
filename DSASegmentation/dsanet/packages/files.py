"""Reading the files of a model package, wherever they lie, within limits."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from dsanet.errors import PackageError

LONGEST_REFUSAL = 500
"""Characters; a package may hold pages of text, and a refusal is one line."""


class PackageFiles(Protocol):
    """The files of one package."""

    def names(self) -> set[str]:
        """The names of all files that there are."""
        ...

    def read(self, name: str, limit: int) -> bytes:
        """Read one file.

        Args:
            name: The file.
            limit: Its most bytes; a larger one is refused unread.

        Raises:
            PackageError: It is missing, too large, not a plain file or damaged.
        """
        ...


class FolderFiles:
    """The files in a folder; links are not followed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> set[str]:
        """See `PackageFiles.names`."""
        try:
            return {path.name for path in self._folder.iterdir()}
        except OSError as error:
            msg = f"the folder cannot be read: {reason(error)}"
            raise PackageError(msg) from error

    def read(self, name: str, limit: int) -> bytes:
        """See `PackageFiles.read`."""
        with open_plain(self._folder / name) as file:
            size = os.fstat(file.fileno()).st_size
            refuse_large(name, size, limit)
            return file.read(limit)


@contextmanager
def open_plain(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading if it is a plain one: neither a link nor a pipe, which would wait.

    It is opened once; what is read through it is what is hashed and used, whatever takes its place.

    Raises:
        PackageError: It is no plain file or cannot be read.
    """
    try:
        found = path.lstat()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        msg = f"{path.name!r} cannot be read: {reason(error)}"
        raise PackageError(msg) from error
    try:
        if not stat.S_ISREG(found.st_mode):
            msg = f"{path.name} is a {_kind(found.st_mode)}, expected a plain file"
            raise PackageError(msg)
        with path.open("rb") as file:
            yield file
    except OSError as error:
        msg = f"{path.name} cannot be read: {reason(error)}"
        raise PackageError(msg) from error


def refuse_large(name: str, size: int, limit: int) -> None:
    """Refuse a file above its limit.

    Raises:
        PackageError: It is.
    """
    if size > limit:
        msg = f"{name} has {size} bytes, expected at most {limit}"
        raise PackageError(msg)


@contextmanager
def naming(source: object) -> Iterator[None]:
    """Put the package's place in front of every refusal.

    Args:
        source: Its folder, archive or name.
    """
    try:
        yield
    except PackageError as error:
        text = str(error)
        shortened = text if len(text) <= LONGEST_REFUSAL else f"{text[:LONGEST_REFUSAL]} ..."
        msg = f"model package {source}: {shortened}"
        raise PackageError(msg) from error


def reason(error: Exception) -> str:
    """What the system says, in lower case as the end of a sentence."""
    return (getattr(error, "strerror", None) or str(error)).lower()


def _kind(mode: int) -> str:
    kinds = {stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}
    return kinds.get(stat.S_IFMT(mode), "pipe or device")
