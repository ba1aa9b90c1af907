"""A case as a folder: `frames.nrrd`, `field.nrrd`, `labels.nrrd` and `case.json`.

A kill at any moment leaves the old case or the new one. `case.json` decides which: it is replaced
in one step and names the hashes of the other files. When a case is overwritten, what changes is
first written beside the old file as `labels.nrrd.new`; a reader takes whichever of the two has the
stated hash. One process may write a case at a time, any number may read it.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from dsanet.atomic import new_folder, remove_orphans, write_all
from dsanet.cases.case import Case
from dsanet.cases.nrrd import decode, encode
from dsanet.cases.record import FILES, CaseRecord, from_record, to_record
from dsanet.errors import CaseError
from dsanet.io import Limits

CASE_FILE = "case.json"
STAGED = ".new"
MOST_JSON_BYTES = 4 << 20
ATTEMPTS = 3

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class CaseEntry:
    """One line in the list of a data set.

    Attributes:
        name: The folder's name.
        folder: The folder.
        record: What its case.json says; None where the case is broken.
        problem: Why it is broken, empty where it is not.
    """

    name: str
    folder: Path
    record: CaseRecord | None
    problem: str = ""


def write_case(folder: Path, case: Case, beside: Mapping[str, bytes] | None = None) -> None:
    """Write a case, new or over an old one: all of it, or nothing.

    Args:
        folder: The case's folder, new or existing; its name is the case's name.
        case: The case.
        beside: Content of further files by name, such as a journal.

    Raises:
        WriteError: It could not be written; an old case is as it was.
    """
    spacing = case.facts.spacing
    arrays: list[NDArray[Any]] = [case.frames, case.field[None].astype(np.uint8), case.labels[None]]
    content = {name: encode(array, spacing) for name, array in zip(FILES, arrays, strict=True)}
    stated = {name: (_sha256(data), len(data)) for name, data in content.items()}
    record = json.dumps(to_record(case, stated), indent=1, ensure_ascii=False, allow_nan=False)
    vouching = {CASE_FILE: f"{record}\n".encode()}
    with new_folder(folder):
        remove_orphans(folder)
        if (folder / CASE_FILE).exists():
            _finish(folder)
            changed = {n: data for n, data in content.items() if not _holds(folder / n, data)}
            staged = {f"{name}{STAGED}": data for name, data in changed.items()}
            _write(folder, {**staged, **(beside or {}), **vouching, **changed})
        else:
            _write(folder, {**content, **(beside or {}), **vouching})
        for name in FILES:
            with suppress(OSError):
                (folder / f"{name}{STAGED}").unlink(missing_ok=True)


def _write(folder: Path, content: Mapping[str, bytes]) -> None:
    """Write files in their order: a kill leaves the first ones new, a failure all of them old."""
    write_all({folder / name: data for name, data in content.items()})


def _finish(folder: Path) -> None:
    """Bring into place what a killed process left staged and case.json names already."""
    with suppress(CaseError):
        record = read_record(folder)
        for name in FILES:
            path, data = _find(folder, name, record)
            if path.name != name:
                _write(folder, {name: data})


def read_case(folder: Path) -> Case:
    """Read a case and check it whole.

    Args:
        folder: The case's folder.

    Raises:
        CaseError: A file is missing, a link, or differs from its stated hash; case.json says
            something else than the files hold; or a value is not allowed. The message names the
            case and the file.
    """
    try:
        return _settled(lambda: _case(folder, read_record(folder)))
    except CaseError as error:
        msg = f"case {folder} is broken: {error}"
        raise CaseError(msg) from error


def _case(folder: Path, record: CaseRecord) -> Case:
    frames, field, labels = (_array(folder, name, record) for name in FILES)
    return Case(
        frames=frames,
        times=record.times,
        field=field[0] > 0,
        arterial_window=record.arterial_window,
        labels=labels[0],
        facts=record.facts,
    )


def _settled(read: Callable[[], T]) -> T:
    """Read again what looks broken: a writer may have been between two of its files."""
    for _ in range(ATTEMPTS - 1):
        with suppress(CaseError):
            return read()
    return read()


def read_record(folder: Path) -> CaseRecord:
    """Read what a case says about itself, without its pixels.

    Args:
        folder: The case's folder.

    Raises:
        CaseError: case.json cannot be read or says what no case can be; without the folder's name.
    """
    path = folder / CASE_FILE
    _check_plain(path)
    try:
        if path.stat().st_size > MOST_JSON_BYTES:
            msg = f"{CASE_FILE} is larger than {MOST_JSON_BYTES} bytes"
            raise CaseError(msg)
        record = from_record(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        msg = f"{CASE_FILE} cannot be read: {error.strerror or error}"
        raise CaseError(msg) from error
    except CaseError as error:
        msg = f"in {CASE_FILE} {error}"
        raise CaseError(msg) from error
    except (ValueError, RecursionError) as error:
        msg = f"{CASE_FILE} is no valid JSON: {error}"
        raise CaseError(msg) from error
    _check_size(record)
    return record


def files_of(folder: Path) -> dict[str, bytes]:
    """Give the content of a case's files by name, also where a killed process left them staged.

    Args:
        folder: The case's folder.

    Raises:
        CaseError: The case is broken.
    """

    def read() -> dict[str, bytes]:
        record, path = read_record(folder), folder / CASE_FILE
        stated = path.read_bytes()
        found = {name: _find(folder, name, record)[1] for name in FILES}
        if from_record(json.loads(stated)).files != record.files:
            msg = f"{CASE_FILE} was written meanwhile"
            raise CaseError(msg)
        return {CASE_FILE: stated, **found}

    return _settled(read)


def list_cases(dataset: Path) -> list[CaseEntry]:
    """List the cases of a data set, in the order of their names; broken ones are shown as broken.

    Only case.json and the files' sizes are looked at; `read_case` checks the content.

    Args:
        dataset: A folder with one folder a case; hidden ones are passed over.

    Raises:
        CaseError: There is no such folder.
    """
    try:
        folders = sorted(
            entry
            for entry in dataset.iterdir()
            if entry.is_dir() and not entry.name.startswith(".")
        )
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        msg = f"{dataset} is no data set: {reason}; choose a folder of cases"
        raise CaseError(msg) from error
    return [_entry(folder) for folder in folders]


def _entry(folder: Path) -> CaseEntry:
    try:
        return CaseEntry(folder.name, folder, _settled(lambda: _sized_record(folder)))
    except CaseError as error:
        return CaseEntry(folder.name, folder, None, str(error))


def _sized_record(folder: Path) -> CaseRecord:
    record = read_record(folder)
    for name in FILES:
        _locate(folder, name, record)
    return record


def _check_size(record: CaseRecord) -> None:
    """Refuse sizes that no memory should be taken for."""
    limits, (frames, rows, columns) = Limits(), record.shape
    if min(record.shape) < 1 or frames > limits.frames:
        msg = f"{CASE_FILE} states {frames} frames of {rows} x {columns} pixels"
        raise CaseError(msg)
    if 4 * frames * rows * columns > limits.decoded_bytes:
        msg = f"{CASE_FILE} states frames of more than {limits.decoded_bytes} bytes"
        raise CaseError(msg)


def _check_plain(path: Path) -> None:
    if path.is_symlink():
        msg = f"{path.name} is a link; copy the file itself into the case"
        raise CaseError(msg)
    if not path.is_file():
        msg = f"{path.name} is missing; the case was not written to its end, or copied in part"
        raise CaseError(msg)


def _locate(folder: Path, name: str, record: CaseRecord) -> list[Path]:
    """The files, in place or staged, that have the stated number of bytes."""
    staged = folder / f"{name}{STAGED}"
    candidates = [folder / name]
    if staged.is_file() and not staged.is_symlink():
        candidates.append(staged)
    else:
        _check_plain(folder / name)
    _, size = record.files[name]
    found = [path for path in candidates if _size(path) == size]
    if not found:
        msg = f"{name} has not the {size} bytes that {CASE_FILE} states"
        raise CaseError(msg)
    return found


def _size(path: Path) -> int | None:
    """Bytes of a file; None where there is none, as when a writer has just moved it into place."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size if S_ISREG(found.st_mode) else None


def _find(folder: Path, name: str, record: CaseRecord) -> tuple[Path, bytes]:
    """The file, in place or staged, that has the stated content, and this content."""
    try:
        for path in _locate(folder, name, record):
            data = path.read_bytes()
            if _sha256(data) == record.files[name][0]:
                return path, data
    except OSError as error:
        msg = f"{name} cannot be read: {error.strerror or error}"
        raise CaseError(msg) from error
    msg = f"{name} is damaged or was changed: its SHA-256 is not the one that {CASE_FILE} states"
    raise CaseError(msg)


def _array(folder: Path, name: str, record: CaseRecord) -> NDArray[Any]:
    frames, rows, columns = record.shape
    dtype, depth = (np.float32, frames) if name == FILES[0] else (np.uint8, 1)
    _, data = _find(folder, name, record)
    return decode(data, (depth, rows, columns), dtype, name)


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
