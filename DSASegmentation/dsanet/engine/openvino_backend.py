"""The network on OpenVINO: the CPU engine that needs no torch. Reads the IR of the package."""

import sys
from typing import Any

import numpy as np

from dsanet.engine.backend import Array, OnFrame, OutOfMemoryError
from dsanet.errors import EngineError, PackageError
from dsanet.packages import ModelPackage

FRAME_ENCODER, FUSION = "frame_encoder", "fusion"

HINTS = {"float32": "f32", "bfloat16": "bf16"}
"""OpenVINO's words for the precisions that it is used with."""

TELEMETRY = "openvino_telemetry"

MEMORY_WORDS = ("bad_alloc", "out of memory", "cannot allocate", "failed to allocate")
"""What OpenVINO's errors say when memory is short; there is no class of their own."""


class OpenVINOBackend:
    """Runs a package's OpenVINO IR on the CPU.

    A single frame enters the fusion twice: that changes nothing in attention, maximum and mean, and
    OpenVINO 2026.4 answers wrongly from then on when a model of dynamic shape first meets an
    attention over one token.

    Frames are encoded one by one: four at a time took longer a frame, because their features no
    longer fit the processor's cache.
    """

    name = "openvino"
    device = "cpu"

    def __init__(
        self, package: ModelPackage, precision: str = "float32", threads: int | None = None
    ) -> None:
        """Compile the IR for this processor; nothing is cached on disk.

        Args:
            package: The model.
            precision: `float32` or `bfloat16`.
            threads: Threads to use; None leaves it to OpenVINO, which takes one a core.

        Raises:
            EngineError: OpenVINO is not installed, or does not know the precision.
            PackageError: The package has no IR, or OpenVINO cannot read it.
        """
        openvino = import_openvino()
        if not package.has_ir:
            msg = f"model package {package.folder} has no OpenVINO IR; choose the device cpu"
            raise PackageError(msg)
        if precision not in HINTS:
            msg = f"OpenVINO cannot be used in {precision}, only in {' or '.join(HINTS)}"
            raise EngineError(msg)
        options = {
            "INFERENCE_PRECISION_HINT": HINTS[precision],
            "PERFORMANCE_HINT": "LATENCY",
            **({"INFERENCE_NUM_THREADS": threads} if threads else {}),
        }
        core = openvino.Core()
        try:
            encoder, fusion = (
                core.compile_model(_graph(core, package, part), "CPU", options)
                for part in (FRAME_ENCODER, FUSION)
            )
        except RuntimeError as error:
            msg = f"OpenVINO cannot read the IR of {package.folder}: {error}"
            raise PackageError(msg) from error
        self.precision = precision
        self.threads = int(fusion.get_property("INFERENCE_NUM_THREADS"))
        self._encoder, self._fusion = encoder.create_infer_request(), fusion.create_infer_request()

    def score(self, frames: Array, minip: Array, times: Array, on_frame: OnFrame) -> Array:
        """See `Backend.score`."""
        highest: list[Array] = []
        total: list[Array] = []
        bottleneck: list[Array] = []
        for frame in frames:
            encoded = _infer(self._encoder, [frame[None, None]])
            bottleneck.append(encoded[-1].copy())
            if highest:
                for top, add, level in zip(highest, total, encoded, strict=True):
                    np.maximum(top, level, out=top)
                    np.add(add, level, out=add)
            else:
                highest = [level.copy() for level in encoded]
                total = [level.copy() for level in encoded]
            on_frame()
        for top, add in zip(highest, total, strict=True):
            np.divide(add, np.float32(len(frames)), out=add)
            np.add(top, add, out=top)
        stacked, moments = np.stack(bottleneck, axis=1), times[None]
        if len(frames) == 1:
            stacked, moments = stacked.repeat(2, axis=1), moments.repeat(2, axis=1)
        return np.array(_infer(self._fusion, [minip[None, None], *highest, stacked, moments])[0][0])


def _graph(core: Any, package: ModelPackage, part: str) -> Any:
    """Read one part of the IR from the very bytes whose hashes are the stated ones."""
    return core.read_model(package.read(f"{part}.xml"), package.ir_constants(part))


def import_openvino() -> Any:
    """The OpenVINO library, without its telemetry.

    OpenVINO tells its makers of every import and conversion (openvino/tools/ovc/__init__.py of
    2026.4) unless the package `openvino_telemetry` cannot be imported; then it uses a stub.

    Raises:
        EngineError: It is not installed, or cannot be loaded.
    """
    sys.modules.setdefault(TELEMETRY, None)  # type: ignore[arg-type]  # makes its import fail
    try:
        import openvino
    except ImportError as error:
        msg = "OpenVINO is not installed: pip install openvino, or choose the device cpu"
        raise EngineError(msg) from error
    except OSError as error:
        msg = f"OpenVINO is installed but cannot be loaded ({error}); install it again"
        raise EngineError(msg) from error
    return openvino


def has_native_bfloat16() -> bool:
    """Whether this processor computes in bfloat16, so that it is fast.

    Source: OpenVINO, CPU device, `ov::device::capabilities`: BF16 is named where the processor has
    AVX512_BF16 or AMX.

    Raises:
        EngineError: OpenVINO is not installed.
    """
    capabilities = import_openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return "BF16" in capabilities


def _infer(request: Any, inputs: list[Array]) -> list[Array]:
    """Outputs of one run, as views into OpenVINO's memory that the next run overwrites.

    Raises:
        OutOfMemoryError: Memory ran out.
        EngineError: The model does not take these inputs.
    """
    try:
        results = request.infer(dict(enumerate(inputs)), share_inputs=True, share_outputs=True)
    except RuntimeError as error:
        reason = str(error)
    else:
        return [results[i] for i in range(len(results))]
    # Outside the except block, whose traceback would hold the inputs.
    if any(word in reason.lower() for word in MEMORY_WORDS):
        msg = f"memory ran out in OpenVINO: {reason}"
        raise OutOfMemoryError(msg)
    msg = f"OpenVINO could not run the model: {reason}"
    raise EngineError(msg)
