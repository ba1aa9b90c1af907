"""A prepared run in the scene, and the user's choices as people write them."""

import re
from collections.abc import Iterator
from typing import Any

from dsanet.errors import PrepareError
from dsanet.prepare import PrepareChoices, PreparedRun
from DSASegmentationLib.gui.display import applyInverted
from DSASegmentationLib.prepared import addingPrepared, arterialWindowOf, isPrepared
from DSASegmentationLib.runs import MINIP, minipOf
from DSASegmentationLib.visibility import refresh, showImage

PART = re.compile(r"\s*(\d+)\s*(?:-\s*(\d+)\s*)?")
MOST_FRAMES = 100_000
"""A range of more frames than any run has is a slip of the pen."""


def puttingPrepared(browser: Any, prepared: PreparedRun, choices: PrepareChoices) -> Iterator[None]:
    """Show a run prepared, in short steps.

    Args:
        browser: Its browser node.
        prepared: Made of this run.
        choices: What it was made with.

    Yields:
        Nothing, after each step.

    Raises:
        SceneError: It was made of another run.
    """
    yield from addingPrepared(browser, prepared, choices)
    applyInverted(browser)
    refresh(browser.GetScene())


def begin(browser: Any) -> bool:
    """Show the MinIP of a run that nobody has looked at yet; say whether it is to be prepared.

    So is a run of whose preparation somebody deleted a part.
    """
    if browser.GetSelectedItemNumber() < 0:
        browser.SetSelectedItemNumber(0)
    if isPrepared(browser):
        return False
    if arterialWindowOf(browser) is None and minipOf(browser) is not None:
        showImage(browser, MINIP)
    return True


def framesFromText(text: str) -> tuple[int, ...] | None:
    """Read frame numbers as people write them, from 1.

    Args:
        text: Such as `1-3, 5`; empty for none.

    Returns:
        Rising numbers from 0, or None.

    Raises:
        PrepareError: It is no list of numbers.

    >>> framesFromText("5, 1-3")
    (0, 1, 2, 4)
    """
    if not text.strip():
        return None
    frames: set[int] = set()
    for part in text.split(","):
        found = PART.fullmatch(part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 0 < first <= last <= MOST_FRAMES:
            msg = f"mask frames {text!r} cannot be read; write numbers from 1, such as 1-3, 5"
            raise PrepareError(msg)
        frames.update(range(first - 1, last))
    return tuple(sorted(frames))


def textFromFrames(frames: tuple[int, ...] | None) -> str:
    """Undo `framesFromText`.

    >>> textFromFrames((0, 1, 2, 4))
    '1-3, 5'
    """
    spans: list[list[int]] = []
    for frame in frames or ():
        if spans and frame == spans[-1][1] + 1:
            spans[-1][1] = frame
        else:
            spans.append([frame, frame])
    return ", ".join(
        f"{first + 1}" if first == last else f"{first + 1}-{last + 1}" for first, last in spans
    )
