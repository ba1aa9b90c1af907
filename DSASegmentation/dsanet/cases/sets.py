"""A set of cases as one zip file: given away, and taken in as if from an enemy.

The zip holds `NAME/case.json` and the three arrays of each case, stored as they are, and nothing
else: neither journals, which tell when somebody worked, nor the data set's number. On import every
case is read and written anew in a hidden folder of the data set, so that only what was checked gets
in; then all of them take their places. A kill in between leaves some cases in, each whole, and
importing again adds the others.
"""

import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from dsanet import atomic
from dsanet.cases.folder import (
    CASE_FILE,
    MOST_JSON_BYTES,
    files_of,
    list_cases,
    read_case,
    write_case,
)
from dsanet.cases.holding import held_dataset
from dsanet.cases.record import FILES
from dsanet.errors import CaseError, DSAError, PackageError, WriteError
from dsanet.io import Limits
from dsanet.packages.archive import ArchiveFiles, Contents, open_archive
from dsanet.packages.names import NAME_RULE, is_name
from dsanet.packages.staging import remove_left_overs

MOST_CASES = 5000
MOST_BYTES = (1 << 32) - 1
"""What a zip file without extensions can hold."""

CASE_SET = Contents(
    what="a set of cases",
    again="export it again with dsanet cases pack",
    files=(CASE_FILE, *FILES),
    in_folders=True,
    most_entries=4 * MOST_CASES,
    directory_bytes=200 * 4 * MOST_CASES,
    most_ratio=20,
)


@dataclass(frozen=True)
class Imported:
    """What became of a set of cases.

    Attributes:
        added: Names of the cases that are new.
        present: Names of those that were there already, with the very same content.
    """

    added: tuple[str, ...]
    present: tuple[str, ...]


def pack_cases(dataset: Path, target: Path, names: Sequence[str] | None = None) -> list[str]:
    """Pack cases into one zip file, the same bytes for the same cases.

    Args:
        dataset: The data set's folder.
        target: The zip file, new or existing.
        names: Which cases; None is all of them.

    Returns:
        The names of the cases that were packed.

    Raises:
        CaseError: One is missing or broken, or there is none.
        WriteError: The file cannot be written; what was there before is unchanged.
    """
    there = {entry.name: entry.folder for entry in list_cases(dataset)}
    chosen = sorted(there if names is None else set(names))
    missing = [name for name in chosen if name not in there]
    unfit = [name for name in chosen if not is_name(name)]
    if missing or unfit or not chosen:
        found = f"no case {missing[0]}" if missing else f"a case {unfit[0]}" if unfit else "no case"
        rule = f", expected {NAME_RULE}" if unfit and not missing else ""
        msg = f"{dataset} holds {found}{rule}; dsanet cases list shows what is there"
        raise CaseError(msg)
    with atomic.open_new(target) as file, ZipFile(file, "w", ZIP_STORED, allowZip64=False) as out:
        for name in chosen:
            read_case(there[name])
            for part, data in files_of(there[name]).items():
                if file.tell() + len(data) > MOST_BYTES - (1 << 24):
                    msg = f"the cases up to {name} take more than 4 GiB; pack fewer at a time"
                    raise CaseError(msg)
                entry = ZipInfo(f"{name}/{part}")
                entry.external_attr = (stat.S_IFREG | 0o644) << 16
                out.writestr(entry, data)
    return chosen


def import_cases(archive: Path, dataset: Path) -> Imported:
    """Take a set of cases from others into a data set: all of them, or none.

    Args:
        archive: A zip file made by `pack_cases`.
        dataset: The data set's folder, which is made if missing. Cases that are there are never
            written over.

    Returns:
        What became of each case.

    Raises:
        CaseError: The zip is no set of cases, one of them is broken, or another case of that name
            is there. Nothing was changed.
        WriteError: They cannot be written; nothing was changed.
    """
    try:
        with open_archive(archive, CASE_SET) as files:
            names = _names(files)
            with held_dataset(dataset):
                remove_left_overs(dataset)
                return _import(files, names, dataset)
    except (PackageError, CaseError) as error:
        msg = f"set of cases {archive}: {str(error)[:500]}"
        raise CaseError(msg) from error


def _names(files: ArchiveFiles) -> list[str]:
    """The names of the cases of a zip, each with all of its files."""
    found: dict[str, set[str]] = {}
    for entry in files.names():
        name, _, part = entry.rpartition("/")
        found.setdefault(name, set()).add(part)
    if not found or len(found) > MOST_CASES:
        msg = f"it holds {len(found)} cases, expected 1 to {MOST_CASES}"
        raise CaseError(msg)
    for name, parts in found.items():
        lacking = sorted(set(CASE_SET.files) - parts)
        if lacking:
            msg = f"case {name} lacks {', '.join(lacking)}"
            raise CaseError(msg)
    return sorted(found)


def _import(files: ArchiveFiles, names: list[str], dataset: Path) -> Imported:
    """Stage all cases, then put them in place."""
    there = {entry.name.casefold(): entry for entry in list_cases(dataset)}
    with _staging(dataset) as staged:
        for name in names:
            _stage(files, name, staged)
        present = [name for name in names if name.casefold() in there]
        for name in present:
            if not _same(there[name.casefold()].folder, staged / name):
                msg = f"another case {there[name.casefold()].name} is there already; remove one"
                raise CaseError(msg)
        added = [name for name in names if name not in present]
        _put(staged, dataset, added)
    return Imported(tuple(added), tuple(present))


@contextmanager
def _staging(dataset: Path) -> Iterator[Path]:
    """A hidden folder of the data set, which does not stay."""
    token = secrets.token_hex(8)
    staged = dataset / f".staged-{atomic.HOST}-{os.getpid()}-{token}"
    try:
        with atomic.new_folder(staged):
            yield staged
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _stage(files: ArchiveFiles, name: str, staged: Path) -> None:
    """Check a case of the zip and write what was checked."""
    raw = staged / ".raw"
    limits = dict.fromkeys(FILES, Limits().decoded_bytes) | {CASE_FILE: MOST_JSON_BYTES}
    with atomic.new_folder(raw):
        parts = {part: files.read(f"{name}/{part}", limit) for part, limit in limits.items()}
        atomic.write_all({raw / part: data for part, data in parts.items()})
    try:
        case = read_case(raw)
    except CaseError as error:
        msg = f"case {name} is broken: {str(error).partition(' is broken: ')[2] or error}"
        raise CaseError(msg) from error
    shutil.rmtree(raw)
    write_case(staged / name, case)


def _same(old: Path, new: Path) -> bool:
    with suppress(OSError, CaseError):
        return files_of(old) == files_of(new)
    return False


def _put(staged: Path, dataset: Path, names: list[str]) -> None:
    """Move the cases into place; when one cannot be moved, move all back."""
    done: list[str] = []
    try:
        for name in names:
            if os.path.lexists(dataset / name):
                msg = f"{dataset / name} is there already; remove it"
                raise CaseError(msg)
            (staged / name).rename(dataset / name)
            done.append(name)
    except (OSError, DSAError) as error:
        for name in done:
            (dataset / name).rename(staged / name)
        if isinstance(error, DSAError):
            raise
        msg = f"{dataset / name} could not be written: {(error.strerror or str(error)).lower()}"
        raise WriteError(msg) from error
