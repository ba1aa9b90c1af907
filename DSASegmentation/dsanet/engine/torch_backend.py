"""The network on torch: CUDA, MPS or CPU. The one engine file that imports torch."""

from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load

from dsanet.engine.backend import Array, OnFrame, OutOfMemoryError
from dsanet.errors import EngineError, PackageError
from dsanet.model.dsanet import DSANet
from dsanet.packages import WEIGHTS, ModelPackage

AMP = {"cuda": "float16"}
"""What automatic mixed precision is used in, by device; elsewhere all is float32."""

MEMORY_WORDS = ("out of memory", "can't allocate memory", "not enough memory")
"""What torch's errors of MPS and CPU say when memory is short; only CUDA has a class for it."""


class TorchBackend:
    """Runs a package's weights with torch.

    Channels come last in memory: convolutions took half as long on a CPU, and tensor cores ask for
    it.
    """

    name = "torch"

    def __init__(self, package: ModelPackage, device: str, precision: str | None = None) -> None:
        """Load the weights.

        Args:
            package: The model.
            device: `cuda`, `mps` or `cpu`.
            precision: `float32`, or what `AMP` has for the device; None is the latter.

        Raises:
            EngineError: The device is not there, or cannot be used in this precision.
            PackageError: The weights do not fit the architecture.
            OutOfMemoryError: The weights do not fit the device's memory.
        """
        if not torch_device_available(device):
            msg = f"torch {torch.__version__} finds no {device} device on this machine"
            raise EngineError(msg)
        fastest = AMP.get(device, "float32")
        if precision not in (None, "float32", fastest):
            msg = f"torch cannot be used on {device} in {precision}, only in float32 or {fastest}"
            raise EngineError(msg)
        self.device = device
        self.precision = precision or fastest
        self.threads = torch.get_num_threads()
        network = load_network(package)
        try:
            network.to(device)
            # torch's type hints lack what its documentation has.
            network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        except RuntimeError as error:
            raise _failure(str(error)) from None
        self._network = network

    def score(self, frames: Array, minip: Array, times: Array, on_frame: OnFrame) -> Array:
        """See `Backend.score`."""
        try:
            with torch.inference_mode(), self._autocast():
                scores = self._score(frames, minip, times, on_frame)
                return np.asarray(scores.float().cpu().numpy())
        except RuntimeError as error:
            reason = str(error)
        # Outside the except block, whose traceback would hold the tensors.
        _free_cached_memory(self.device)
        raise _failure(reason)

    def _autocast(self) -> AbstractContextManager[object]:
        if self.precision == "float32":
            return nullcontext()
        return torch.autocast(self.device, getattr(torch, self.precision))

    def _score(self, frames: Array, minip: Array, times: Array, on_frame: OnFrame) -> torch.Tensor:
        """Encode frame by frame into running maximum and sum, then fuse."""
        network = self._network
        highest: list[torch.Tensor] = []
        total: list[torch.Tensor] = []
        bottleneck: list[torch.Tensor] = []
        for frame in frames:
            encoded = network.frame_encoder(self._image(frame))
            bottleneck.append(encoded[-1])
            if highest:
                for top, add, level in zip(highest, total, encoded, strict=True):
                    torch.maximum(top, level, out=top)
                    add.add_(level)
            else:
                highest = [level.clone() for level in encoded]
                total = [level.float().clone() for level in encoded]
            on_frame()
        links = [top + add / len(frames) for top, add in zip(highest, total, strict=True)]
        moments = torch.from_numpy(times)[None].to(self.device)
        stacked = torch.stack(bottleneck, dim=1)
        scores: torch.Tensor = network.fuse(self._image(minip), links, stacked, moments)[0][0]
        return scores

    def _image(self, image: Array) -> torch.Tensor:
        """(H, W) in memory -> (1, 1, H, W) on the device."""
        return torch.from_numpy(image)[None, None].to(
            self.device, memory_format=torch.channels_last
        )


def torch_device_available(device: str) -> bool:
    """Whether torch can compute on `cuda`, `mps` or `cpu` here."""
    if device == "cuda":
        return torch.cuda.is_available()
    if device == "mps":
        return torch.backends.mps.is_available()
    return device == "cpu"


def load_network(package: ModelPackage) -> DSANet:
    """Rebuild a package's network on the CPU in float32, ready for inference.

    Raises:
        PackageError: The weights have changed since they were checked, do not fit the
            architecture, or are not finite.
    """
    try:
        halves = load(package.read(WEIGHTS))  # the very bytes whose hash was checked
        weights = {name: value.float() for name, value in halves.items()}
        network = DSANet(package.config)
        network.load_state_dict(weights)
    except (SafetensorError, RuntimeError, ValueError) as error:
        msg = f"the weights of {package.folder} do not fit its architecture: {error}"
        raise PackageError(msg) from error
    if not all(bool(value.isfinite().all()) for value in weights.values()):
        msg = f"the weights of {package.folder} are not all finite"
        raise PackageError(msg)
    return network.eval()


def _failure(reason: str) -> EngineError:
    """The error for a RuntimeError of torch; OutOfMemoryError of CUDA is one and says so."""
    short = any(word in reason.lower() for word in MEMORY_WORDS)
    kind = OutOfMemoryError if short else EngineError
    return kind(f"torch could not run the model: {reason}")


def _free_cached_memory(device: str) -> None:
    """Give back what torch keeps of a device's memory for itself."""
    if device == "cuda":
        torch.cuda.empty_cache()
    elif device == "mps":
        torch.mps.empty_cache()
