"""R5: a client that dies takes its worker along, and what it leaves is removed by the next."""

import os
import signal
import subprocess
import sys
import time

import pytest
from hosting import FAULTY, gone_within, is_alive

from dsanet.worker.folder import SETTLING_SECONDS, private_folder

CLIENT = """
import sys, time
from pathlib import Path
from dsanet.worker import Client, ReadRequest
client = Client(folder=Path({folder!r}), program=({program!r},))
pid = client.wait(client.submit(ReadRequest(Path("fine"))))
{then}
print(pid, flush=True)
{last}
"""


def start_client(folder, fault=None, last="time.sleep(60)"):
    """A process with a client; gives it and its worker's process number."""
    then = f"client.submit(ReadRequest(Path({fault!r}))); time.sleep(0.3)" if fault else ""
    code = CLIENT.format(folder=str(folder), program=str(FAULTY), then=then, last=last)
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    return process, int(process.stdout.readline())


def kill(process):
    process.kill()
    process.wait()
    process.stdout.close()


def test_r5_the_worker_of_a_killed_client_clears_up_and_leaves(tmp_path):
    process, worker = start_client(tmp_path, "deaf")
    assert len(list(tmp_path.iterdir())) == 1
    kill(process)
    assert gone_within(worker, 2)
    assert list(tmp_path.iterdir()) == []


def test_r5_what_killed_processes_leave_is_removed_by_the_next_client(tmp_path, make_host):
    process, worker = start_client(tmp_path)
    os.kill(worker, signal.SIGSTOP)
    kill(process)
    os.kill(worker, signal.SIGKILL)
    assert gone_within(worker, 2)
    (left,) = tmp_path.iterdir()
    with private_folder(tmp_path) as living:
        for folder in (left, living):
            old = time.time() - SETTLING_SECONDS - 1
            os.utime(folder, (old, old))
        make_host().pid()
        assert not left.exists()
        assert living.exists()


@pytest.mark.parametrize("last", ["sys.exit(0)", "del client; time.sleep(1)"])
def test_a_program_that_forgets_to_close_leaves_nothing(tmp_path, last):
    process, worker = start_client(tmp_path, "deaf", last)
    process.communicate(timeout=10)
    assert process.returncode == 0
    assert not is_alive(worker)
    assert list(tmp_path.iterdir()) == []
