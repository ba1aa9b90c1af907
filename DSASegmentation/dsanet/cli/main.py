"""main(): reads the arguments, runs a command, turns errors into one line and an exit code.

Only the standard library is imported here; each command imports what it needs when it runs, so
that `dsanet --help` answers at once.
"""

import argparse
import logging
import sys
import warnings
from collections.abc import Sequence

from dsanet.cli.arguments import build_parser
from dsanet.cli.streams import open_streams
from dsanet.errors import DSAError

FAILED = 2
INTERRUPTED = 130
"""128 + SIGINT, as shells expect it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: The arguments, those of the process if None.

    Returns:
        The exit code: 0, 2 after an error and 130 after Ctrl-C.
    """
    try:
        open_streams(json=False)
        arguments = build_parser().parse_args(argv)
        with warnings.catch_warnings():
            if not arguments.debug:
                _be_quiet()
            open_streams(json=arguments.json)
            return _run(arguments)
    except KeyboardInterrupt:
        return _fail("interrupted, nothing was written", INTERRUPTED)


def _run(arguments: argparse.Namespace) -> int:
    """Run the chosen command; errors become one line on stderr."""
    try:
        arguments.command(arguments)
    except DSAError as error:
        if arguments.debug:
            raise
        return _fail(_naming_the_input(arguments, str(error)), FAILED)
    # The outermost boundary: a defect too leaves one line; --debug shows where it came from.
    except Exception as error:
        if arguments.debug:
            raise
        reason = f"unexpected {type(error).__name__} ({error}); --debug shows more"
        return _fail(_naming_the_input(arguments, reason), FAILED)
    return 0


def _be_quiet() -> None:
    """Keep libraries' warnings off stderr, where one line says what went wrong."""
    warnings.simplefilter("ignore")
    logging.basicConfig(handlers=[logging.NullHandler()])


def _naming_the_input(arguments: argparse.Namespace, reason: str) -> str:
    source = getattr(arguments, "input", None)
    if source is None or str(source) in reason or f" {source.name}:" in reason:
        return reason
    return f"{source}: {reason}"


def _fail(reason: str, code: int) -> int:
    sys.stderr.write(f"dsanet: {' '.join(reason.split())}\n")
    return code
