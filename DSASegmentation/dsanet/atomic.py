"""The one module that writes files: all of them completely, or none.

Every file is first written under a temporary name beside its target, forced to disk and then put
in place of the target in one step, so that a reader, a crash or a full disk never meets half a
file. A set of files is put back as it was when any of it fails. A process that is killed amid the
replacing leaves each file whole, the earlier ones of the set new and the later ones old, and
temporary files that `remove_orphans` clears.
"""

import errno
import hashlib
import os
import platform
import re
import secrets
import shutil
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from dsanet.errors import WriteError

ORPHAN_SECONDS = 3600
"""Nothing here is staged for that long, so an older temporary file is nobody's."""

HOST = hashlib.sha256(platform.node().encode()).hexdigest()[:8]
"""Which computer or container a process number belongs to, where several share a folder."""

_TEMPORARY = re.compile(r"\.dsanet-([0-9a-f]{8})-(\d+)-[0-9a-f]{16}\.tmp")
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_FOLDER_SYNC = {errno.EINVAL, getattr(errno, "ENOTSUP", errno.EINVAL)}
"""What network file systems answer that cannot sync a folder."""


def write_bytes(path: Path, data: bytes) -> None:
    """Write one file completely or not at all.

    Args:
        path: The file, new or existing, in an existing folder.
        data: All of its content.

    Raises:
        WriteError: It could not be written; what was there before is unchanged.
    """
    write_all({path: data})


def write_text(path: Path, text: str) -> None:
    """Write one UTF-8 text file completely or not at all, line ends as given.

    Args:
        path: The file, new or existing, in an existing folder.
        text: All of its content.

    Raises:
        WriteError: It could not be written; what was there before is unchanged.
    """
    write_all({path: text.encode("utf-8")})


def write_all(files: Mapping[Path, bytes]) -> None:
    """Write several files, all of them or none.

    Existing files keep their mode, links are followed, new files get the mode of the umask. The
    files are replaced in the order given: name the one last that vouches for the others.

    Args:
        files: Content by path; the folders exist.

    Raises:
        WriteError: One could not be written; all that was there before is unchanged, or the
            message names what is not.
    """
    targets = {Path(os.path.realpath(path)): data for path, data in files.items()}
    with ExitStack() as leftovers, ExitStack() as undo:
        staged = {}
        for target, data in targets.items():
            with _naming(target, len(data)):
                staged[target] = (_back_up(target, leftovers), _stage(target, data, leftovers))
        for target, (backup, temporary) in staged.items():
            with _naming(target):
                undo.callback(_put_back, target, temporary, backup)
                temporary.replace(target)
        for folder in {target.parent for target in targets}:
            with _naming(folder):
                _sync_folder(folder)
        undo.pop_all()


def write_scratch(path: Path, parts: Sequence[bytes | memoryview]) -> None:
    """Write one new file that is worth nothing after a crash, and faster for it.

    It is not forced to disk and stands under its own name while it is written: only for a folder
    that nobody else looks into and that is removed after use.

    Args:
        path: The file, which does not exist yet, in an existing folder.
        parts: Its content, one after the other: bytes, or views of bytes.

    Raises:
        WriteError: It could not be written; it does not exist.
    """
    with _naming(path, sum(len(part) for part in parts)), ExitStack() as undo:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, flags, 0o600)
        undo.callback(_remove, path)
        try:
            for part in parts:
                _write(descriptor, part)
        finally:
            os.close(descriptor)
        undo.pop_all()


@contextmanager
def open_new(path: Path) -> Iterator[BinaryIO]:
    """Write one large file piece by piece, completely or not at all.

    Args:
        path: The file, new or existing, in an existing folder.

    Yields:
        A file to write to, which can be told and sought in; when the block ends without an error
        it takes its place.

    Raises:
        WriteError: It could not be written; what was there before is unchanged.
    """
    with ExitStack() as leftovers, _naming(path):
        temporary = _temporary(path.parent, leftovers)
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)


