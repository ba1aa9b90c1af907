"""Journal: the truth about a reader's edits. A line a change, on disk before the next begins."""

import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet import atomic, lock
from dsanet.cases.journal import changes
from dsanet.cases.journal.lines import (
    NO_SEAL,
    SIDES,
    Entry,
    Scan,
    check_words,
    labels_hash,
    scan,
    seal_of,
    to_line,
)
from dsanet.errors import CaseError, WriteError

JOURNAL_FILE = "journal.jsonl"
LOCK_FILE = ".lock"
STARTED = "start"


class Journal:
    """A journal that is open for writing, held by this process until it is closed.

    Attributes:
        folder: Its folder.
        pixel_sha256: `DSARun.pixel_hash` of the run that the labels are of.
        problem: What had to be put right when it was opened, one sentence; empty if nothing.
    """

    def __init__(self, folder: Path) -> None:
        """Take the journal's folder; nothing is read yet."""
        self.folder = folder
        self.problem = self.pixel_sha256 = ""
        self._held = ExitStack()
        self._seal, self._size = NO_SEAL, 0
        self._last: Entry | None = None
        self._labels: NDArray[np.uint8] = np.zeros((0, 0), np.uint8)
        self._doubtful = False

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """Its file."""
        return self.folder / JOURNAL_FILE

    @property
    def labels(self) -> NDArray[np.uint8]:
        """uint8 (H, W), as they are after the last line; a read-only view."""
        view = self._labels.view()
        view.setflags(write=False)
        return view

    @property
    def last(self) -> Entry:
        """The last line."""
        if self._last is None:
            msg = f"{self.folder} holds no journal yet"
            raise CaseError(msg)
        return self._last

    def close(self) -> None:
        """Let go of it; closing twice is no matter."""
        self._held.close()

    def _hold(self) -> None:
        held = (
            f"another program is writing the edits in {self.folder}; close the run there, or wait"
            " until it has ended"
        )
        self._held.enter_context(lock.locked(self.folder / LOCK_FILE, held))

    def _load(self) -> None:
        """Read the file, and put it right where a killed process or a bad disk has left it wrong.

        Nothing committed is deleted: a file with more than a torn end is kept under another name.
        """
        found = scan(self.path)
        labels = labels_at(found)
        if found.torn or found.broken:
            data = self.path.read_bytes()
            aside = {_free(self.folder): data} if found.broken else {}
            atomic.write_all({**aside, self.path: data[: found.size]})
            self.problem = described(found)
        self._labels, self._doubtful = labels, False
        self.pixel_sha256 = found.pixel_sha256
        self._seal, self._size, self._last = found.seal, found.size, found.entries[-1]

    def _add(self, entry: Entry, after: NDArray[np.uint8]) -> Entry:
        line = to_line(entry)
        try:
            atomic.append_bytes(self.path, line, self._size)
        except WriteError:
            self._doubtful = True
            raise
        self._labels = np.array(after)
        self._seal, self._size, self._last = seal_of(line), self._size + len(line), entry
        return entry


def start_journal(
    folder: Path, labels: NDArray[np.uint8], pixel_sha256: str, *, editor: str = ""
) -> Journal:
    """Begin a journal.

    Args:
        folder: For the journal alone; it is made if missing.
        labels: uint8 (H, W), what the edits begin with, such as a prediction.
        pixel_sha256: `DSARun.pixel_hash` of the run.
        editor: Alias of who works.

    Raises:
        CaseError: There is a journal already, the labels are none, or the editor is no alias.
        WriteError: It cannot be written, or another process holds it.
    """
    check_words(editor, STARTED)
    _check_labels(labels, labels.shape)
    journal = Journal(folder)
    with atomic.new_folder(folder):
        journal._hold()
        try:
            if journal.path.exists():
                msg = f"{journal.path} is there already; open it"
                raise CaseError(msg)
            start = {"pixel_sha256": pixel_sha256, **dict(zip(SIDES, labels.shape, strict=True))}
            packed = changes.pack(np.zeros_like(labels), labels)
            hashed = labels_hash(labels)
            entry = Entry(0, NO_SEAL, _now(), editor, STARTED, packed, hashed, start)
            atomic.write_bytes(journal.path, to_line(entry))
            journal._load()
        except Exception:
            journal.close()
            raise
    return journal


