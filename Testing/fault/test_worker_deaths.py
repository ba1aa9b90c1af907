"""R12: a worker that dies is told of, costs one request, leaves nothing, and is replaced."""

import os
import signal
import sys

import numpy as np
import pytest
from hosting import is_alive

from dsanet.errors import WriteError
from dsanet.worker import Failed, Result, Stopped, WorkerError, arrays, process

DEATHS = {
    "sigkill": "was killed from outside, as the system does when memory is full",
    "segfault": r"crashed \(SIGSEGV\)",
    "abort": r"crashed \(SIGABRT\)",
    "exit": r"exit code 3; try again. It last wrote: some library: no such kernel",
    "torn": "exit code 5",
}
TOLD_WITHIN = 1.0
LIES = ("text", "half", "wrong", "foreign", "outside", "long")


def check_recovery(host, dead):
    """The dead worker left nothing, and the next request is answered by another."""
    assert not is_alive(dead)
    assert list(host.folder.iterdir()) == []
    assert host.pid() != dead


@pytest.mark.parametrize("fault", DEATHS)
def test_r12_a_death_is_told_in_words_and_the_next_request_works(host, fault):
    pid = host.pid()
    failed = host.answer(host.ask(fault), seconds=TOLD_WITHIN)
    assert isinstance(failed, Failed)
    with pytest.raises(WorkerError, match=DEATHS[fault]):
        raise failed.error
    assert not host.stopped().expected
    check_recovery(host, pid)


@pytest.mark.parametrize("lie", LIES)
def test_r12_a_worker_that_sends_garbage_is_ended(host, lie):
    pid = host.pid()
    failed = host.answer(host.ask(lie), seconds=TOLD_WITHIN)
    with pytest.raises(WorkerError, match="ended because it sent what is no message"):
        raise failed.error
    host.stopped()
    check_recovery(host, pid)


def test_r12_what_libraries_print_does_not_reach_the_client(host):
    pid = host.pid()
    answer = host.answer(host.ask("print"))
    assert isinstance(answer, Result)
    assert answer.value == [""]
    assert host.pid() == pid


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space")
def test_r12_a_full_memory_fails_the_request_and_not_the_worker(host):
    pid = host.pid()
    failed = host.answer(host.ask("memory"))
    with pytest.raises(WorkerError, match="memory is full; close other programs"):
        raise failed.error
    assert host.pid() == pid


@pytest.mark.parametrize(
    ("fault", "words"), [("defect", "KeyError"), ("object", "a message cannot hold a object")]
)
def test_a_defect_comes_back_with_its_traceback_and_the_worker_lives(host, fault, words):
    pid = host.pid()
    failed = host.answer(host.ask(fault))
    with pytest.raises(WorkerError, match=words):
        raise failed.error
    assert "faulty_worker.py" in failed.error.details or fault == "object"
    assert "Traceback" in failed.error.details
    assert host.pid() == pid


def test_r12_only_the_request_that_killed_the_worker_fails(host):
    numbers = [host.ask(fault) for fault in ("sigkill", "fine", "refuse", "sigkill", "fine")]
    host.answer(numbers[-1])
    kinds = {event.number: type(event) for event in host.events if type(event) in (Failed, Result)}
    assert [kinds[number] for number in numbers] == [Failed, Result, Failed, Failed, Result]
    assert len(host.saw(Stopped)) == 2


def test_r12_a_worker_that_dies_idle_costs_no_request(host):
    pid = host.pid()
    os.kill(pid, signal.SIGKILL)
    number = host.ask("fine")
    assert isinstance(host.answer(number), Result)


def test_an_interpreter_that_is_not_there_is_named(make_host):
    host = make_host(interpreter="/nowhere/python")
    numbers = [host.ask("fine"), host.ask("fine")]
    failed = host.answer(numbers[-1], seconds=2)
    with pytest.raises(WorkerError, match="could not be started with /nowhere/python"):
        raise failed.error
    assert [event.number for event in host.saw(Failed)] == numbers
    assert list(host.folder.iterdir()) == []


def test_a_full_disk_fails_the_request_and_not_the_worker(host, monkeypatch):
    def full(path, data):
        msg = f"{path} could not be written: no space left on the disk"
        raise WriteError(msg)

    pid = host.pid()
    with monkeypatch.context() as patch:
        patch.setattr(arrays, "write_scratch", full)
        patch.setattr(process, "dump", lambda message, files: files.save(np.zeros(3)))
        failed = host.answer(host.ask("fine"))
    with pytest.raises(WriteError, match="no space left"):
        raise failed.error
    assert host.pid() == pid
