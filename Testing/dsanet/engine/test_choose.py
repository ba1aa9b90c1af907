"""auto takes the fastest backend that works, and says why."""

import subprocess
import sys
from dataclasses import replace
from importlib.metadata import version

import pytest
import torch

from dsanet.engine import Engine, choose, openvino_backend, torch_backend
from dsanet.engine.choose import choose_backend
from dsanet.errors import EngineError, PackageError
from dsanet.packages import WEIGHTS


@pytest.fixture
def without_accelerator(monkeypatch):
    monkeypatch.setattr(choose, "_torch_has", lambda _device: False)


@pytest.fixture(params=["cuda", "mps"])
def accelerator(request, monkeypatch, stand_in):
    """A machine on which torch finds an accelerator; the backend is a stand-in."""
    monkeypatch.setattr(choose, "_torch_has", lambda device: device == request.param)
    monkeypatch.setattr(
        torch_backend,
        "TorchBackend",
        lambda _package, device, precision: stand_in("torch", device, precision or "float32"),
    )
    return request.param


def without_ir(package):
    files = {WEIGHTS: package.manifest["files"][WEIGHTS]}
    return replace(package, manifest={**package.manifest, "files": files})


@pytest.mark.usefixtures("without_accelerator")
@pytest.mark.parametrize(
    ("native", "precision", "why"),
    [
        (True, "bfloat16", "because this processor computes in bfloat16"),
        (False, "float32", "because this processor does not compute in bfloat16"),
    ],
)
def test_openvino_computes_in_bfloat16_where_that_is_native(
    tiny_package, monkeypatch, native, precision, why
):
    monkeypatch.setattr(openvino_backend, "has_native_bfloat16", lambda: native)
    chosen = choose_backend(tiny_package, "auto")
    assert (chosen.backend.name, chosen.backend.precision) == ("openvino", precision)
    assert chosen.reason == (
        "auto took openvino because no CUDA device was found; no MPS device was found,"
        f" in {precision} {why}."
    )


def test_an_accelerator_goes_first(tiny_package, accelerator):
    chosen = choose_backend(tiny_package, "auto")
    assert chosen.backend.device == accelerator
    why = {"cuda": ", the fastest there is", "mps": " because no CUDA device was found"}
    assert chosen.reason == f"auto took {accelerator}{why[accelerator]}, in float32."


@pytest.mark.usefixtures("without_accelerator")
def test_a_model_without_ir_runs_on_torch(tiny_package):
    chosen = choose_backend(without_ir(tiny_package), "auto")
    assert (chosen.backend.name, chosen.backend.device) == ("torch", "cpu")
    assert "the model has no OpenVINO IR" in chosen.reason


@pytest.mark.usefixtures("without_accelerator")
def test_an_openvino_that_cannot_read_the_ir_is_passed_over(tiny_package, monkeypatch):
    def refuse(*_args, **_keywords):
        raise PackageError("OpenVINO cannot read the IR")

    monkeypatch.setattr(openvino_backend, "OpenVINOBackend", refuse)
    chosen = choose_backend(tiny_package, "auto")
    assert chosen.backend.name == "torch"
    assert "openvino did not work (OpenVINO cannot read the IR)" in chosen.reason


def test_where_nothing_is_installed_the_reasons_are_told(tiny_package, monkeypatch):
    monkeypatch.setattr(choose, "_is_installed", lambda _name: False)
    with pytest.raises(
        EngineError, match=r"torch .* not both installed; OpenVINO is not installed"
    ):
        choose_backend(tiny_package, "auto")


def test_a_torch_that_cannot_be_loaded_is_told(tiny_package, monkeypatch):
    monkeypatch.setitem(sys.modules, "dsanet.engine.torch_backend", None)
    with pytest.raises(EngineError, match="torch is installed but cannot be loaded"):
        choose_backend(tiny_package, "cpu")


def test_what_the_user_asks_for_is_taken(tiny_package):
    chosen = choose_backend(tiny_package, "openvino", "float32")
    assert chosen.backend.precision == "float32"
    assert chosen.reason == "openvino was asked for, in float32 as asked."


@pytest.mark.parametrize(
    ("device", "precision", "match"),
    [
        ("auto", "int8", "precision is 'int8', expected one of auto, float32"),
        ("openvino", "float16", "OpenVINO cannot be used in float16"),
        ("cpu", "bfloat16", "torch cannot be used on cpu in bfloat16, only in float32"),
    ],
)
def test_a_precision_that_is_not_there_is_refused(tiny_package, device, precision, match):
    with pytest.raises(EngineError, match=match):
        Engine.load(tiny_package, device, precision)


def test_bfloat16_is_native_where_openvino_says_so(monkeypatch):
    class Core:
        def get_property(self, device, name):
            assert (device, name) == ("CPU", "OPTIMIZATION_CAPABILITIES")
            return self.capabilities

    monkeypatch.setattr(openvino_backend.import_openvino(), "Core", Core)
    Core.capabilities = ["FP32", "BF16"]
    assert openvino_backend.has_native_bfloat16()
    Core.capabilities = ["FP32", "INT8"]
    assert not openvino_backend.has_native_bfloat16()


def test_mixed_precision_is_entered_on_cuda_alone(tiny_package, monkeypatch):
    backend = torch_backend.TorchBackend(tiny_package, "cpu")
    entered = []
    monkeypatch.setattr(torch, "autocast", lambda *arguments: entered.append(arguments))
    backend._autocast()
    assert entered == []
    monkeypatch.setattr(backend, "device", "cuda")
    monkeypatch.setattr(backend, "precision", "float16")
    backend._autocast()
    assert entered == [("cuda", torch.float16)]


@pytest.mark.skipif(not version("torch").endswith("+cpu"), reason="this torch may find a GPU")
def test_auto_does_not_load_a_torch_that_can_find_no_accelerator(tiny_package):
    code = f"""
import sys
from dsanet.engine import Engine
Engine.load({str(tiny_package.folder)!r})
sys.stdout.write(str("torch" in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False"
