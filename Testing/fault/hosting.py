"""A host that polls a client whose worker misbehaves on request, as Slicer would."""

import os
import time
from pathlib import Path

import pytest

from dsanet.worker import Cancelled, Client, Failed, ReadRequest, Result, Stopped

FAULTY = Path(__file__).with_name("faulty_worker.py")


class Host:
    """Polls a client and notes how long its calls take."""

    def __init__(self, folder, **options):
        self.folder = folder
        self.client = Client(folder=folder, program=(str(FAULTY),), **options)
        self.events = []
        self.longest = 0.0

    def timed(self, call, *arguments):
        before = time.perf_counter()
        answer = call(*arguments)
        self.longest = max(self.longest, time.perf_counter() - before)
        return answer

    def ask(self, fault):
        return self.timed(self.client.submit, ReadRequest(Path(fault)))

    def poll_until(self, done, seconds):
        """Poll until an event fulfils a condition; give that event."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            new = self.timed(self.client.poll)
            self.events += new
            for event in new:
                if done(event):
                    return event
            time.sleep(0.02)
        return pytest.fail(f"nothing happened in {seconds} s; events: {self.events}")

    def answer(self, number, seconds=30.0):
        """The last event of a request, waited for if need be."""

        def is_answer(event):
            return isinstance(event, Result | Failed | Cancelled) and event.number == number

        told = [event for event in self.events if is_answer(event)]
        return told[0] if told else self.poll_until(is_answer, seconds)

    def pid(self):
        """The process number of the worker, which is warm then."""
        return self.answer(self.ask("fine")).value

    def saw(self, kind):
        return [event for event in self.events if isinstance(event, kind)]

    def stopped(self):
        """The event that told the worker's end, waited for if need be."""
        told = self.saw(Stopped)
        return told[-1] if told else self.poll_until(lambda event: isinstance(event, Stopped), 2)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def gone_within(pid, seconds):
    """Whether a process ends in time."""
    until = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not is_alive(pid)
