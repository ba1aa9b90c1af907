"""The arguments of the command line."""

import argparse

import dsanet
from dsanet.cli.export_arguments import add_cases, add_export
from dsanet.cli.measure_arguments import add_measure
from dsanet.cli.models_arguments import add_model_changes
from dsanet.cli.options import (
    DEVICES,
    OneLineParser,
    add_common,
    add_input,
    add_preparation,
    path,
    window,
)
from dsanet.cli.segment_arguments import add_batch, add_segment

__all__ = ["DEVICES", "OneLineParser", "build_parser", "path", "window"]


def build_parser() -> argparse.ArgumentParser:
    """Build the parser; the chosen command is in `command`, a function of the arguments."""
    parser = OneLineParser(
        prog="dsanet",
        description="Segments main artery trunk (MAT) and bifurcated vessels (BV) in DSA runs.",
        epilog="Research use only. Not a medical device.",
    )
    parser.add_argument("--version", action="version", version=f"dsanet {dsanet.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    add_segment(commands)
    add_batch(commands)
    add_measure(commands)
    _add_info(commands)
    _add_models(commands)
    add_export(commands)
    add_cases(commands)
    return parser


def _info(arguments: argparse.Namespace) -> None:
    from dsanet.cli.info import run_command

    run_command(arguments)


def _models(arguments: argparse.Namespace) -> None:
    from dsanet.cli.models import run_command

    run_command(arguments)


def _selftest(arguments: argparse.Namespace) -> None:
    from dsanet.cli.selftest import run_command

    run_command(arguments)


def _add_info(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    parser = commands.add_parser("info", help="show what is known about a run")
    add_input(parser)
    parser.add_argument(
        "--strip", type=path, metavar="PNG", help="also write a contact sheet of the frames"
    )
    add_preparation(parser)
    add_common(parser, "print JSON")
    parser.set_defaults(command=_info)


def _add_models(commands: "argparse._SubParsersAction[OneLineParser]") -> None:
    parser = commands.add_parser("models", help="list the models, or import, activate, remove them")
    add_common(parser, "print JSON")
    parser.set_defaults(command=_models)
    parser.add_argument(
        "--selftest",
        dest="command",
        action="store_const",
        const=_selftest,
        help="run every model on a made-up run with every backend here, and compare the answers",
    )
    add_model_changes(parser)
