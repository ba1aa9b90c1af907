"""What the network asks for, and what this machine can give at most."""

import statistics
import time
from typing import Any

import numpy as np
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from dsanet.engine.openvino_backend import HINTS, import_openvino
from dsanet.engine.torch_backend import load_network
from dsanet.packages import ModelPackage

openvino = import_openvino()
opset13 = openvino.opset13

MATRIX = 1024
REPEATS = 15


def network_flops(package: ModelPackage, frames: int, side: int) -> int:
    """Count a network's floating-point operations in convolutions and matrix products.

    torch counts two for each multiply-add, from the shapes of what really runs; attention is taken
    apart into its matrix products for that.

    Args:
        package: The model.
        frames: T.
        side: H and W, a multiple of 32.
    """
    network = load_network(package)
    image = torch.zeros(1, frames, side, side)
    counter = FlopCounterMode(display=False)
    with torch.inference_mode(), sdpa_kernel(SDPBackend.MATH), counter:
        network(image, image[:, 0], torch.arange(frames, dtype=torch.float32)[None])
    return int(counter.get_total_flops())


def matrix_gflops(precision: str) -> float:
    """The fastest product of two square matrices of 1024, in GFLOP/s, of OpenVINO and torch.

    Args:
        precision: `float32` or `bfloat16`.
    """
    works = [torch_product(precision), openvino_product(precision)]
    for work in works:
        work()
    medians = [statistics.median(seconds(work) for _ in range(REPEATS)) for work in works]
    return 2 * MATRIX**3 / 1e9 / min(medians)


def torch_product(precision: str) -> Any:
    """A function that multiplies two matrices with torch."""
    a, b = (torch.rand(MATRIX, MATRIX, dtype=getattr(torch, precision)) for _ in range(2))
    return lambda: torch.mm(a, b)


def openvino_product(precision: str) -> Any:
    """A function that multiplies a matrix by a constant one with OpenVINO, as layers do."""
    rng = np.random.default_rng(0)
    a, b = (rng.random((MATRIX, MATRIX), np.float32) for _ in range(2))
    left = opset13.parameter([MATRIX, MATRIX], np.float32)
    product = opset13.matmul(left, opset13.constant(b), False, True)
    options = {"INFERENCE_PRECISION_HINT": HINTS[precision], "PERFORMANCE_HINT": "LATENCY"}
    model = openvino.Model([product], [left])
    request = openvino.Core().compile_model(model, "CPU", options).create_infer_request()
    return lambda: request.infer({0: a}, share_inputs=True, share_outputs=True)


def seconds(work: Any) -> float:
    """Time one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
