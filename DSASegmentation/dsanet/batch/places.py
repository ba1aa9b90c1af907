"""Where the results of each run go: the input's relative path, without two runs in one place."""

import hashlib
import os
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from dsanet.batch.find import Entry
from dsanet.batch.one import Place
from dsanet.io.names import run_name


def places(entries: Sequence[Entry], root: Path, output: Path) -> list[Place]:
    """Choose where the results of each run go.

    A file's results are named after it without its extension, a folder's after the whole folder,
    as `dsanet segment` does. Where that would put two runs in one place, their whole names are
    taken; where these differ in upper and lower case alone, a hash of the path is added.

    Args:
        entries: The runs, with paths relative to the root.
        root: The folder of the runs.
        output: The folder of all results.

    Returns:
        One place for each run, all different on any file system.
    """
    full = [_named(entry.path, root) for entry in entries]
    short = [
        path if entry.is_folder else path.with_name(run_name(path))
        for entry, path in zip(entries, full, strict=True)
    ]
    chosen = _differing(_differing(short, full), [_hashed(path) for path in full])
    return [Place(output / path.parent, path.name) for path in chosen]


def _differing(wanted: list[Path], others: list[Path]) -> list[Path]:
    """What is wanted, and the other where two want what some file system takes for the same."""
    times = Counter(map(_seen_by_any_system, wanted))
    return [
        path if times[_seen_by_any_system(path)] == 1 else other
        for path, other in zip(wanted, others, strict=True)
    ]


def _named(path: Path, root: Path) -> Path:
    """The root itself, as a run, is called what it is called."""
    return path if path.name else Path(root.resolve().name or "run")


def _seen_by_any_system(path: Path) -> str:
    return unicodedata.normalize("NFC", path.as_posix()).casefold()


def _hashed(path: Path) -> Path:
    digest = hashlib.sha256(os.fsencode(path.as_posix())).hexdigest()
    return path.with_name(f"{path.name}~{digest[:8]}")
