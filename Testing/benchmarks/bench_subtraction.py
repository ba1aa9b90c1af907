"""What mask, shift and registration are worth: `python Testing/benchmarks/bench_subtraction.py`.

Native phantoms with known motion are subtracted in several ways and compared with a perfect
subtraction, and segmented. Of real cine runs, whose truth nobody knows, the edges are measured that
stay behind in the frames that serve as mask or come just before contrast.
"""

import os
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.engine import Engine
from dsanet.io import DSARun, RunFacts, read_run
from dsanet.prepare import PrepareChoices, PreparedRun, prepare
from dsatrain.evaluate import TEST_SEEDS_FROM, dice_scores
from dsatrain.phantom import make_phantom, sample_settings
from dsatrain.phantom.head import build_head
from dsatrain.phantom.tree import middle

COUNT, SIDE, FRAMES = 6, 320, 12
MOTIONS_PX = (0.5, 2.0)
FIRST_MASK_FRAMES = 2
"""Phantoms whose contrast arrives earlier than this frame are passed over."""

SMOOTH_PX = 1.5
"""Residuals are smoothed by this Gaussian sigma: noise, the same for all, would hide the rest."""

OPEN_BEAM = 3000.0
"""Grey value without a patient, of 4095."""

NOISE = 0.012
"""Relative standard deviation of one open pixel, near the middle of what phantoms have."""


@dataclass(frozen=True, eq=False)
class NativePhantom:
    """A native run whose motion is known.

    Attributes:
        run: uint16 (T, H, W), LIN, vessels dark, bones not subtracted.
        path: float64 (T, 2), rows and columns by which the patient has moved since frame 0.
        contrast: float32 (T, H, W), natural-log units, negative in vessels: a perfect subtraction.
        labels: uint8 (H, W), those of the phantom, which does not move.
        arterial_window: First and last arterial frame.
    """

    run: DSARun
    path: NDArray[np.float64]
    contrast: NDArray[np.float32]
    labels: NDArray[np.uint8]
    arterial_window: tuple[int, int]


def native_phantom(seed: int, motion_px: float, side: int, frames: int) -> NativePhantom:
    """Put a phantom's head back behind its vessels and move both.

    Args:
        seed: The phantom's.
        motion_px: Standard deviation of the drift over the run; two jumps come on top.
        side: Rows and columns.
        frames: T.
    """
    settings = sample_settings(seed, size=(side, side), frame_count=frames)
    plain = replace(
        settings.image,
        motion_px=0.0,
        motion_steps=0,
        catheter=0.0,
        drift=0.0,
        noise=1e-6,
        scatter=0.05,
        edge_enhancement=0.0,
        shutter="none",
        padding=(0, 0),
        bits=12,
        gamma=1.0,
        offset=0.95,
        gain=0.4,
    )
    settings = replace(settings, image=plain)
    made = make_phantom(settings)
    contrast = (made.run.pixels / np.float32(4095) - plain.offset) / plain.gain
    head = build_head(settings, middle(settings.vessels), settings.stream("head")).attenuation
    rng = np.random.default_rng([seed, 1])
    path = motion_path(rng, frames, motion_px)
    pairs = list(zip(contrast, path, strict=True))
    grey = np.stack([exposed(head - one, step, rng) for one, step in pairs])
    moved = [ndimage.shift(one, step, order=1, mode="nearest") for one, step in pairs]
    facts = RunFacts(intensity_relationship="LIN", bits_stored=12, times_stated=True)
    run = DSARun(grey, made.run.times, None, facts, f"native-{seed}")
    return NativePhantom(run, path, np.stack(moved), made.labels, made.arterial_window)


def motion_path(rng: np.random.Generator, frames: int, motion_px: float) -> NDArray[np.float64]:
    """Draw a random walk with two jumps that begins at 0, (T, 2)."""
    path = np.cumsum(rng.normal(0, motion_px, (frames, 2)), axis=0) / np.sqrt(frames)
    for _ in range(2):
        path[int(rng.integers(1, frames)) :] += rng.normal(0, 0.6 * motion_px, 2)
    return np.asarray(path - path[0])


def exposed(
    attenuation: NDArray[np.float32], shift: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.uint16]:
    """Expose one frame: Beer-Lambert, more noise behind bone."""
    moved = ndimage.shift(attenuation, shift, order=3, mode="nearest")
    grain = rng.standard_normal(moved.shape) * NOISE * np.exp(0.5 * np.clip(moved, 0, 2))
    grey = OPEN_BEAM * np.exp(-moved) * (1 + grain)
    return np.asarray(np.clip(np.rint(grey), 0, 4095), np.uint16)


