"""A worker that does what the model's name says; `Segmenter` starts it in place of the real one."""

import ctypes
import os
import signal
import sys
import time
from pathlib import Path

from dsanet.worker.streams import reserve_streams

STREAMS = reserve_streams()


def answer(request, task):
    """Answer like an engine, but at once."""
    from Testing.mrml.conftest import make_prediction

    for stage in ("load", "prepare", "infer"):
        task.report(stage, 0.5)
    prediction = make_prediction(request.source)
    prediction.provenance["pid"] = os.getpid()
    return prediction


def garbage(_request, _task):
    STREAMS[1].write(b"hello\n")
    STREAMS[1].flush()
    time.sleep(8)


def hold_python(_request, _task):
    """Sleep in C and keep Python's lock, so that no sign of life is given."""
    ctypes.PyDLL(None).usleep(int(30e6))


def until_cancelled(_request, task):
    while True:
        task.report("infer", 0.25)
        task.check()
        time.sleep(0.02)


def refuse(_request, _task):
    from dsanet.errors import PrepareError

    msg = "the run has 2 frames, expected 3"
    raise PrepareError(msg)


def other_pixels(request, task):
    prediction = answer(request, task)
    prediction.provenance["input"]["pixel_sha256"] = "0" * 64
    return prediction


def other_size(request, _task):
    from Testing.mrml.conftest import make_prediction, make_run

    other = make_run(frames=len(request.source.pixels) + 1)
    prediction = make_prediction(other)
    prediction.provenance["input"]["pixel_sha256"] = request.source.pixel_hash
    return prediction


BEHAVIOURS = {
    "fine": answer,
    "die": lambda *_: os.kill(os.getpid(), signal.SIGKILL),
    "garbage": garbage,
    "hang": hold_python,
    "long": until_cancelled,
    "memory": lambda *_: (_ for _ in ()).throw(MemoryError),
    "refuse": refuse,
    "other pixels": other_pixels,
    "other size": other_size,
}


def segment(request, task):
    return BEHAVIOURS[request.model or "fine"](request, task)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from dsanet.worker.requests import SegmentRequest
    from dsanet.worker.serve import serve

    serve(*STREAMS, Path(sys.argv[-1]), {SegmentRequest: segment})
