"""How true measurements are: diameters, stenoses, flow and false lesions against phantoms' truth.

Run with `python -m Testing.benchmarks.bench_measure [PART] [FIRST_SEED COUNT]` from the root of
the repository; PART is one of `diameters`, `stenoses`, `flow`, `false`, `speed`, or all of them.
Seeds below 114 shaped the code.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
from Testing.benchmarks.measure_slices import sliced
from Testing.benchmarks.measure_truth import Graded, graded, true_diameters, true_times

from dsanet.engine import Engine
from dsanet.measure import Measurements, measure
from dsanet.measure.stenosis.lesions import Lesion
from dsanet.measure.width.doubts import Doubt
from dsanet.prepare import PreparedRun, prepare
from dsatrain.phantom import Phantom, PhantomSettings, make_phantom, sample_settings
from dsatrain.phantom.noise import photons
from dsatrain.phantom.settings import LesionSettings

SIZE, FRAMES = (512, 480), 14
DOSES_UGY = {"low, 1.2": 1.2, "standard, 3.6": 3.6, "high, 7.2": 7.2}
WIDTHS_PX = (2, 3, 4, 6, 9, 13, 20)
SEVERITIES = (0.3, 0.5, 0.7, 0.9)
AT, LENGTHS_MM = 0.55, (10.0, 6.0)
"""Where along the ICA lesions lie: its cervical part, seen from the side in all views."""

FIRST_SEED, COUNT = 100, 8


def main(arguments: list[str]) -> int:
    """Write the tables.

    Args:
        arguments: A part, first seed and count, all of them optional.

    Returns:
        The exit code.
    """
    parts = {
        "diameters": diameters,
        "stenoses": stenoses,
        "flow": flow,
        "false": false_lesions,
        "speed": speed,
    }
    chosen = [name for name in arguments if name in parts] or list(parts)
    numbers = [int(text) for text in arguments if text.isdecimal()] or [FIRST_SEED, COUNT]
    for name in chosen:
        for line in parts[name](range(numbers[0], numbers[0] + numbers[1])):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
    return 0


def measured_in(made: Phantom) -> tuple[PreparedRun, Measurements]:
    """Measure a phantom with its true labels."""
    prepared = prepare(made.run)
    return prepared, measure(prepared, made.labels, facts=made.run.facts, spacing=made.run.spacing)


def with_dose(settings: PhantomSettings, dose_ugy: float) -> PhantomSettings:
    """The same phantom at another detector dose."""
    side = settings.view.pixel_mm * settings.view.magnification
    return replace(settings, image=replace(settings.image, photons=photons(dose_ugy, side)))


def diameters(seeds: range) -> Iterator[str]:
    """Errors of the diameters that count by dose and width, and whether their errors hold."""
    yield f"\nDiameters of phantoms {seeds.start} to {seeds.stop - 1}, {SIZE}, pixels; true labels."
    yield "\n| dose, uGy | width | n | bias | sd | median | robust sd | within error, % |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for name, dose in DOSES_UGY.items():
        rows = []
        for seed in seeds:
            made = make_phantom(with_dose(sample_settings(seed, SIZE, FRAMES), dose))
            _, found = measured_in(made)
            if found.widths is not None:
                true = true_diameters(made, found)
                good = found.widths.counts & np.isfinite(true)
                off = found.widths.diameter_px - true
                beside = found.widths.doubt == Doubt.NEIGHBOUR
                rows.append(np.stack((true, off, found.widths.error_px, beside), axis=1)[good])
        everything = np.concatenate(rows)
        table = everything[everything[:, 3] == 0]
        for low, high in pairwise(WIDTHS_PX):
            part = table[(table[:, 0] >= low) & (table[:, 0] < high)]
            if len(part):
                yield f"| {name} | {low} to {high} | {_errors(part[:, 1], part[:, 2])} |"
        wide = table[table[:, 0] >= 4]
        yield f"| {name} | 4 and more | {_errors(wide[:, 1], wide[:, 2])} |"
        beside = everything[(everything[:, 3] > 0) & (everything[:, 0] >= 4)]
        yield f"| {name} | the same, beside a neighbour | {_errors(beside[:, 1], beside[:, 2])} |"


def _errors(off: np.ndarray, error: np.ndarray) -> str:
    middle = float(np.median(off))
    robust = 1.4826 * float(np.median(np.abs(off - middle)))
    within = 100 * float(np.mean(np.abs(off) <= error))
    return (
        f"{len(off)} | {off.mean():.2f} | {off.std():.2f} | {middle:.2f} | {robust:.2f} |"
        f" {within:.0f}"
    )


def stenoses(seeds: range) -> Iterator[str]:
    """NASCET percentages of lesions of known severity, with true and with predicted labels."""
    chosen = [
        seed for seed in seeds if sample_settings(seed, SIZE, FRAMES).vessels.anatomy == "ICA"
    ]
    engine = Engine.load(None, "auto")
    yield f"\nStenoses of the ICA, standard dose, seeds {chosen}; points of percent."
    yield (
        "\n| labels | mm | true % | n | not measurable | another vessel | graded | found alone |"
        " bias | sd | median | in interval, % | interval's width |"
    )
    yield "|" + " --- |" * 13
    for length in LENGTHS_MM:
        results: dict[tuple[str, float], list[Graded]] = {}
        for seed in chosen:
            for severity in SEVERITIES:
                with sliced():
                    made = make_phantom(_with_lesion(seed, severity, length))
                if not _seen(made):
                    continue
                prepared = prepare(made.run)
                predicted = engine.segment_prepared(prepared, {}).labels
                for name, labels in (("true", made.labels), ("predicted", predicted)):
                    found = measure(prepared, labels, facts=made.run.facts)
                    results.setdefault((name, severity), []).append(graded(made, found))
        for (name, severity), rows in sorted(results.items(), reverse=True):
            yield f"| {name} | {length:g} | {100 * severity:.0f} | {_percents(rows)} |"


def _with_lesion(seed: int, severity: float, length_mm: float) -> PhantomSettings:
    settings = with_dose(sample_settings(seed, SIZE, FRAMES), 3.6)
    lesion = LesionSettings("stenosis", "ICA", AT, severity=severity, length_mm=length_mm)
    return replace(settings, vessels=replace(settings.vessels, lesion=lesion, tip=0.1))


def _seen(made: Phantom) -> bool:
    """Whether the lesion lies well inside the picture and its vessel is labelled around it."""
    row, column = made.truth.place_px(made.truth.lesions[0])
    rows, columns = made.labels.shape
    if not (30 < row < rows - 30 and 30 < column < columns - 30):
        return False
    return bool(made.labels[round(row), round(column)])


def _percents(rows: list[Graded]) -> str:
    good = [row for row in rows if row.how == "graded"]
    counts = [sum(row.how == how for row in rows) for how in ("not measurable", "another vessel")]
    head = f"{len(rows)} | {counts[0]} | {counts[1]} | {len(good)}"
    if not good:
        return f"{head} | | | | | |"
    off = np.array([row.off for row in good])
    inside, alone = (np.array(part) for part in ([r.inside for r in good], [r.alone for r in good]))
    return (
        f"{head} | {alone.sum()} | {off.mean():.1f} | {off.std():.1f} | {np.median(off):.1f} |"
        f" {100 * inside.mean():.0f} | {np.median([row.width for row in good]):.0f}"
    )


def flow(seeds: range) -> Iterator[str]:
    """Arrival and time to peak against the continuous curves, in shares of a frame."""
    yield f"\nFlow in phantoms {seeds.start} to {seeds.stop - 1}; errors in frames, cells of 4 px."
    yield "\n| map | runs | withheld | cells | bias | sd | within half a frame, % |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    errors: dict[str, list[np.ndarray]] = {"arrival": [], "ttp": []}
    withheld = dict.fromkeys(errors, 0)
    runs = 0
    for seed in seeds:
        made = make_phantom(sample_settings(seed, SIZE))
        if made.run.frame_count < 4:
            continue
        runs += 1
        _, found = measured_in(made)
        step = float(np.median(np.diff(made.run.times)))
        for key, parts in errors.items():
            if found.flow is None or not found.flow.maps[key].valid:
                withheld[key] += 1
                continue
            off = (found.flow.maps[key].values - true_times(made, found)[key]) / step
            parts.append(off[np.isfinite(off)])
    for key, parts in errors.items():
        off = np.concatenate([*parts, np.empty(0)])
        within = 100 * float(np.mean(np.abs(off) <= 0.5)) if len(off) else 0.0
        yield (
            f"| {key} | {runs} | {withheld[key]} | {len(off)} | {off.mean():.2f} |"
            f" {off.std():.2f} | {within:.0f} |"
        )


def false_lesions(seeds: range) -> Iterator[str]:
    """Lesions above 50 % where there is none."""
    engine = Engine.load(None, "auto")
    counts: dict[str, list[int]] = {"true": [], "predicted": []}
    for seed in seeds:
        settings = sample_settings(seed, SIZE, FRAMES)
        healthy = replace(settings, vessels=replace(settings.vessels, lesion=None))
        made = make_phantom(healthy)
        prepared = prepare(made.run)
        predicted = engine.segment_prepared(prepared, {}).labels
        for name, labels in (("true", made.labels), ("predicted", predicted)):
            found = measure(prepared, labels, facts=made.run.facts)
            counts[name].append(sum(_above(one, 50) for one in found.lesions))
    yield f"\nFalse lesions above 50 % in healthy phantoms {seeds.start} to {seeds.stop - 1}."
    for name, numbers in counts.items():
        yield f"{name} labels: {np.mean(numbers):.2f} a run ({sum(numbers)} in {len(numbers)})."


def _above(lesion: Lesion, least: float) -> bool:
    return any(one.value is not None and one.value > least for one in lesion.percents.values())


def speed(seeds: range) -> Iterator[str]:
    """CPU time of everything, by size and frames."""
    yield "\n| rows x columns x frames | labelled pixels | CPU s | wall s |"
    yield "| --- | --- | --- | --- |"
    for size, frames in (((512, 512), 11), ((512, 512), 22), ((1024, 1024), 22)):
        made = make_phantom(sample_settings(seeds.start + 1, size, frames))
        prepared = prepare(made.run)
        wall, cpu = time.perf_counter(), time.process_time()
        measure(prepared, made.labels, facts=made.run.facts)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        yield (
            f"| {size[0]} x {size[1]} x {frames} | {np.count_nonzero(made.labels)} | {cpu:.2f} |"
            f" {wall:.2f} |"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
