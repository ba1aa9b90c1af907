"""Runs that are being prepared while the application stays alive.

The work is done in a thread, which sees values only: neither Qt nor MRML, see `threadwork`.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import qt
from slicer.i18n import tr as _

from dsanet.io import DSARun
from dsanet.prepare import PrepareChoices, PreparedRun, prepare
from DSASegmentationLib.gui.preparing import puttingPrepared
from DSASegmentationLib.gui.showing_errors import showingErrors
from DSASegmentationLib.gui.threadwork import EVERY_MS, LENT_SECONDS, ThreadWork, advanced
from DSASegmentationLib.prepared import choicesOf, isPrepared
from DSASegmentationLib.runs import isRun, runOf


class _Work(ThreadWork[PreparedRun]):
    """One run in a thread."""

    def __init__(self, run: DSARun, choices: PrepareChoices, asked: bool) -> None:
        self.choices, self.asked = choices, asked
        self.steps: Iterator[None] | None = None
        super().__init__(partial(prepare, run, choices), "prepare")


class Preparations:
    """The runs in work, one thread each; the newest choice for a run is the one that counts."""

    def __init__(self, onDone: Callable[[Any], None]) -> None:
        """Prepare nothing yet.

        Args:
            onDone: Called with a run's browser node when it was prepared, or could not be.
        """
        self._onDone = onDone
        self._works: dict[Any, _Work] = {}
        self._timer = qt.QTimer()
        self._timer.setInterval(EVERY_MS)
        self._timer.connect("timeout()", self._poll)

    def start(self, browser: Any, choices: PrepareChoices | None = None) -> None:
        """Prepare a run with choices, or with what was decided before.

        Args:
            browser: A run's browser node.
            choices: What the user decided now; None where nobody asked, and what others prepare
                meanwhile is left as it is.

        Raises:
            SceneError: The scene does not hold the run as it was read.
        """
        asked = choices is not None
        wanted = choices if choices is not None else choicesOf(browser)
        self._works[browser] = _Work(runOf(browser), wanted, asked)
        self._timer.start()

    def has(self, browser: Any) -> bool:
        """Whether a run is being prepared."""
        return browser in self._works

    @property
    def busy(self) -> bool:
        """Whether any run is being prepared."""
        return bool(self._works)

    def close(self) -> None:
        """Forget all work; its threads end by themselves and change nothing."""
        self._timer.stop()
        self._works = {}

    def _poll(self) -> None:
        next(iter(self._works.values())).thread.join(LENT_SECONDS)
        for run, work in list(self._works.items()):
            if not work.thread.is_alive() and self._shown(run, work):
                self._works.pop(run, None)
                self._tell(run)
        if not self._works:
            self._timer.stop()

    def _shown(self, browser: Any, work: _Work) -> bool:
        """Put a bit more of a run into the scene; say whether that is over."""
        if not _isThere(browser):
            return True
        with showingErrors(_("The run could not be prepared.")):
            if work.steps is None:
                work.steps = _steps(browser, work)
            return advanced(work.steps)
        return True  # after an error

    def _tell(self, browser: Any) -> None:
        if _isThere(browser):
            self._onDone(browser)


def _isThere(browser: Any) -> bool:
    return isRun(browser) and browser.GetScene() is not None


def _steps(browser: Any, work: _Work) -> Iterator[None]:
    """What is to be done in the scene: nothing where others have prepared the run meanwhile."""
    if work.asked or not isPrepared(browser):
        return puttingPrepared(browser, work.result(), work.choices)
    return iter(())
