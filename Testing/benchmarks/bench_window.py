"""How often the arterial window of phantoms is right within one frame, and how long it takes.

Run with `python Testing/benchmarks/bench_window.py [FIRST_SEED COUNT]`. Counted are runs of 2 to
7.5 frames a second; slower ones are right nearly always, because a frame is long.
"""

import math
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from dsanet.prepare import prepare
from dsanet.prepare.window import find_window
from dsatrain.phantom import PhantomSettings, make_phantom, sample_settings

FIRST_SEED, COUNT = 1500, 200
"""Seeds from 1,000,003 on are trained on; those below 1500 shaped `find_window`."""

RATES = (1.9, 7.6)
COARSE_FRAMES, COARSE_SIDE = 20, 256
ALLOWED_S = 0.3
REPEATS = 9


class Found(NamedTuple):
    """One run: what it was made from and which ends were right within a frame."""

    settings: PhantomSettings
    begin: bool
    end: bool


def main(arguments: list[str]) -> int:
    """Write both tables.

    Args:
        arguments: First seed and count, or nothing.

    Returns:
        The exit code, 1 where finding a window takes longer than `ALLOWED_S`.
    """
    first, count = map(int, arguments) if arguments else (FIRST_SEED, COUNT)
    taken = seconds()
    runs = [found for seed in range(first, first + count) if (found := look(seed))]
    lines = [
        f"Arterial windows of {len(runs)} phantoms, seeds {first} to {first + count - 1};"
        " 95 % Wilson intervals.",
        "",
        "| runs | n | begin | end | both | interval |",
        "| --- | --- | --- | --- | --- | --- |",
        *(row(name, chosen) for name, chosen in parts(runs)),
        "",
        f"{taken:.3f} s for {COARSE_FRAMES} coarse frames; {ALLOWED_S} s are allowed.",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return int(taken > ALLOWED_S)


def look(seed: int) -> Found | None:
    """Make a phantom and find its window; None for runs that are not counted."""
    settings = sample_settings(seed)
    if not RATES[0] <= rate(settings) <= RATES[1]:
        return None
    made = make_phantom(settings)
    off = np.subtract(prepare(made.run).arterial_window, made.arterial_window)
    return Found(settings, *(np.abs(off) <= 1).tolist())


def rate(settings: PhantomSettings) -> float:
    """Frames a second, 0 for a single frame."""
    times = settings.flow.times
    return 1 / float(np.median(np.diff(times))) if len(times) > 1 else 0.0


def motion(settings: PhantomSettings) -> str:
    """How much the patient moves."""
    patient = settings.patient
    if patient.motion_px == 0:
        return "none"
    size = "under 0.3 px" if patient.motion_px < 0.3 else "0.3 px and more"
    return f"{size}, {'stepwise' if patient.motion_steps else 'smooth'}"


def parts(runs: list[Found]) -> Iterable[tuple[str, list[Found]]]:
    """All runs, then those of each frame rate, artery and kind of motion."""
    yield "all", runs
    ways: tuple[tuple[str, Callable[[PhantomSettings], object]], ...] = (
        ("frames a second", lambda settings: round(rate(settings))),
        ("artery", lambda settings: settings.vessels.anatomy),
        ("motion", motion),
    )
    for name, way in ways:
        for value in sorted({way(found.settings) for found in runs}, key=str):
            yield f"{name}: {value}", [found for found in runs if way(found.settings) == value]


def row(name: str, runs: list[Found]) -> str:
    """One line of the table."""
    both = sum(found.begin and found.end for found in runs)
    begin, end = (sum(getattr(found, side) for found in runs) for side in ("begin", "end"))
    low, high = wilson(both, len(runs))
    shares = " | ".join(f"{100 * hits / len(runs):.1f} %" for hits in (begin, end, both))
    return f"| {name} | {len(runs)} | {shares} | {100 * low:.1f} to {100 * high:.1f} % |"


def wilson(hits: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """Give the score interval of a share (Wilson, J Am Stat Assoc 1927;22:209)."""
    share, spread = hits / count, z * z / count
    middle = (share + spread / 2) / (1 + spread)
    half = math.sqrt(share * (1 - share) * spread + spread * spread / 4) / (1 + spread)
    return middle - half, middle + half


def seconds() -> float:
    """Median time of `find_window` on coarse frames of the largest size."""
    shape = (COARSE_FRAMES, COARSE_SIDE, COARSE_SIDE)
    frames = np.random.default_rng(0).normal(160, 2, shape).astype(np.float32)
    frames[5:12, 20:200, 60:64] -= 80
    field, times = np.ones(shape[1:], bool), 0.25 * np.arange(COARSE_FRAMES)
    taken = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        find_window(frames, times, field)
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
