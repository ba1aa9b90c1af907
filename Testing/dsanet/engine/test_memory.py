"""The libraries' own errors of memory become one error, and what they held is let go."""

import weakref

import numpy as np
import pytest
import torch

from dsanet.engine import Engine
from dsanet.engine.backend import OutOfMemoryError
from dsanet.engine.openvino_backend import OpenVINOBackend
from dsanet.engine.torch_backend import TorchBackend
from dsanet.errors import EngineError

CUDA_TEXT = "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 4 GiB"
MPS_TEXT = "MPS backend out of memory (MPS allocated: 5.56 GB, other allocations: 1.10 GB)"
CPU_TEXT = (
    "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory"
)
WINDOWS_TEXT = "DefaultCPUAllocator: not enough memory: you tried to allocate 4000000 bytes."
BAD_ALLOC = "Exception from src/inference/src/cpp/infer_request.cpp:224:\nstd::bad_alloc"


def nothing():
    pass


def score(backend):
    frames = np.zeros((2, 32, 32), np.float32)
    return backend.score(frames, frames[0], np.arange(2, dtype=np.float32), nothing)


def raiser(error):
    def fail(*_args, **_keywords):
        raise error

    return fail


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError(CUDA_TEXT),
        torch.cuda.OutOfMemoryError(CUDA_TEXT),
        *map(RuntimeError, (MPS_TEXT, CPU_TEXT, WINDOWS_TEXT)),
    ],
    ids=["torch", "cuda", "mps", "linux", "windows"],
)
def test_torch_s_errors_of_memory_are_one(tiny_package, monkeypatch, error):
    backend = TorchBackend(tiny_package, "cpu")
    monkeypatch.setattr(backend._network, "fuse", raiser(error))
    with pytest.raises(OutOfMemoryError, match="torch could not run the model"):
        score(backend)


@pytest.mark.parametrize(("device", "module"), [("cuda", torch.cuda), ("mps", torch.mps)])
def test_what_torch_held_is_free_before_its_cache_is_emptied(
    tiny_package, monkeypatch, device, module
):
    held, alive_when_emptied = [], []

    def exhausted(*_):
        tensor = torch.zeros(4)
        held.append(weakref.ref(tensor))
        raise torch.OutOfMemoryError(CUDA_TEXT)

    backend = TorchBackend(tiny_package, "cpu")
    monkeypatch.setattr(backend, "_score", exhausted)
    monkeypatch.setattr(backend, "device", device)
    monkeypatch.setattr(
        module, "empty_cache", lambda: alive_when_emptied.append(held[0]() is not None)
    )
    with pytest.raises(OutOfMemoryError) as caught:
        score(backend)
    assert alive_when_emptied == [False]
    assert caught.value.__context__ is None


def test_torch_s_other_errors_are_engine_errors(tiny_package, monkeypatch):
    backend = TorchBackend(tiny_package, "cpu")
    monkeypatch.setattr(backend._network, "fuse", raiser(RuntimeError("cuDNN error: BAD_PARAM")))
    with pytest.raises(EngineError, match="cuDNN error") as caught:
        score(backend)
    assert not isinstance(caught.value, OutOfMemoryError)


class FullRequest:
    def infer(self, *_args, **_keywords):
        raise RuntimeError(BAD_ALLOC)


@pytest.mark.parametrize("part", ["_encoder", "_fusion"])
def test_openvino_s_bad_alloc_is_an_error_of_memory(tiny_package, monkeypatch, part):
    backend = OpenVINOBackend(tiny_package)
    monkeypatch.setattr(backend, part, FullRequest())
    with pytest.raises(OutOfMemoryError, match="bad_alloc"):
        score(backend)


def test_openvino_s_other_errors_are_engine_errors(tiny_package):
    backend = OpenVINOBackend(tiny_package)
    frames = np.zeros((2, 32, 32), np.float32)
    with pytest.raises(EngineError, match="could not run the model") as caught:
        backend.score(frames, frames[0, 0], np.arange(2, dtype=np.float32), nothing)
    assert not isinstance(caught.value, OutOfMemoryError)


def test_a_run_whose_memory_runs_out_in_openvino_is_answered_by_torch(
    tiny_package, dark_line, monkeypatch
):
    """Both libraries are real; only the allocation fails."""
    real = OpenVINOBackend.__init__

    def without_memory(self, *args, **keywords):
        real(self, *args, **keywords)
        self._fusion = FullRequest()

    run = dark_line(64, 64)
    expected = Engine.load(tiny_package, "cpu").segment(run, (0, 2))
    monkeypatch.setattr(OpenVINOBackend, "__init__", without_memory)
    prediction = Engine.load(tiny_package, "openvino").segment(run, (0, 2))
    assert prediction.provenance["backend"] == "torch"
    assert "bad_alloc" in prediction.provenance["device_choice"]
    np.testing.assert_array_equal(prediction.probabilities, expected.probabilities)
