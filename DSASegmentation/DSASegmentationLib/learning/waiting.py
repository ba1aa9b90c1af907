"""Waiting for something while the application stays usable."""

import time
from collections.abc import Callable

from DSASegmentationLib import application

PAUSE_SECONDS = 0.02
"""Between two looks; the application handles its events in between."""


def waitFor(done: Callable[[], bool], poll: Callable[[], None]) -> None:
    """Keep the application alive until something is done.

    Args:
        done: Whether it is.
        poll: Called again and again.
    """
    while not done():
        poll()
        application.processEvents()
        time.sleep(PAUSE_SECONDS)
