"""The arguments of the command line."""

import argparse
from pathlib import Path
from typing import NoReturn

import dsanet

DEVICES = ("auto", "cuda", "mps", "openvino", "cpu")
"""Those of `dsanet.engine.DEVICES`, which takes too long to import for --help."""


class OneLineParser(argparse.ArgumentParser):
    """Says in one line what is wrong with the arguments."""

    def error(self, message: str) -> NoReturn:
        """Leave with 2 and one line."""
        self.exit(2, f"{self.prog}: {' '.join(message.split())}; see {self.prog} --help\n")


def build_parser() -> argparse.ArgumentParser:
    """Build the parser; the chosen command is in `command`, a function of the arguments."""
    parser = OneLineParser(
        prog="dsanet",
        description="Segments main artery trunk (MAT) and bifurcated vessels (BV) in DSA runs.",
        epilog="Research use only. Not a medical device.",
    )
    parser.add_argument("--version", action="version", version=f"dsanet {dsanet.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_segment(commands)
    _add_info(commands)
    _add_models(commands)
    return parser


def window(text: str) -> tuple[int, int]:
    """Read an arterial window.

    Raises:
        argparse.ArgumentTypeError: It is not two frame numbers, first <= last, from 0.

    >>> window("3:12")
    (3, 12)
    """
    first, _, last = text.partition(":")
    if not (first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
        msg = f"{text!r} is not FIRST:LAST, two frame numbers from 0 such as 3:12"
        raise argparse.ArgumentTypeError(msg)
    return int(first), int(last)


def path(text: str) -> Path:
    """Read a path.

    Raises:
        argparse.ArgumentTypeError: It is empty, as an unset variable of a script is.

    >>> path("run.dcm").name
    'run.dcm'
    """
    if not text:
        msg = "the path is empty; write . for the current folder"
        raise argparse.ArgumentTypeError(msg)
    return Path(text)


def _segment(arguments: argparse.Namespace) -> None:
    from dsanet.cli.segment import run_command

    run_command(arguments)


def _info(arguments: argparse.Namespace) -> None:
    from dsanet.cli.info import run_command

    run_command(arguments)


def _models(arguments: argparse.Namespace) -> None:
    from dsanet.cli.models import run_command

    run_command(arguments)


def _add_segment(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    parser = commands.add_parser(
        "segment",
        help="segment a run",
        description="Segments a run. Writes STEM.seg.nrrd (for 3D Slicer), STEM_labels.png"
        " (0 background, 1 BV, 2 MAT), STEM_overlay.png and STEM.json, all or none.",
    )
    _add_input(parser)
    parser.add_argument("--output", type=path, required=True, metavar="DIR", help="for the results")
    parser.add_argument(
        "--model", metavar="NAME_OR_PATH", help="a bundled model's name or a model package's folder"
    )
    parser.add_argument(
        "--device", choices=DEVICES, default="auto", help="default: auto, the fastest there is"
    )
    parser.add_argument(
        "--window",
        type=window,
        metavar="FIRST:LAST",
        help="arterial window, frame numbers from 0, both included; default: found",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress, warnings or summary")
    _add_common(parser, "print the content of STEM.json")
    parser.set_defaults(command=_segment)


def _add_info(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    parser = commands.add_parser("info", help="show what is known about a run")
    _add_input(parser)
    parser.add_argument(
        "--strip", type=path, metavar="PNG", help="also write a contact sheet of the frames"
    )
    _add_common(parser, "print JSON")
    parser.set_defaults(command=_info)


def _add_models(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    parser = commands.add_parser("models", help="list the bundled models")
    _add_common(parser, "print JSON")
    parser.set_defaults(command=_models)


def _add_input(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "input", type=path, metavar="INPUT", help="a run: a file, or a folder of its frames"
    )


def _add_common(parser: argparse.ArgumentParser, json_help: str) -> None:
    parser.add_argument("--json", action="store_true", help=json_help)
    parser.add_argument("--debug", action="store_true", help="show where an error came from")