def append_bytes(path: Path, data: bytes, size: int) -> None:
    """Add to the end of a file, completely or not at all, and force it to disk.

    A process that is killed meanwhile may leave a part of the data behind the file's first bytes;
    whoever reads the file must be able to tell.

    Args:
        path: An existing file; one that has vanished is not made anew.
        data: What to add.
        size: How many bytes the file has; others mean that someone else wrote to it.

    Raises:
        WriteError: It could not be written, or has another size; it is unchanged.
    """
    with _naming(path, len(data)):
        descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_BINARY", 0))
        try:
            found = os.lseek(descriptor, 0, os.SEEK_END)
            if found != size:
                raise OSError(errno.EBUSY, f"it has {found} bytes, expected {size}")
            _append(descriptor, data, size)
        finally:
            os.close(descriptor)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Make a folder and its parents; when the block fails, remove those that were made.

    Args:
        path: The folder; it may exist already.

    Yields:
        The path.

    Raises:
        WriteError: The folder cannot be made.
    """
    with _naming(path):
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    with ExitStack() as undo:
        for folder in reversed(missing):
            with _naming(folder):
                folder.mkdir(exist_ok=True)
                undo.callback(_remove_folder, folder)
        if not path.is_dir():
            msg = f"{path} is a file, not a folder: choose another name for the output folder"
            raise WriteError(msg)
        yield path
        undo.pop_all()


def remove_orphans(folder: Path) -> list[Path]:
    """Remove the temporary files that killed processes left in a folder.

    A file goes when its process is gone or it is older than `ORPHAN_SECONDS`. Only the age counts
    for files of another computer or container, whose processes are unknown here, and on Windows,
    where a process cannot be asked without disturbing it.

    Args:
        folder: Where files were written; it may be missing.

    Returns:
        The files removed.
    """
    removed = []
    for path in sorted(folder.glob(".dsanet-*.tmp")):
        match = _TEMPORARY.fullmatch(path.name)
        with suppress(OSError):
            if match and (is_gone(match[1], int(match[2])) or _age(path) > ORPHAN_SECONDS):
                path.unlink()
                removed.append(path)
    return removed


def _stage(target: Path, data: bytes, leftovers: ExitStack) -> Path:
    """Write the data beside its target and force it to disk."""
    temporary = _temporary(target.parent, leftovers)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(temporary, flags, 0o666)
    try:
        _write(descriptor, data)
        if target.exists():
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return temporary


def _append(descriptor: int, data: bytes, size: int) -> None:
    try:
        _write(descriptor, data)
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, size)
        raise


def _write(descriptor: int, data: bytes | memoryview) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _back_up(target: Path, leftovers: ExitStack) -> Path | None:
    """Keep the existing target under a second name."""
    if not target.exists():
        return None
    if not target.is_file():
        raise OSError(errno.EINVAL, "it exists and is not a plain file")
    backup = _temporary(target.parent, leftovers)
    try:
        os.link(target, backup)
    except OSError:
        shutil.copy2(target, backup)
    return backup


def _put_back(target: Path, temporary: Path, backup: Path | None) -> None:
    """Undo one replacement, if it took place."""
    if temporary.exists():
        return
    try:
        if backup is None:
            target.unlink()
        else:
            backup.replace(target)
    except OSError as error:
        msg = (
            f"{target} could not be put back as it was ({error.strerror}): it holds the new content"
        )
        raise WriteError(msg) from error


def _temporary(folder: Path, leftovers: ExitStack) -> Path:
    """Choose a temporary name and see to it that nothing stays under it."""
    path = folder / f".dsanet-{HOST}-{os.getpid()}-{secrets.token_hex(8)}.tmp"
    leftovers.callback(_remove, path)
    return path


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def _remove_folder(path: Path) -> None:
    with suppress(OSError):
        path.rmdir()


def _sync_folder(folder: Path) -> None:
    """Force the folder's new entries to disk; Windows does so by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)


@contextmanager
def _naming(path: Path, size: int = 0) -> Iterator[None]:
    """Turn the system's error into one that names the file, the reason and the way out."""
    try:
        yield
    except OSError as error:
        msg = f"{path} could not be written: {_reason(path, size, error)}"
        raise WriteError(msg) from error


def _reason(path: Path, size: int, error: OSError) -> str:
    if error.errno in _FULL:
        return (
            f"no space left on the disk or quota reached, {size} bytes needed; free some and retry"
        )
    if error.errno in _DENIED:
        return f"the folder {path.parent} or the file is read-only for you; choose another folder"
    if error.errno == errno.ENOENT:
        return f"the folder {path.parent} does not exist or has vanished"
    return (error.strerror or str(error)).lower()


def is_gone(host: str, process: int) -> bool:
    """Whether a process that left something behind is no more; False where that cannot be told.

    Args:
        host: `HOST` of the computer or container that it ran on.
        process: Its number.
    """
    if os.name == "nt" or host != HOST:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def _age(path: Path) -> float:
    return time.time() - path.stat().st_mtime
