"""R12: a cancel takes a second at most, whatever the worker does, and a hang is told of."""

import time
from pathlib import Path

import pytest
from hosting import is_alive

from dsanet.worker import Cancelled, Failed, Hung, Progress, ReadRequest, Result, Stopped

CANCEL_LIMIT = 1.0


def begin(host, fault):
    """Ask for a fault and give it time to begin."""
    number = host.ask(fault)
    until = time.monotonic() + 0.3
    while time.monotonic() < until:
        host.events += host.timed(host.client.poll)
        time.sleep(0.02)
    return number


def cancel(host, *numbers):
    """Cancel and wait for what becomes of the requests; give the seconds that took."""
    before = time.monotonic()
    host.timed(host.client.cancel)
    for number in numbers:
        assert host.answer(number, seconds=2) == Cancelled(number)
    return time.monotonic() - before


def test_r12_a_worker_that_listens_is_cancelled_and_stays_warm(host):
    pid = host.pid()
    number = begin(host, "patient")
    assert host.saw(Progress)
    assert cancel(host, number) < CANCEL_LIMIT
    assert not host.saw(Stopped)
    assert host.pid() == pid


@pytest.mark.parametrize("fault", ["deaf", "locked"])
def test_r12_a_worker_that_does_not_listen_is_killed_within_a_second(host, fault):
    pid = host.pid()
    assert cancel(host, begin(host, fault)) < CANCEL_LIMIT
    assert host.stopped().expected
    assert not is_alive(pid)
    assert list(host.folder.iterdir()) == []
    assert host.pid() != pid


def test_r12_requests_in_the_queue_are_cancelled_too_and_later_ones_are_not(host):
    numbers = [begin(host, "deaf"), host.ask("fine"), host.ask("exit")]
    host.timed(host.client.cancel)
    after = host.ask("fine")
    assert isinstance(host.answer(after), Result)
    assert [event.number for event in host.saw(Cancelled)] == numbers
    assert not host.saw(Failed)


def test_a_late_answer_to_a_cancelled_request_is_dropped(host):
    number = host.ask("fine")
    time.sleep(0.3)
    host.client.cancel()
    assert host.answer(number) == Cancelled(number)


def test_cancel_and_close_without_a_request_do_nothing(make_host):
    host = make_host()
    host.client.cancel()
    host.client.close()
    assert host.client.poll() == []


def test_r12_requests_are_taken_even_when_the_pipe_is_full(host):
    numbers = [begin(host, "locked")]
    long_path = Path("/".join(["a" * 200] * 300))
    for _ in range(8):
        numbers.append(host.timed(host.client.submit, ReadRequest(long_path)))
    assert cancel(host, *numbers) < CANCEL_LIMIT


def test_r12_a_hang_is_told_of_and_cancel_ends_it(make_host):
    host = make_host(patience=1.5)
    pid = host.pid()
    number = host.ask("locked")
    hung = host.poll_until(lambda event: isinstance(event, Hung), seconds=5)
    assert hung.message == "The worker has given no sign of life for 2 s; cancel ends it."
    assert cancel(host, number) < 0.5
    host.stopped()
    assert not is_alive(pid)
    assert len(host.saw(Hung)) == 1


def test_loading_that_holds_python_s_lock_is_no_hang(make_host):
    host = make_host(patience=1.5)
    host.pid()
    assert host.answer(host.ask("slow load")).value == "loaded"
    assert not host.saw(Hung)


def test_close_ends_a_hung_worker_at_once(make_host):
    host = make_host()
    pid = host.pid()
    number = begin(host, "locked")
    host.timed(host.client.close)
    assert host.client.poll() == [
        Cancelled(number),
        Stopped("The worker was ended as asked.", expected=True),
    ]
    time.sleep(0.3)
    assert not is_alive(pid)
    assert list(host.folder.iterdir()) == []
    assert host.pid() != pid
