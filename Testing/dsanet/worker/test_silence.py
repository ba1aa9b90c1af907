"""Signs of life: what counts as silence."""

import pytest

from dsanet.worker import silence
from dsanet.worker.silence import Silence


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(silence.time, "monotonic", lambda: now[0])

    def go_on(seconds):
        now[0] += seconds

    return go_on


def test_silence_adds_up_and_a_sign_of_life_ends_it(clock):
    watch = Silence()
    heard = []
    for signs in (0, 0, 1, 1, 2):
        clock(0.5)
        heard.append(watch.look(signs))
    assert heard == [0.5, 1.0, 0.0, 0.5, 0.0]


def test_a_computer_that_slept_has_not_listened(clock):
    watch = Silence()
    clock(3600.0)
    assert watch.look(0) == silence.LONGEST_GAP
