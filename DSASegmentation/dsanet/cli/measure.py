"""`dsanet measure`: from a run on disk to its measurements on disk, all or none."""

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.atomic import new_folder, remove_orphans, write_all
from dsanet.batch import Clock
from dsanet.cli.choices import choices_from
from dsanet.cli.interrupt import ctrl_c_until
from dsanet.cli.measure_files import contents_of
from dsanet.cli.progress import progress_bar
from dsanet.cli.segment import check_output, choose_source, stem_of
from dsanet.cli.streams import show, tell
from dsanet.engine import Engine
from dsanet.errors import MeasureError
from dsanet.export import to_json
from dsanet.io import DSARun, find_sources, read_run, read_source
from dsanet.labels import CLASS_COUNT
from dsanet.measure import Measurements, Scale, catheter_scale, measure
from dsanet.measure.report.page import NOTICE
from dsanet.prepare import PreparedRun, prepare


def run_command(arguments: argparse.Namespace) -> None:
    """Run `dsanet measure`.

    Raises:
        DSAError: It failed; nothing was written.
    """
    scale = scale_of(arguments)
    check_output(arguments.input, arguments.output)
    with ctrl_c_until("write") as watching:
        with progress_bar(enabled=sys.stderr.isatty() and not arguments.quiet) as bar:
            clock = Clock(watching(bar))
            run, stem = _read(arguments, clock)
            prepared, labels, segmented_by = _labelled(run, arguments, clock)
            measured = measure(prepared, labels, facts=run.facts, spacing=run.spacing, scale=scale)
            labelled = {"source": "file"} if segmented_by is None else segmented_by
            files, facts = contents_of(measured, prepared, labels, stem, labelled)
            contents = {arguments.output / name: data for name, data in files.items()}
            clock.time("write", lambda: _write(arguments.output, contents))
        if not arguments.quiet:
            tell("".join(f"warning: {text}\n" for text in measured.warnings))
        if arguments.json:
            show(to_json(facts))
        elif not arguments.quiet:
            show(summary(measured, list(contents)))


def scale_of(arguments: argparse.Namespace) -> Scale | None:
    """The user's calibration, if both its numbers are given.

    Raises:
        MeasureError: Only one is.
    """
    french, width = arguments.catheter_french, arguments.catheter_px
    if french is None and width is None:
        return None
    if french is None or width is None:
        msg = "a calibration needs both --catheter-french and --catheter-px; give both or neither"
        raise MeasureError(msg)
    return catheter_scale(width, arguments.catheter_error_px, french)


def read_labels(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Read a label image.

    Args:
        path: PNG, NRRD, NIfTI or TIFF with values of `dsanet.labels`.
        shape: H and W of the run.

    Returns:
        uint8 (H, W).

    Raises:
        DSAError: It cannot be read, or is no label image of this run.
    """
    pixels = read_run(path).pixels
    if len(pixels) != 1 or pixels.shape[1:] != shape:
        msg = (
            f"{path} holds {pixels.shape} (images, rows, columns), expected one image of {shape};"
            " choose the labels of this run"
        )
        raise MeasureError(msg)
    found = np.unique(pixels)
    if found[0] < 0 or found[-1] >= CLASS_COUNT:
        msg = (
            f"{path} holds the values {found[0]} to {found[-1]}, expected 0 background, 1 BV and"
            " 2 MAT; choose a label image that dsanet segment wrote"
        )
        raise MeasureError(msg)
    return np.asarray(pixels[0], np.uint8)


def _read(arguments: argparse.Namespace, clock: Clock) -> tuple[DSARun, str]:
    sources = find_sources(arguments.input)
    chosen = choose_source(arguments.input, sources, arguments.run)
    stem = stem_of(arguments.input) if len(sources) == 1 else chosen.name
    return clock.time("read", lambda: read_source(chosen)), stem


def _labelled(
    run: DSARun, arguments: argparse.Namespace, clock: Clock
) -> tuple[PreparedRun, NDArray[np.uint8], dict[str, Any] | None]:
    """The prepared run, its labels, and the provenance of those that the engine made."""
    choices = choices_from(arguments)
    if arguments.labels is not None:
        labels = read_labels(arguments.labels, run.pixels.shape[1:])
        return clock.time("prepare", lambda: prepare(run, choices)), labels, None
    engine = clock.time("load", lambda: Engine.load(arguments.model, arguments.device))
    prediction = engine.segment(run, progress=clock.progress, choices=choices)
    return prediction.prepared, prediction.labels, prediction.provenance


def _write(output: Path, contents: dict[Path, bytes]) -> None:
    with new_folder(output):
        remove_orphans(output)
        write_all(contents)


def summary(measured: Measurements, files: list[Path]) -> str:
    """What was found, in a few lines, and where it lies."""
    classes = [
        f"{one.name} {one.length_px:.0f} px long, median diameter "
        + ("not measured" if one.diameters_px is None else f"{one.diameters_px[2]:.1f} px")
        for one in measured.classes
    ]
    lesions = [
        f"{one.path}, row {one.row:.0f} column {one.column:.0f}: "
        + ", ".join(
            f"{rule} {percent.value:.0f} %"
            for rule, percent in one.percents.items()
            if percent.value is not None
        )
        for one in measured.lesions
    ]
    lines = [*classes, *lesions, *(str(path) for path in files), NOTICE]
    return "\n".join(lines) + "\n"
