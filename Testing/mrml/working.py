"""A host that polls a segmenter as Slicer's timer does, and notes how long that takes."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PROGRAM = (str(Path(__file__).with_name("job_worker.py")),)
"""The worker that does what the model's name says."""


class Poller:
    """Polls, and keeps what the listener was told.

    Attributes:
        told: (state, stage, share) of each call of the listener, by job.
        longest: Seconds of the processor in the longest poll.
        longest_wait: Seconds of the longest poll by the clock.
    """

    def __init__(self, segmenter: Any) -> None:
        self.segmenter = segmenter
        self.told: dict[Any, list[tuple[Any, ...]]] = {}
        self.longest = self.longest_wait = 0.0

    def start(self, browser: Any, model: str = "fine", **options: Any) -> Any:
        return self.segmenter.start(browser, model=model, listener=self.listen, **options)

    def listen(self, job: Any) -> None:
        self.told.setdefault(job, []).append((job.state, job.stage, job.share))

    def until(self, done: Callable[[], bool], seconds: float = 30.0) -> None:
        until = time.monotonic() + seconds
        while not done():
            if time.monotonic() > until:
                pytest.fail(f"nothing happened in {seconds} s; told: {self.told}")
            before, worked = time.monotonic(), time.thread_time()
            self.segmenter.poll()
            self.longest = max(self.longest, time.thread_time() - worked)
            self.longest_wait = max(self.longest_wait, time.monotonic() - before)
            time.sleep(0.01)

    def finish(self, seconds: float = 30.0) -> None:
        self.until(lambda: not self.segmenter.busy, seconds)

    def run(self, browser: Any, model: str = "fine", **options: Any) -> Any:
        """One job from its start to its end."""
        job = self.start(browser, model, **options)
        self.finish()
        return job
