"""A model package or a set of cases as one zip file: read as if from an enemy.

Format: APPNOTE.TXT 6.3.10 (pkware.cachefly.net), of which only the plain part is taken: one disk,
no zip64, no comment, nothing before the first entry, no encryption, stored or deflated entries.
The standard library parses the directory, once its place and size have been checked here; entries
are read into memory under limits, never extracted by the names that they state.
"""

import io
import stat
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NoReturn
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from dsanet.errors import PackageError
from dsanet.packages.files import open_plain, refuse_large
from dsanet.packages.manifest import FILES, MANIFEST
from dsanet.packages.names import is_name

_END = struct.Struct("<4sHHHHIIH")
_END_SIGNATURE = b"PK\5\6"
_ZIP64_LOCATOR_BYTES = 20
_ZIP64_SIGNATURE = b"PK\6\7"
_LOCAL = struct.Struct("<4s22sHH")
_LOCAL_SIGNATURE = b"PK\3\4"
_HIDDEN = 0x1 | 0x40 | 0x2000
"""Flags of encrypted and strongly encrypted entries, and of masked headers."""

_DAMAGE = (BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError)


@dataclass(frozen=True)
class Contents:
    """What a zip may hold.

    Attributes:
        what: What it is, for messages.
        again: How a sound one is made, for messages.
        files: Names that its files may have.
        in_folders: Whether each file lies in one of several folders, and is known by
            `FOLDER/FILE`; if not, all lie in one folder or in none, and are known by `FILE`.
        most_entries: How many entries there may be.
        directory_bytes: How many bytes the list of them may take.
        most_ratio: How many times smaller an entry may be packed.
    """

    what: str
    again: str
    files: tuple[str, ...]
    in_folders: bool
    most_entries: int
    directory_bytes: int
    most_ratio: int


MODEL_PACKAGE = Contents(
    what="a model package",
    again="export the model again with dsanet models export",
    files=(MANIFEST, *FILES),
    in_folders=False,
    most_entries=len(FILES) + 1,
    directory_bytes=1 << 13,
    most_ratio=200,
)


class ArchiveFiles:
    """The files in a zip."""

    def __init__(self, archive: ZipFile, members: Mapping[str, ZipInfo]) -> None:
        self._archive = archive
        self._members = members

    def names(self) -> set[str]:
        """See `PackageFiles.names`."""
        return set(self._members)

    def read(self, name: str, limit: int) -> bytes:
        """See `PackageFiles.read`."""
        if name not in self._members:
            _refuse(f"holds no {name}")
        member = self._members[name]
        refuse_large(name, member.file_size, limit)
        try:
            with self._archive.open(member) as file:
                data = file.read(limit + 1)
        except _DAMAGE as error:
            _refuse(f"is damaged at {name}: {error}")
        refuse_large(name, len(data), limit)
        return data


@contextmanager
def open_archive(path: Path, contents: Contents = MODEL_PACKAGE) -> Iterator[ArchiveFiles]:
    """Open a zip file that holds files of known names and nothing else.

    Args:
        path: The file; a link to it is followed.
        contents: What it may hold.

    Raises:
        PackageError: It is no plain zip file, or holds anything else.
    """
    with open_plain(path.resolve()) as file:
        directory = _check_end(file, contents)
        try:
            archive = ZipFile(file)
        except _DAMAGE as error:
            _refuse(f"is a damaged zip file: {error}")
        with archive:
            members = _members(archive.infolist(), contents)
            _check_places(file, archive.infolist(), directory)
            yield ArchiveFiles(archive, members)


def pack(name: str, contents: Mapping[str, bytes]) -> bytes:
    """Pack a package's files into one zip, the same bytes for the same package.

    Args:
        name: The model's name, the folder inside the zip.
        contents: The files by name.
    """
    stream = io.BytesIO()
    with ZipFile(stream, "w", ZIP_STORED) as archive:
        for file, data in contents.items():
            entry = ZipInfo(f"{name}/{file}")
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, data)
    return stream.getvalue()


