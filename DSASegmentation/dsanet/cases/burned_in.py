"""Text that is part of the pixels: who has looked, and what was seen.

No header tells for sure. Burned In Annotation (0028,0301) is often absent, and absent is not NO
(DICOM PS3.15 E.3.1, Clean Pixel Data). So somebody looks once a series, and the user's folder
remembers the answer under a hash that only this user can make.
"""

import hashlib
import hmac
import json
from pathlib import Path

from dsanet import atomic
from dsanet.cases.patients import user_secret
from dsanet.errors import CaseError
from dsanet.io import DSARun
from dsanet.packages.home import default_home

FOLDER = "burned-in"
CLEAN, TEXT = "clean", "text"


def needs_burned_in_answer(run: DSARun, home: Path | None = None) -> bool:
    """Whether somebody has to look for text in a run's pixels before it may be exported.

    Args:
        run: The run.
        home: The user's folder.

    Returns:
        False where the header says NO, or it was answered before that there is no text in its
        series. Who has seen text may have been wrong, and is asked again.
    """
    return run.facts.burned_in != "NO" and burned_in_answer(run, home) != CLEAN


def burned_in_answer(run: DSARun, home: Path | None = None) -> str | None:
    """Give what was answered about a run's series: `CLEAN`, `TEXT`, or None for nothing yet.

    Args:
        run: The run.
        home: The user's folder.
    """
    try:
        found = json.loads(_path(run, home).read_text(encoding="utf-8"))["answer"]
    except (OSError, ValueError, KeyError, TypeError):
        return None  # asking again harms nobody
    return found if found in (CLEAN, TEXT) else None


def remember_burned_in(run: DSARun, answer: str, home: Path | None = None) -> None:
    """Remember for a run's series what somebody saw who looked at it.

    Args:
        run: The run.
        answer: `CLEAN`: no text that could name a patient; `TEXT`: there is some.
        home: The user's folder.

    Raises:
        CaseError: It is no answer.
        WriteError: It cannot be written.
    """
    if answer not in (CLEAN, TEXT):
        msg = f"the answer is {answer!r}, expected {CLEAN!r} or {TEXT!r}"
        raise CaseError(msg)
    path = _path(run, home)
    with atomic.new_folder(path.parent):
        atomic.write_text(path, json.dumps({"format": 1, "answer": answer}) + "\n")


def check_burned_in(run: DSARun, home: Path | None = None, *, checked: bool = False) -> None:
    """Refuse to export a run whose pixels may hold a patient's name.

    Args:
        run: The run.
        home: The user's folder.
        checked: Whether the caller vouches that somebody has looked and there is no text.

    Raises:
        CaseError: Nobody has looked, or there is text.
    """
    if run.facts.burned_in == "NO" or checked:
        return
    answer = burned_in_answer(run, home)
    if answer == TEXT:
        msg = "the pixels of this run hold text, as somebody saw; it cannot be exported"
        raise CaseError(msg)
    if answer is None:
        said = run.facts.burned_in or "not stated"
        msg = (
            f"Burned In Annotation (0028,0301) is {said}, expected NO: look for text in the pixels,"
            " and if there is none, confirm it"
        )
        raise CaseError(msg)


def _path(run: DSARun, home: Path | None) -> Path:
    series = run.facts.uids.get("SeriesInstanceUID") or run.pixel_hash
    name = hmac.new(user_secret(home), f"series {series}".encode(), hashlib.sha256).hexdigest()
    return (home or default_home()) / FOLDER / f"{name[:32]}.json"
