"""The network on torch: CUDA, MPS or CPU. The one engine file that imports torch."""

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from dsanet.engine.backend import Array, OnFrame
from dsanet.errors import EngineError, PackageError
from dsanet.model.dsanet import DSANet
from dsanet.packages import ModelPackage


class TorchBackend:
    """Runs a package's weights with torch."""

    name = "torch"

    def __init__(self, package: ModelPackage, device: str) -> None:
        """Load the weights.

        Args:
            package: The model.
            device: `cuda`, `mps` or `cpu`.

        Raises:
            EngineError: The device is not there.
            PackageError: The weights do not fit the architecture.
        """
        if not torch_device_available(device):
            msg = f"torch {torch.__version__} finds no {device} device on this machine"
            raise EngineError(msg)
        self.device = device
        self.precision = "float16" if device == "cuda" else "float32"
        self._network = load_network(package).to(device)

    @torch.inference_mode()
    def score(self, frames: Array, minip: Array, times: Array, on_frame: OnFrame) -> Array:
        """See `Backend.score`."""
        with torch.autocast(self.device, torch.float16, enabled=self.device == "cuda"):
            scores = self._score(frames, minip, times, on_frame)
        return np.asarray(scores.float().cpu().numpy())

    def _score(self, frames: Array, minip: Array, times: Array, on_frame: OnFrame) -> torch.Tensor:
        """Encode frame by frame into running maximum and sum, then fuse."""
        network, device = self._network, self.device
        highest: list[torch.Tensor] = []
        total: list[torch.Tensor] = []
        bottleneck: list[torch.Tensor] = []
        for frame in frames:
            encoded = network.frame_encoder(torch.from_numpy(frame)[None, None].to(device))
            bottleneck.append(encoded[-1])
            if not highest:
                highest, total = encoded, [level.float() for level in encoded]
            else:
                highest = [torch.maximum(a, b) for a, b in zip(highest, encoded, strict=True)]
                total = [a + b for a, b in zip(total, encoded, strict=True)]
            on_frame()
        links = [top + add / len(frames) for top, add in zip(highest, total, strict=True)]
        return network.fuse(
            torch.from_numpy(minip)[None, None].to(device),
            links,
            torch.stack(bottleneck, dim=1),
            torch.from_numpy(times)[None].to(device),
        )[0][0]


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
        PackageError: The weights do not fit the architecture, or are not finite.
    """
    try:
        weights = {name: value.float() for name, value in load_file(package.weights).items()}
        network = DSANet(package.config)
        network.load_state_dict(weights)
    except (SafetensorError, RuntimeError, ValueError, OSError) as error:
        msg = f"the weights of {package.folder} do not fit its architecture: {error}"
        raise PackageError(msg) from error
    if not all(bool(value.isfinite().all()) for value in weights.values()):
        msg = f"the weights of {package.folder} are not all finite"
        raise PackageError(msg)
    return network.eval()
