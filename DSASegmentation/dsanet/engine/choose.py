"""Which backend runs a model on this machine, and why."""

import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from dsanet.engine.backend import Backend
from dsanet.errors import EngineError, PackageError
from dsanet.packages import ModelPackage

DEVICES = ("auto", "cuda", "mps", "openvino", "cpu")

PRECISIONS = ("auto", "float32", "bfloat16", "float16")

WHY_BFLOAT16 = "this processor computes in bfloat16"
"""bfloat16 is taken wherever it is native, because its answers agree with those in float32. Dice
between the two, first bundled model: whole vessel 0.9989 to 0.9998 on ten phantoms of the test set
(BV 0.9986 at least, MAT 0.9992), 0.9990 on the real carotid run; at most 0.022 % of the pixels
differ. On two single frames that are not subtracted, where little is found at all, Dice was 0.993
and 0.995, and 0.015 % of the pixels differed."""


@dataclass(frozen=True, eq=False)
class Chosen:
    """A backend and why it is this one.

    Attributes:
        backend: Ready to score.
        reason: One sentence for the provenance.
    """

    backend: Backend
    reason: str


def choose_backend(package: ModelPackage, device: str, precision: str = "auto") -> Chosen:
    """Open a model on a device, and say why on that one.

    Args:
        package: The model.
        device: One of `DEVICES`; `auto` takes the fastest that works: CUDA, MPS, OpenVINO, torch on
            the CPU.
        precision: One of `PRECISIONS`; `auto` takes the fastest whose answers agree with float32.

    Raises:
        EngineError: The device or precision is unknown or not there.
        PackageError: The package cannot run on it.
    """
    _check("device", device, DEVICES)
    _check("precision", precision, PRECISIONS)
    if device != "auto":
        backend = open_backend(package, device, precision)
        return Chosen(backend, f"{device} was asked for{_why_precision(backend, precision)}.")
    against: list[str] = []
    for candidate in ("cuda", "mps", "openvino", "cpu"):
        missing = _missing(package, candidate)
        if missing:
            against.append(missing)
            continue
        try:
            backend = open_backend(package, candidate, precision)
        except (EngineError, PackageError) as error:
            against.append(f"{candidate} did not work ({error})")
        else:
            return Chosen(backend, _sentence(candidate, against, backend, precision))
    reasons = "; ".join(dict.fromkeys(against))
    msg = f"no backend can run this model: {reasons}; pip install openvino"
    raise EngineError(msg)


def open_backend(package: ModelPackage, device: str, precision: str = "auto") -> Backend:
    """Open a model on one device.

    Args:
        package: The model.
        device: One of `DEVICES` but `auto`.
        precision: One of `PRECISIONS`.

    Raises:
        EngineError: The device is not there, or cannot be used in this precision.
        PackageError: The package cannot run on it.
    """
    if device == "openvino":
        from dsanet.engine.openvino_backend import OpenVINOBackend, has_native_bfloat16

        if precision == "auto":
            precision = "bfloat16" if has_native_bfloat16() else "float32"
        return OpenVINOBackend(package, precision)
    if not torch_is_installed():
        msg = (
            f"the device {device} needs torch and safetensors, which are not both installed;"
            " openvino needs neither"
        )
        raise EngineError(msg)
    try:
        from dsanet.engine.torch_backend import TorchBackend
    except (ImportError, OSError) as error:
        msg = f"torch is installed but cannot be loaded ({error}); install it again"
        raise EngineError(msg) from error
    return TorchBackend(package, device, None if precision == "auto" else precision)


def torch_is_installed() -> bool:
    """Whether torch and the library that reads its weights are there."""
    return all(_is_installed(name) for name in ("torch", "safetensors"))


def _check(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        msg = f"{what} is {value!r}, expected one of {', '.join(known)}"
        raise EngineError(msg)


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ValueError:  # find_spec's answer for a module that is blocked or half imported
        return False


def _missing(package: ModelPackage, device: str) -> str:
    """What keeps a device from being used, as far as can be told cheaply; empty if nothing."""
    if device == "openvino":
        if not _is_installed("openvino"):
            return "OpenVINO is not installed"
        return "" if package.has_ir else "the model has no OpenVINO IR"
    if not torch_is_installed():
        return "torch and safetensors are not both installed"
    if device == "cpu":
        return ""
    return "" if _torch_has(device) else f"no {device.upper()} device was found"


def _torch_has(device: str) -> bool:
    """Whether torch finds an accelerator; torch is imported only where it may find one."""
    if device == "mps" and sys.platform != "darwin":
        return False
    if device == "cuda" and (sys.platform == "darwin" or _is_cpu_build()):
        return False
    try:
        from dsanet.engine.torch_backend import torch_device_available
    except (ImportError, OSError):
        return False
    return torch_device_available(device)


def _is_cpu_build() -> bool:
    """Whether this torch was built for the CPU alone, which its version says: 2.13.0+cpu."""
    try:
        return version("torch").endswith("+cpu")
    except PackageNotFoundError:
        return False


def _sentence(device: str, against: list[str], backend: Backend, precision: str) -> str:
    reasons = "; ".join(dict.fromkeys(against))
    because = f" because {reasons}" if reasons else ", the fastest there is"
    return f"auto took {device}{because}{_why_precision(backend, precision)}."


def _why_precision(backend: Backend, asked: str) -> str:
    """The end of the sentence: the precision, and why."""
    if asked != "auto":
        return f", in {backend.precision} as asked"
    if backend.name == "openvino":
        native = backend.precision == "bfloat16"
        why = WHY_BFLOAT16 if native else "this processor does not compute in bfloat16"
        return f", in {backend.precision} because {why}"
    return f", in {backend.precision}"