def open_journal(folder: Path) -> Journal:
    """Open a journal to write on.

    A torn last line, left by a process that was killed, is cut off. Where more is wrong, the
    journal goes on from the longest part that is as it was written, and the damaged file is kept
    beside it as `journal.broken-1.jsonl`. `Journal.problem` tells of both.

    Args:
        folder: The journal's.

    Raises:
        CaseError: There is none, or not even its first line is sound.
        WriteError: Another process holds it, or it cannot be put right.
    """
    journal = Journal(folder)
    if not journal.path.is_file():
        msg = f"{folder} holds no journal"
        raise CaseError(msg)
    journal._hold()
    try:
        atomic.remove_orphans(folder)
        journal._load()
    except Exception:
        journal.close()
        raise
    return journal


def append(
    journal: Journal,
    before: NDArray[np.uint8],
    after: NDArray[np.uint8],
    *,
    editor: str = "",
    cause: str = "edit",
) -> Entry:
    """Write one change down; when this returns it is on disk.

    Args:
        journal: An open one.
        before: uint8 (H, W), what the change was made from: `journal.labels`.
        after: uint8 (H, W), what it led to; equal labels make a mark in the journal.
        editor: Alias of who works.
        cause: What made the change, a few plain words such as `Paint`.

    Returns:
        The line.

    Raises:
        CaseError: The labels before are not those of the journal, those after have another size,
            or editor or cause are not plain.
        WriteError: It could not be written; the journal is as it was, and the call can be repeated.
    """
    check_words(editor, cause)
    _check_labels(after, before.shape)
    if journal._doubtful:
        journal._load()
        if np.array_equal(journal.labels, after) and not np.array_equal(before, after):
            return journal.last
    if not np.array_equal(journal.labels, before):
        msg = "the change was not made from the labels that the journal ends with; flush it first"
        raise CaseError(msg)
    number, packed = journal.last.number + 1, changes.pack(before, after)
    entry = Entry(number, journal._seal, _now(), editor, cause, packed, labels_hash(after))
    return journal._add(entry, after)


def replay(folder: Path, number: int | None = None) -> NDArray[np.uint8]:
    """Give the labels as they were after a line of a journal.

    Args:
        folder: The journal's; it may be open.
        number: Of the line, from 0, which is the start; None for the last.

    Returns:
        uint8 (H, W).

    Raises:
        CaseError: There is no such line, or it cannot be replayed.
    """
    return labels_at(scan(folder / JOURNAL_FILE), number)


def labels_at(found: Scan, number: int | None = None) -> NDArray[np.uint8]:
    """Give the labels after a line of a journal that was read; see `replay`."""
    last = len(found.entries) - 1
    wanted = last if number is None else number
    if not 0 <= wanted <= last:
        msg = f"the journal has no line {wanted}, only 0 to {last}"
        raise CaseError(msg)
    labels = np.zeros(found.shape, np.uint8)
    for entry in found.entries[: wanted + 1]:
        changes.apply(entry.changes, labels)
    if labels_hash(labels) != found.entries[wanted].labels_sha256:
        msg = f"line {wanted} of the journal leads to other labels than it states; replay another"
        raise CaseError(msg)
    return labels


def described(found: Scan) -> str:
    """Say what is wrong with a journal, one sentence; empty if nothing is."""
    edits = f"{len(found.entries) - 1} edits before it are whole"
    if found.torn:
        return f"the last line was never finished and is left out; {edits}"
    return f"{found.broken}; {edits}, the damaged file is kept" if found.broken else ""


def _check_labels(labels: Any, shape: tuple[int, ...]) -> None:
    if labels.dtype != np.uint8 or labels.ndim != 2 or 0 in labels.shape or labels.shape != shape:
        msg = f"labels are {labels.dtype} {labels.shape}, expected uint8 of shape {shape}"
        raise CaseError(msg)


def _free(folder: Path) -> Path:
    """A name for a damaged file that no other has."""
    number = 1
    while (folder / f"journal.broken-{number}.jsonl").exists():
        number += 1
    return folder / f"journal.broken-{number}.jsonl"


def _now() -> str:
    seconds = time.time()
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{stamp}.{int(seconds % 1 * 1000):03d}Z"
