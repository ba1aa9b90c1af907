"""A worker that does what the path of a ReadRequest says: die, hang, lie. Started in its place."""

import ctypes
import os
import signal
import sys
import time
from pathlib import Path

from dsanet.worker.streams import reserve_streams

STREAMS = reserve_streams()


def write_raw(data):
    """Write past the protocol, then notice nothing for a while."""
    STREAMS[1].write(data)
    STREAMS[1].flush()
    hold_python(8)


def die_of(number):
    """Die of a signal."""
    os.kill(os.getpid(), number)
    time.sleep(5)


def hold_python(seconds):
    """Sleep in C and keep Python's lock, as some libraries do."""
    ctypes.PyDLL(None).usleep(int(seconds * 1e6))


def ignore_and_sleep():
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    time.sleep(30)


def print_everywhere():
    sys.stdout.write('{"Result": {"number": 1, "value": null}}\n')
    sys.stdout.flush()
    libc = ctypes.CDLL(None)
    libc.puts(b"from C")
    libc.fflush(None)
    os.write(1, b"to the descriptor\n")
    return [sys.stdin.read()]


def fill_memory():
    import resource

    import numpy as np

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + (64 << 20), hard))
    try:
        return np.ones(1 << 30, np.uint8)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def refuse():
    from dsanet.io.boundary import NamedReadError

    msg = "Cannot read run.dcm: Rows (0028,0010) is 0."
    raise NamedReadError(msg)


def say_and_exit():
    os.write(2, b"some library: no such kernel\n")
    os._exit(3)


def wait_for_cancel(task):
    while True:
        task.report("infer", 0.5)
        task.check()
        time.sleep(0.02)


def load_slowly(task):
    task.report("load", 0.0)
    hold_python(2.5)
    return "loaded"


FAULTS = {
    "fine": lambda _: os.getpid(),
    "sigkill": lambda _: die_of(signal.SIGKILL),
    "segfault": lambda _: die_of(signal.SIGSEGV),
    "abort": lambda _: os.abort(),
    "exit": lambda _: say_and_exit(),
    "print": lambda _: print_everywhere(),
    "text": lambda _: write_raw(b"hello\n"),
    "half": lambda _: write_raw(b'{"Result": {"numb\n'),
    "wrong": lambda _: write_raw(b'{"Result": {"number": 1}}\n'),
    "foreign": lambda _: write_raw(b'{"Cancel": {"through": 1}}\n'),
    "outside": lambda _: write_raw(
        b'{"Result": {"number": 1, "value": {"array": "../a-1.npy"}}}\n'
    ),
    "long": lambda _: write_raw(b"x" * ((1 << 24) + 2)),
    "torn": lambda _: (STREAMS[1].write(b'{"Prog'), STREAMS[1].flush(), os._exit(5)),
    "memory": lambda _: fill_memory(),
    "defect": lambda _: {}["missing"],
    "object": lambda _: object(),
    "refuse": lambda _: refuse(),
    "patient": wait_for_cancel,
    "deaf": lambda _: ignore_and_sleep(),
    "locked": lambda _: hold_python(30),
    "slow load": load_slowly,
}


def misbehave(request, task):
    return FAULTS[request.path.name](task)


if __name__ == "__main__":
    from dsanet.worker.requests import ReadRequest
    from dsanet.worker.serve import serve

    serve(*STREAMS, Path(sys.argv[-1]), {ReadRequest: misbehave})
