"""Frames of a run: forward, back, play, MinIP or frames. Slicer's Sequences module plays them."""

from typing import Any

from DSASegmentationLib.nodes import factOf, referenceOf, setFact
from DSASegmentationLib.runs import MINIP, NATIVE, SUBTRACTED
from DSASegmentationLib.visibility import imageShown, showImage


def framesOf(browser: Any) -> str:
    """Give which frames a run shows when it does not show its MinIP: `NATIVE` or `SUBTRACTED`."""
    subtracted = referenceOf(browser, SUBTRACTED) is not None
    return SUBTRACTED if subtracted and factOf(browser, "FramesShown") != NATIVE else NATIVE


def choose(browser: Any, image: str) -> None:
    """Show an image of a run; frames of that kind are those that come back after the MinIP."""
    showImage(browser, image)
    if image == MINIP:
        browser.SetPlaybackActive(False)
    else:
        setFact(browser, "FramesShown", image)


def toggleMinIP(browser: Any) -> None:
    """Change between the MinIP and frames."""
    choose(browser, framesOf(browser) if imageShown(browser) == MINIP else MINIP)


def go(browser: Any, frame: int) -> None:
    """Show a frame, from 0, instead of the MinIP; numbers beyond the run mean its ends."""
    browser.SetPlaybackActive(False)
    _showFrames(browser)
    last = browser.GetNumberOfItems() - 1
    browser.SetSelectedItemNumber(max(0, min(last, frame)))


def step(browser: Any, count: int) -> None:
    """Go some frames forward, or back if negative."""
    go(browser, browser.GetSelectedItemNumber() + count)


def togglePlaying(browser: Any) -> None:
    """Play at the rate at which the run was taken, or stop."""
    playing = browser.GetPlaybackActive()
    if not playing:
        _showFrames(browser)
    browser.SetPlaybackActive(not playing)


def _showFrames(browser: Any) -> None:
    if imageShown(browser) == MINIP:
        showImage(browser, framesOf(browser))
