"""The arguments of `dsanet measure`."""

import argparse
import math

from dsanet.cli.options import (
    OneLineParser,
    add_common,
    add_input,
    add_model,
    add_preparation,
    path,
)

ABOUT = """\
Measures diameters, stenoses, vessels and flow in a run. Writes STEM_measurements.json,
STEM_lesions.csv, STEM_vessels.csv, STEM_diameters.csv, STEM_arrival.png (where it holds) and
STEM_report.html, all or none. What cannot be measured is left out with its reason. Lengths are in
pixels, and in millimetres only where a calibration is stated. Of a folder every run below it is
measured, its files at the same path below the output folder, with one row each in measurements.csv;
a run that fails does not stop the rest, and the exit code is 0 only if every run was measured."""


def positive(text: str) -> float:
    """Read a number above 0.

    Raises:
        argparse.ArgumentTypeError: It is none.

    >>> positive("6.5")
    6.5
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        msg = f"{text!r} is not a number above 0"
        raise argparse.ArgumentTypeError(msg)
    return value


def add_measure(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    """Add `dsanet measure`."""
    parser = commands.add_parser(
        "measure", help="measure diameters, stenoses, vessels and flow", description=ABOUT
    )
    add_input(parser)
    parser.add_argument("--output", type=path, required=True, metavar="DIR", help="for the results")
    parser.add_argument(
        "--labels",
        type=path,
        metavar="FILE_OR_DIR",
        help="labels of this run (0 background, 1 BV, 2 MAT) as PNG, NRRD or NIfTI, such as"
        " STEM_labels.png, or for a folder of runs the folder that dsanet batch wrote; without"
        " them runs are segmented",
    )
    add_model(parser)
    group = parser.add_argument_group("calibration", "By a catheter of known size in the picture.")
    group.add_argument("--catheter-french", type=positive, metavar="F", help="its size in French")
    group.add_argument(
        "--catheter-px", type=positive, metavar="WIDTH", help="its outer width in pixels"
    )
    group.add_argument(
        "--catheter-error-px",
        type=positive,
        default=0.7,
        metavar="SD",
        help="standard deviation of that width; default: 0.7, that of two clicks",
    )
    add_preparation(parser)
    parser.add_argument("--quiet", action="store_true", help="no progress, warnings or summary")
    add_common(parser, "print the content of STEM_measurements.json")
    parser.set_defaults(command=_measure)


def _measure(arguments: argparse.Namespace) -> None:
    from dsanet.cli.measure import run_command

    run_command(arguments)
