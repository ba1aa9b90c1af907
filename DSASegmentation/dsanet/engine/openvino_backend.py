"""The network on OpenVINO: the CPU engine that needs no torch. Reads the IR of the package."""

from typing import Any

import numpy as np

from dsanet.engine.backend import Array, OnFrame
from dsanet.errors import EngineError, PackageError
from dsanet.packages import ModelPackage

FRAME_ENCODER, FUSION = "frame_encoder", "fusion"


class OpenVINOBackend:
    """Runs a package's OpenVINO IR on the CPU.

    A single frame enters the fusion twice: that changes nothing in attention, maximum and mean, and
    OpenVINO 2026.4 answers wrongly from then on when a model of dynamic shape first meets an
    attention over one token.
    """

    name = "openvino"
    device = "cpu"

    def __init__(self, package: ModelPackage, precision: str = "f32") -> None:
        """Compile the IR for this processor.

        Args:
            package: The model.
            precision: `f32` or `bf16`.

        Raises:
            EngineError: OpenVINO is not installed.
            PackageError: The package has no IR, or OpenVINO cannot read it.
        """
        try:
            import openvino
        except ImportError as error:
            msg = "OpenVINO is not installed: pip install openvino, or choose the device cpu"
            raise EngineError(msg) from error
        if not package.has_ir:
            msg = f"model package {package.folder} has no OpenVINO IR; choose the device cpu"
            raise PackageError(msg)
        core = openvino.Core()
        options = {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY"}
        try:
            self._encoder, self._fusion = (
                core.compile_model(package.ir(part), "CPU", options).create_infer_request()
                for part in (FRAME_ENCODER, FUSION)
            )
        except RuntimeError as error:
            msg = f"OpenVINO cannot read the IR of {package.folder}: {error}"
            raise PackageError(msg) from error
        self.precision = {"f32": "float32", "bf16": "bfloat16"}[precision]

    def score(self, frames: Array, minip: Array, times: Array, on_frame: OnFrame) -> Array:
        """See `Backend.score`."""
        highest: list[Array] = []
        total: list[Array] = []
        bottleneck: list[Array] = []
        for frame in frames:
            encoded = _infer(self._encoder, [frame[None, None]])
            bottleneck.append(encoded[-1].copy())
            if not highest:
                highest = [level.copy() for level in encoded]
                total = [np.zeros_like(level) for level in encoded]
            for top, add, level in zip(highest, total, encoded, strict=True):
                np.maximum(top, level, out=top)
                np.add(add, level, out=add)
            on_frame()
        count = np.float32(len(frames))
        links = [top + add / count for top, add in zip(highest, total, strict=True)]
        stacked, moments = np.stack(bottleneck, axis=1), times[None]
        if len(frames) == 1:
            stacked, moments = stacked.repeat(2, axis=1), moments.repeat(2, axis=1)
        inputs = [minip[None, None], *links, stacked, moments]
        return np.array(_infer(self._fusion, inputs)[0][0])


def _infer(request: Any, inputs: list[Array]) -> list[Array]:
    """Outputs of one run, as views into OpenVINO's memory that the next run overwrites.

    Raises:
        EngineError: The model does not take these inputs.
    """
    try:
        results = request.infer(dict(enumerate(inputs)), share_inputs=True, share_outputs=True)
    except RuntimeError as error:
        msg = f"OpenVINO could not run the model: {error}"
        raise EngineError(msg) from error
    return [results[i] for i in range(len(results))]
