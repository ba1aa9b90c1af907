"""How fast the engine is, against torch, against this machine, and as runs grow: `make bench`.

What is compared is timed in turn in one process, so that a busy machine slows all alike; ratios are
those of medians. Scaling and cold start run in fresh processes. Needs Linux or macOS.
"""

import statistics
import sys
import time

import numpy as np
import torch
from numpy.typing import NDArray
from Testing.benchmarks.children import cold_start_s, scaled_run
from Testing.benchmarks.engine_runs import made_run
from Testing.benchmarks.machine import matrix_gflops, network_flops

from dsanet.engine.backend import Backend
from dsanet.engine.openvino_backend import OpenVINOBackend, has_native_bfloat16
from dsanet.engine.scoring import NetworkInput, score_tiles
from dsanet.engine.tiling import tiles
from dsanet.engine.torch_backend import TorchBackend
from dsanet.packages import DEFAULT_NAME, ModelPackage, find_package
from dsanet.prepare import PrepareChoices, prepare

FRAMES, SIDE = 8, 512
REPEATS = 7
FRAME_COUNTS, SIDES = (5, 8, 16, 22), (512, 1024, 1432)
"""DSCA's runs have 5 to 22 frames of 512 to 1432 pixels a side."""

EAGER = "torch float32, channels first (eager, the reference)"


def main() -> int:
    """Measure, and write tables in Markdown.

    Returns:
        The exit code, always 0: what is allowed is judged on a quiet machine.
    """
    package = find_package(DEFAULT_NAME)
    show(f"`{package.name}`, {torch.get_num_threads()} threads. Medians of {REPEATS}.")
    compare_backends(package)
    show_scaling()
    show("", f"Cold start, from starting Python to the first frame: {cold_start_s():.2f} s.")
    return 0


def compare_backends(package: ModelPackage) -> None:
    """Time every backend of the processor on one run, in turn."""
    backends: dict[str, Backend] = {
        EAGER: channels_first(package),
        "torch float32, channels last (the engine's)": TorchBackend(package, "cpu"),
        "OpenVINO float32": OpenVINOBackend(package, "float32"),
    }
    if has_native_bfloat16():
        backends["OpenVINO bfloat16"] = OpenVINOBackend(package, "bfloat16")
    given = network_input(package)
    answers = {name: answer(backend, given) for name, backend in backends.items()}
    taken: dict[str, list[float]] = {name: [] for name in backends}
    for _ in range(REPEATS):
        for name, backend in backends.items():
            taken[name].append(timed(backend, given))
    flops = network_flops(package, FRAMES, SIDE)
    ceilings = {precision: matrix_gflops(precision) for precision in ("float32", "bfloat16")}
    eager = statistics.median(taken[EAGER])
    show("", f"{FRAMES} frames of {SIDE} x {SIDE}, {flops / 1e9:.1f} GFLOP in all:", "")
    show("| backend | s | eager / this | whole-vessel Dice to eager | GFLOP/s | share of ceiling |")
    show("| --- | --- | --- | --- | --- | --- |")
    for name, backend in backends.items():
        seconds = statistics.median(taken[name])
        speed = flops / 1e9 / seconds
        show(
            f"| {name} | {seconds:.3f} | {eager / seconds:.2f}"
            f" | {vessel_dice(answers[name], answers[EAGER]):.4f} | {speed:.0f}"
            f" | {speed / ceilings[backend.precision]:.2f} |"
        )
    best = ", ".join(f"{name} {value:.0f}" for name, value in ceilings.items())
    show("", f"Ceiling, the fastest matrix product of 1024 x 1024 in GFLOP/s: {best}.")


def channels_first(package: ModelPackage) -> TorchBackend:
    """The torch backend in the memory format that torch begins with."""
    backend = TorchBackend(package, "cpu")
    backend._network.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    backend._image = lambda image: torch.from_numpy(image)[None, None]  # type: ignore[method-assign]
    return backend


def network_input(package: ModelPackage) -> NetworkInput:
    """A made run as the network sees it."""
    run = made_run(FRAMES, SIDE)
    prepared = prepare(run, PrepareChoices(arterial_window=(0, FRAMES - 1)))
    return NetworkInput.of(prepared, package.config)


def answer(backend: Backend, given: NetworkInput) -> NDArray[np.intp]:
    """Labels of one scoring, which also warms the backend up."""
    regions = tiles(*given.minip.shape)
    return np.asarray(score_tiles(backend, given, regions, lambda *_: None, None).argmax(axis=0))


def timed(backend: Backend, given: NetworkInput) -> float:
    """Seconds of one scoring."""
    started = time.perf_counter()
    answer(backend, given)
    return time.perf_counter() - started


def vessel_dice(a: NDArray[np.intp], b: NDArray[np.intp]) -> float:
    """Dice of BV and MAT as one."""
    return float(2 * np.sum((a > 0) & (b > 0)) / (np.sum(a > 0) + np.sum(b > 0)))


def show_scaling() -> None:
    """Segment runs of all sizes, each in its own process."""
    found = [(n, side, scaled_run(n, side)) for side in SIDES for n in FRAME_COUNTS]
    costs = [run.infer_s / n / side**2 * 1e6 for n, side, run in found]
    show("", "The engine on `auto`; cost is that of the network a frame and million pixels:", "")
    show("| frames | side | prepare s | network s | cost s | cost / least | peak RSS GB |")
    show("| --- | --- | --- | --- | --- | --- | --- |")
    for (n, side, run), cost in zip(found, costs, strict=True):
        show(
            f"| {n} | {side} | {run.prepare_s:.2f} | {run.infer_s:.2f} | {cost:.3f}"
            f" | {cost / min(costs):.2f} | {run.peak_gb:.2f} |"
        )


def show(*lines: str) -> None:
    """Write lines at once."""
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
