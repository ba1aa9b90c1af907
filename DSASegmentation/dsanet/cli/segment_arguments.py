"""The arguments of the commands that segment."""

import argparse

from dsanet.cli.options import (
    OneLineParser,
    add_common,
    add_input,
    add_model,
    add_preparation,
    path,
)

BATCH = """\
Segments every run below FOLDER into the same relative path below DIR, and writes summary.csv there.
A multi-frame DICOM file, a series of single-frame DICOM files, a TIFF, NRRD or NIfTI file, and a
folder of PNG or JPEG frames are runs. What was done before is kept while input, model, choices and
version are the same: repeat the command to go on after an interruption."""

BATCH_CODES = "exit code: 0 if every run has results, 2 if some run has none, 130 after Ctrl-C"


def add_segment(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    """Add `dsanet segment`."""
    parser = commands.add_parser(
        "segment",
        help="segment a run",
        description="Segments a run. Writes STEM.seg.nrrd (for 3D Slicer), STEM_labels.png"
        " (0 background, 1 BV, 2 MAT), STEM_overlay.png and STEM.json, all or none.",
    )
    add_input(parser)
    _add_segmenting(parser)
    add_common(parser, "print the content of STEM.json")
    parser.set_defaults(command=_segment)


def add_batch(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    """Add `dsanet batch`."""
    parser = commands.add_parser(
        "batch", help="segment every run below a folder", description=BATCH, epilog=BATCH_CODES
    )
    parser.add_argument("input", type=path, metavar="FOLDER", help="where the runs are")
    _add_segmenting(parser)
    add_common(parser, "print the summary as JSON")
    parser.set_defaults(command=_batch)


def _add_segmenting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--output", type=path, required=True, metavar="DIR", help="for the results")
    add_model(parser)
    add_preparation(parser)
    parser.add_argument(
        "--no-clean-up",
        action="store_true",
        help="keep tiny pieces, what does not fill, stray MAT, and an unseen trunk",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress, warnings or summary")


def _segment(arguments: argparse.Namespace) -> None:
    from dsanet.cli.segment import run_command

    run_command(arguments)


def _batch(arguments: argparse.Namespace) -> None:
    from dsanet.cli.batch import run_command

    run_command(arguments)