def main() -> int:
    """Measure and write two Markdown tables.

    Returns:
        The exit code, 0.
    """
    engine = Engine.load()
    lines = [
        f"Means of {COUNT} native phantoms of {FRAMES} frames, {SIDE} x {SIDE}; residual: root",
        "mean square of the smoothed difference from a perfect subtraction, arterial frames, in",
        "thousandths of a natural-log unit; a well-filled trunk has several hundred.",
        "",
        "| motion, px | subtraction | residual | whole vessel Dice | BV Dice | MAT Dice |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for motion in MOTIONS_PX:
        lines += phantom_rows(engine, motion)
    lines += ["", *real_rows(), ""]
    sys.stdout.write("\n".join(lines))
    return 0


def phantom_rows(engine: Engine, motion_px: float) -> list[str]:
    """Score every way of subtraction on the same phantoms."""
    found: dict[str, list[list[float]]] = {}
    for phantom in usable_phantoms(motion_px):
        for name, (run, choices) in ways(phantom).items():
            result = engine.segment(run, phantom.arterial_window, choices=choices)
            dice = dice_scores(result.labels, phantom.labels)
            scores = [1000 * residual(result.prepared, phantom), *map(dice.get, DICE)]
            found.setdefault(name, []).append(scores)
    means = {name: np.nanmean(np.array(scores, float), axis=0) for name, scores in found.items()}
    return [
        f"| {motion_px:g} | {name} | {left:.1f} | {whole:.3f} | {bv:.3f} | {mat:.3f} |"
        for name, (left, whole, bv, mat) in means.items()
    ]


DICE = ("whole", "BV", "MAT")


def usable_phantoms(motion_px: float) -> list[NativePhantom]:
    """The first phantoms of the test set that have frames before contrast."""
    found: list[NativePhantom] = []
    seed = TEST_SEEDS_FROM
    while len(found) < COUNT:
        settings = sample_settings(seed, size=(SIDE, SIDE), frame_count=FRAMES)
        before = np.searchsorted(settings.flow.times, max(settings.flow.injection_s, 0.0))
        if before >= FIRST_MASK_FRAMES:
            found.append(native_phantom(seed, motion_px, SIDE, FRAMES))
        seed += 1
    return found


def ways(phantom: NativePhantom) -> dict[str, tuple[DSARun, PrepareChoices]]:
    """Subtractions to compare, as a run whose header asks for them and choices."""
    average = {"MaskOperation": "AVG_SUB", "MaskFrameNumbers": [1]}
    typical = np.median(phantom.path[slice(*phantom.arterial_window)], axis=0)
    one_shift = {"MaskSubPixelShift": [float(typical[0]), -float(typical[1])]}
    frame_shifts = {n: [float(r), -float(c)] for n, (r, c) in enumerate(phantom.path, 1)}
    as_stated = PrepareChoices(subtract="always", register=False)
    measured = PrepareChoices(subtract="always")

    def stated(**item: object) -> DSARun:
        facts = replace(phantom.run.facts, mask_subtraction=(item,))
        return replace(phantom.run, facts=facts)

    return {
        "frame 1, not moved": (stated(**average), as_stated),
        "frame 1, header's median shift": (stated(**average, **one_shift), as_stated),
        "frame 1, true shift of each frame": (
            stated(**average, FramePixelShifts=frame_shifts),
            as_stated,
        ),
        "frame 1, registered": (stated(**average), measured),
        "automatic mask, not moved": (phantom.run, as_stated),
        "automatic mask, registered": (phantom.run, measured),
        "TID, offset 1, registered": (stated(MaskOperation="TID", TIDOffset=1), measured),
        "TID, offset 3, registered": (stated(MaskOperation="TID", TIDOffset=3), measured),
    }


def residual(prepared: PreparedRun, phantom: NativePhantom) -> float:
    """Root mean square of what a perfect subtraction would not show, smoothed."""
    first, last = phantom.arterial_window
    error = (prepared.frames - phantom.contrast)[first : last + 1]
    smooth = ndimage.gaussian_filter(error, (0, SMOOTH_PX, SMOOTH_PX))
    return float(np.sqrt(np.mean(smooth[:, prepared.field] ** 2)))


REAL_RUNS = (
    "dicom/0002.DCM",
    "angiodata/Patient_1/Coro_1/frames",
    "angiodata/Patient_4/Coro_5/frames",
    "angiodata/Patient_6/Coro_4/frames",
    "angiodata/Patient_7/Coro_4/frames",
)
BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data" / "real"


def real_rows() -> list[str]:
    """Compare the edges that stay in real cine runs with and without registration."""
    folder = Path(os.environ.get("DSA_REAL_DATA", BESIDE))
    lines = [
        "Real coronary cine runs: edges that stay (median over the frames of the median size of",
        "the smoothed gradient, thousandths of a natural-log unit a pixel; vessels are too few to",
        "count) and the seconds that preparation takes.",
        "",
        "| run | frames | not moved | registered | seconds | seconds with registration |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name in REAL_RUNS:
        if (folder / name).exists():
            lines.append(real_row(name, read_run(folder / name)))
    return lines


def real_row(name: str, run: DSARun) -> str:
    """Measure one real run."""
    cells = []
    for register in (False, True):
        start = time.perf_counter()
        prepared = prepare(run, PrepareChoices(subtract="always", register=register))
        cells.append((edges_left(prepared), time.perf_counter() - start))
    (still, quick), (moved, slow) = cells
    return f"| {name} | {run.frame_count} | {still:.2f} | {moved:.2f} | {quick:.1f} | {slow:.1f} |"


def edges_left(prepared: PreparedRun) -> float:
    """Median over frames of the median gradient inside the field, in thousandths."""
    inner = ndimage.binary_erosion(prepared.field, iterations=8)
    sizes = [
        np.median(ndimage.gaussian_gradient_magnitude(frame, SMOOTH_PX)[inner])
        for frame in prepared.frames
    ]
    return float(1000 * np.median(sizes))


if __name__ == "__main__":
    sys.exit(main())
