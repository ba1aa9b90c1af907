"""Which backend runs a model on this machine."""

from importlib.util import find_spec

from dsanet.engine.backend import Backend
from dsanet.errors import EngineError
from dsanet.packages import ModelPackage

DEVICES = ("auto", "cuda", "mps", "openvino", "cpu")


def open_backend(package: ModelPackage, device: str) -> Backend:
    """Open a model on a device.

    Args:
        package: The model.
        device: One of `DEVICES`; `auto` takes the fastest that is there: CUDA, MPS, OpenVINO,
            torch on the CPU.

    Raises:
        EngineError: The device is unknown or not there.
        PackageError: The package cannot run on it.
    """
    if device not in DEVICES:
        msg = f"device is {device!r}, expected one of {', '.join(DEVICES)}"
        raise EngineError(msg)
    chosen = _fastest(package) if device == "auto" else device
    if chosen == "openvino":
        from dsanet.engine.openvino_backend import OpenVINOBackend

        return OpenVINOBackend(package)
    if not _torch_is_installed():
        msg = (
            f"the device {chosen} needs torch and safetensors, which are not both installed;"
            " openvino needs neither"
        )
        raise EngineError(msg)
    from dsanet.engine.torch_backend import TorchBackend

    return TorchBackend(package, chosen)


def _torch_is_installed() -> bool:
    """Whether torch and the library that reads its weights are there."""
    return all(_is_installed(name) for name in ("torch", "safetensors"))


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ValueError:  # find_spec's answer for a module that is blocked or half imported
        return False


def _fastest(package: ModelPackage) -> str:
    if _torch_is_installed():
        from dsanet.engine.torch_backend import torch_device_available

        accelerators = [name for name in ("cuda", "mps") if torch_device_available(name)]
        if accelerators:
            return accelerators[0]
    if _is_installed("openvino") and package.has_ir:
        return "openvino"
    if _torch_is_installed():
        return "cpu"
    msg = "neither OpenVINO nor torch is installed: pip install openvino"
    raise EngineError(msg)
