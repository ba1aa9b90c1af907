"""`dsanet measure`: from a run on disk to its measurements on disk, all or none."""

import argparse
import sys
from pathlib import Path

from dsanet.atomic import new_folder, remove_orphans, write_all
from dsanet.batch import Clock
from dsanet.cli.choices import choices_from
from dsanet.cli.interrupt import ctrl_c_until
from dsanet.cli.measure_folder import measure_folder, runs_below
from dsanet.cli.measure_one import Measuring
from dsanet.cli.progress import progress_bar
from dsanet.cli.segment import check_output, choose_source, stem_of
from dsanet.cli.streams import show, tell
from dsanet.engine import Engine
from dsanet.errors import MeasureError
from dsanet.export import to_json
from dsanet.io import DSARun, find_sources, read_source
from dsanet.measure import Measurements, Scale, catheter_scale
from dsanet.measure.report.page import NOTICE


def run_command(arguments: argparse.Namespace) -> None:
    """Run `dsanet measure`: one run, or every run below a folder.

    Raises:
        DSAError: It failed. Of one run nothing was written then; of a folder what could be is.
        KeyboardInterrupt: It was stopped.
    """
    scale = scale_of(arguments)
    if arguments.run is None and arguments.input.is_dir():
        runs = runs_below(arguments.input)
        if runs.several:
            measure_folder(arguments, scale, runs)
            return
    _measure_one(arguments, scale)


def _measure_one(arguments: argparse.Namespace, scale: Scale | None) -> None:
    check_output(arguments.input, arguments.output)
    with ctrl_c_until("write") as watching:
        with progress_bar(enabled=sys.stderr.isatty() and not arguments.quiet) as bar:
            clock = Clock(watching(bar))
            run, stem = _read(arguments, clock)
            step = Measuring(
                choices=choices_from(arguments),
                scale=scale,
                open_engine=lambda: Engine.load(arguments.model, arguments.device),
            )
            found = step.measured(run, stem, clock, arguments.labels)
            contents = {arguments.output / name: data for name, data in found.files.items()}
            clock.time("write", lambda: _write(arguments.output, contents))
        if not arguments.quiet:
            tell("".join(f"warning: {text}\n" for text in found.measured.warnings))
        if arguments.json:
            show(to_json(found.facts))
        elif not arguments.quiet:
            show(summary(found.measured, list(contents)))


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


def _read(arguments: argparse.Namespace, clock: Clock) -> tuple[DSARun, str]:
    sources = find_sources(arguments.input)
    chosen = choose_source(arguments.input, sources, arguments.run)
    stem = stem_of(arguments.input) if len(sources) == 1 else chosen.name
    return clock.time("read", lambda: read_source(chosen)), stem


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
