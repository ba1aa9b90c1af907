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
    if not find_spec("torch"):
        msg = f"the device {chosen} needs torch, which is not installed; openvino needs none"
        raise EngineError(msg)
    from dsanet.engine.torch_backend import TorchBackend

    return TorchBackend(package, chosen)


def _fastest(package: ModelPackage) -> str:
    if find_spec("torch"):
        from dsanet.engine.torch_backend import torch_device_available

        accelerators = [name for name in ("cuda", "mps") if torch_device_available(name)]
        if accelerators:
            return accelerators[0]
    if find_spec("openvino") and package.has_ir:
        return "openvino"
    if find_spec("torch"):
        return "cpu"
    msg = "neither OpenVINO nor torch is installed: pip install openvino"
    raise EngineError(msg)
