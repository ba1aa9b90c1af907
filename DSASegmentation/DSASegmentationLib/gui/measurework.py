"""Runs that are being measured while the application stays alive.

As in `preparations`, the work is done in a thread that sees values only, see `threadwork`.
"""

from collections.abc import Callable, Iterator
from typing import Any

import qt
from slicer.i18n import tr as _

from dsanet.measure import Measurements
from DSASegmentationLib.gui.showing_errors import showingErrors
from DSASegmentationLib.gui.threadwork import EVERY_MS, LENT_SECONDS, ThreadWork, advanced
from DSASegmentationLib.measuring import Measurable, Measured, measurable, showingMeasured
from DSASegmentationLib.runs import isRun


class _Work(ThreadWork[Measurements]):
    """One run in a thread."""

    def __init__(self, found: Measurable) -> None:
        self.found = found
        self.shown: Iterator[None] | None = None
        super().__init__(found.values, "measure")

    def measured(self) -> Measured:
        """Give what was measured, or raise what went wrong."""
        return self.found.measured(self.result())


class MeasureWork:
    """The runs in work, one thread each."""

    def __init__(self, onMeasured: Callable[[Measured], None], onDone: Callable[[], None]) -> None:
        """Prepare nothing yet.

        Args:
            onMeasured: Called with the measurements of a run, before they are in the scene.
            onDone: Called when they are, or when a run could not be measured.
        """
        self._onMeasured, self._onDone = onMeasured, onDone
        self._works: dict[Any, _Work] = {}
        self._timer = qt.QTimer()
        self._timer.setInterval(EVERY_MS)
        self._timer.connect("timeout()", self._poll)

    @property
    def busy(self) -> bool:
        """Whether any run is being measured."""
        return bool(self._works)

    def has(self, browser: Any) -> bool:
        """Whether a run is being measured."""
        return browser in self._works

    def start(self, browser: Any) -> None:
        """Measure a run with its segments as they are now; nothing if it is in work already.

        Raises:
            SceneError: The run is not prepared or has no segments.
        """
        if browser not in self._works:
            self._works[browser] = _Work(measurable(browser))
            self._timer.start()

    def close(self) -> None:
        """Forget all work; its threads end by themselves and change nothing."""
        self._timer.stop()
        self._works = {}

    def _poll(self) -> None:
        for work in list(self._works.values())[:1]:
            work.thread.join(LENT_SECONDS)
        for run, work in list(self._works.items()):
            if not work.thread.is_alive() and self._works.pop(run, None) is not None:
                self._advance(run, work)
        if not self._works:
            self._timer.stop()

    def _advance(self, browser: Any, work: _Work) -> None:
        """Show a bit more of what was measured; an error ends it."""
        over = True
        try:
            with showingErrors(_("The run could not be measured.")):
                if isRun(browser) and browser.GetScene() is not None:
                    over = self._shown(work)
        finally:
            if over:
                self._onDone()
            else:
                self._works[browser] = work

    def _shown(self, work: _Work) -> bool:
        if work.shown is None:
            measured = work.measured()
            self._onMeasured(measured)
            work.shown = showingMeasured(measured)
        return advanced(work.shown)