def _refuse(found: str) -> NoReturn:
    msg = f"the zip file {found}"
    raise PackageError(msg)


def _check_end(file: BinaryIO, contents: Contents) -> int:
    """Check the end of the zip, which states its directory, and return where that begins."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _END.size - _ZIP64_LOCATOR_BYTES))
    locator, end = _split(file.read(), _END.size)
    if len(end) < _END.size or not end.startswith(_END_SIGNATURE):
        _refuse(f"is no zip file, is cut off or ends with a comment; {contents.again}")
    _, _, _, _, count, directory_bytes, directory, comment = _END.unpack(end)
    if locator.startswith(_ZIP64_SIGNATURE) or comment or count == 0xFFFF:
        expected = f"expected at most {contents.most_entries}; {contents.again}"
        _refuse(f"has a comment or more than 65534 entries, {expected}")
    if directory_bytes > contents.directory_bytes:
        _refuse(f"lists {count} entries, expected at most {contents.most_entries}")
    if directory + directory_bytes + _END.size != size:
        _refuse(f"has bytes that belong to no entry, or lacks some; {contents.again}")
    return int(directory)


def _split(data: bytes, last: int) -> tuple[bytes, bytes]:
    return data[:-last], data[-last:]


def _members(entries: list[ZipInfo], contents: Contents) -> dict[str, ZipInfo]:
    """Check each entry's name and kind, and return the files by what they are known by."""
    members: dict[str, ZipInfo] = {}
    folders = set()
    for entry in entries:
        folder, slash, name = entry.orig_filename.rpartition("/")
        folders.add(folder + slash)
        if slash and not is_name(folder):
            _refuse(f"holds an entry {entry.orig_filename[:100]!r}, which lies in no plain folder")
        if slash and not name and not entry.file_size:
            continue
        if name not in contents.files or (contents.in_folders and not slash):
            _refuse(f"holds {entry.orig_filename[:100]!r}, which is no file of {contents.what}")
        known = f"{folder}/{name}" if contents.in_folders else name
        if known in members:
            _refuse(f"holds {known} twice")
        _check_entry(known, entry, contents.most_ratio)
        members[known] = entry
    if contents.in_folders:
        _refuse_alike(folders)
    elif len(folders) > 1:
        _refuse(f"holds files of several folders: {sorted(folders)}")
    return members


def _refuse_alike(folders: set[str]) -> None:
    """Refuse folders that some systems take for one."""
    if len({folder.casefold() for folder in folders}) < len(folders):
        _refuse("holds folders whose names differ only in upper and lower case")


def _check_entry(name: str, entry: ZipInfo, most_ratio: int) -> None:
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
        _refuse(f"holds {name} as a link or device, expected a plain file")
    if entry.flag_bits & _HIDDEN:
        _refuse(f"holds {name} encrypted")
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        _refuse(f"holds {name} in compression {entry.compress_type}, expected stored or deflated")
    if entry.file_size > most_ratio * max(entry.compress_size, 1):
        _refuse(
            f"holds {name} packed {entry.file_size // max(entry.compress_size, 1)} to 1, expected"
            f" at most {most_ratio}"
        )


def _check_places(file: BinaryIO, entries: list[ZipInfo], directory: int) -> None:
    """Check that no two entries share bytes, nor the last one with the directory."""
    free = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < free:
            _refuse(f"holds {entry.filename} over the bytes of another entry")
        file.seek(entry.header_offset)
        header = file.read(_LOCAL.size)
        if len(header) < _LOCAL.size or not header.startswith(_LOCAL_SIGNATURE):
            _refuse(f"is damaged: there is no {entry.filename} where its directory says")
        _, _, name_bytes, extra_bytes = _LOCAL.unpack(header)
        free = entry.header_offset + _LOCAL.size + name_bytes + extra_bytes + entry.compress_size
    if free > directory:
        _refuse("holds an entry that overlaps its directory")
