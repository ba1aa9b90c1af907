"""Finding the runs below a folder."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dsanet.batch.lock import LOCK_FILE
from dsanet.batch.row import Row, path_key, row_of_error
from dsanet.errors import CancelledError
from dsanet.io import Limits, RunSource, survey


@dataclass(frozen=True)
class Entry:
    """A run below a folder.

    Attributes:
        path: Its file or folder, relative to the root.
        source: Its files.
        is_folder: Whether the path is the folder of all its frames.
    """

    path: Path
    source: RunSource
    is_folder: bool


def find(
    root: Path, limits: Limits, looked: Callable[[int], None], cancel: Callable[[], bool]
) -> tuple[list[Entry], list[Row]]:
    """Find the runs below a folder; `dsanet.io.survey` tells what is one.

    Hidden files and folders, links to folders, and the results of other batches are passed over.

    Args:
        root: The folder.
        limits: For each folder.
        looked: Told the number of runs found so far, once a folder.
        cancel: Asked once a folder.

    Returns:
        The runs, and a row for each file that is none, both in the natural order of their paths.

    Raises:
        CancelledError: `cancel` answered True.
    """
    entries: list[Entry] = []
    rows: list[Row] = []
    seen: set[str] = set()
    waiting = [root]
    while waiting:
        if cancel():
            msg = "the search for runs was cancelled"
            raise CancelledError(msg)
        folder = waiting.pop()
        where = folder.relative_to(root)
        real = os.path.realpath(folder)
        reason = _passed_over(folder, known=real in seen)
        seen.add(real)
        if reason:
            rows.append(Row(where, "skipped", reason))
            continue
        found = survey(folder, limits)
        entries += [
            Entry(path.relative_to(root), source, path == folder) for path, source in found.runs
        ]
        rows += [row_of_error(path.relative_to(root), error) for path, error in found.others]
        waiting += found.folders
        looked(len(entries))
    entries.sort(key=lambda entry: path_key(entry.path))
    rows.sort(key=lambda row: path_key(row.path))
    return entries, rows


def _passed_over(folder: Path, *, known: bool) -> str:
    """Why a folder is not looked through, empty if it is."""
    if known:
        return "it is another way into a folder that was looked through"
    try:
        is_output = (folder / LOCK_FILE).exists()
    except OSError:
        return ""  # the survey tells why it cannot be read
    return "it holds the results of a batch" if is_output else ""
