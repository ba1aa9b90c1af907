"""Recovery: which edits of earlier sessions went neither into a case nor into a scene."""

import secrets
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dsanet.cases.journal.journal import JOURNAL_FILE, LOCK_FILE, described, labels_at
from dsanet.cases.journal.lines import Scan, scan
from dsanet.errors import CaseError
from dsanet.lock import is_held
from dsanet.packages.home import default_home

EXPORTED, SAVED, DISCARDED = "exported", "saved with the scene", "discarded"
SETTLED = (EXPORTED, SAVED, DISCARDED)
"""Causes of the marks after which nothing is left to recover."""

FOLDER = "journals"
KEY_DIGITS = 16


@dataclass(frozen=True, eq=False)
class Recovery:
    """What can be recovered from a journal. It names a run by its pixels alone.

    Attributes:
        folder: The journal's.
        pixel_sha256: `DSARun.pixel_hash` of the run.
        shape: Rows and columns of the labels.
        edits: Changes since the labels last went into a case or a scene; 0 if they have not
            changed since then.
        time: Of the last line, UTC.
        editor: Alias of who wrote it.
        problem: What is wrong with the journal, one sentence; empty if nothing is.
        labels: uint8 (H, W), as they are after the last line; None where they were not asked for.
    """

    folder: Path
    pixel_sha256: str
    shape: tuple[int, int]
    edits: int
    time: str
    editor: str
    problem: str
    labels: NDArray[np.uint8] | None = None


def recover(folder: Path) -> Recovery:
    """Say what can be recovered from a journal; nothing is changed.

    Args:
        folder: The journal's.

    Returns:
        With the labels.

    Raises:
        CaseError: It holds no journal, or nothing of it is sound.
    """
    found = scan(folder / JOURNAL_FILE)
    return _recovery(folder, found, labels_at(found))


def unfinished(home: Path | None = None, pixel_sha256: str | None = None) -> list[Recovery]:
    """List the journals of the user's folder with edits that went nowhere yet, the last one first.

    Args:
        home: The user's folder, `dsanet.packages.home.default_home()` if None.
        pixel_sha256: Only journals of this run.

    Returns:
        Without labels; journals of which nothing is sound are left out, and those that a program
        is writing on right now.
    """
    found = []
    begins = pixel_sha256[:KEY_DIGITS] if pixel_sha256 else ""
    for path in sorted(journals_folder(home).glob(f"{begins}*/{JOURNAL_FILE}")):
        if is_held(path.parent / LOCK_FILE):
            continue
        try:
            entry = _recovery(path.parent, scan(path))
        except CaseError:
            continue
        if entry.edits and pixel_sha256 in (None, entry.pixel_sha256):
            found.append(entry)
    return sorted(found, key=lambda entry: entry.time, reverse=True)


def journals_folder(home: Path | None = None) -> Path:
    """Where the journals are that belong to no case yet; it may be missing.

    Raises:
        PackageError: The user has no folder, see `dsanet.packages.home.default_home`.
    """
    return (home or default_home()) / FOLDER


def new_journal_folder(pixel_sha256: str, home: Path | None = None) -> Path:
    """Choose a folder for a new journal of a run: two readers of one run have one each.

    Args:
        pixel_sha256: `DSARun.pixel_hash`.
        home: The user's folder.
    """
    return journals_folder(home) / f"{pixel_sha256[:KEY_DIGITS]}-{secrets.token_hex(4)}"


def _recovery(folder: Path, found: Scan, labels: NDArray[np.uint8] | None = None) -> Recovery:
    entries = found.entries
    settled = [entry.number for entry in entries if entry.cause in SETTLED or not entry.number]
    since = entries[settled[-1] :]
    changed = sum(old.labels_sha256 != new.labels_sha256 for old, new in pairwise(since))
    return Recovery(
        folder=folder,
        pixel_sha256=found.pixel_sha256,
        shape=found.shape,
        edits=changed if entries[-1].labels_sha256 != since[0].labels_sha256 else 0,
        time=entries[-1].time,
        editor=entries[-1].editor,
        problem=described(found),
        labels=labels,
    )
