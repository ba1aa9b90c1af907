"""main(): reads the arguments, runs a command, turns errors into one line and an exit code.

Only the standard library is imported here; each command imports what it needs when it runs, so
that `dsanet --help` answers at once.
"""

import logging
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

from dsanet.cli.arguments import build_parser
from dsanet.cli.interrupt import too_late_for_ctrl_c
from dsanet.cli.streams import open_streams, tell
from dsanet.errors import DSAError

FAILED = 2
INTERRUPTED = 130
"""128 + SIGINT, as shells expect it."""

NOTHING_WRITTEN = "interrupted, nothing was written"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: The arguments, those of the process if None.

    Returns:
        The exit code: 0, 2 after an error and 130 after Ctrl-C.
    """
    arguments = build_parser().parse_args(argv)
    open_streams(json=arguments.json)
    with warnings.catch_warnings():
        if not arguments.debug:
            be_quiet()
        code = guarded(
            "dsanet",
            lambda: arguments.command(arguments),
            source=getattr(arguments, "input", None),
            debug=arguments.debug,
        )
    if argv is None:
        too_late_for_ctrl_c()
    return code


def guarded(
    program: str,
    step: Callable[[], None],
    *,
    source: Path | None = None,
    debug: bool = False,
    interrupted: str = NOTHING_WRITTEN,
) -> int:
    """Run a command; errors become one line on standard error.

    Args:
        program: What the line begins with.
        step: The command.
        source: The input that the line names if the error does not.
        debug: Let errors through, to show where they came from.
        interrupted: What to say after Ctrl-C, if the KeyboardInterrupt itself says nothing.

    Returns:
        The exit code: 0, 2 after an error and 130 after Ctrl-C.
    """
    try:
        step()
    except KeyboardInterrupt as stop:
        return _fail(program, str(stop) or interrupted, INTERRUPTED)
    except DSAError as error:
        if debug:
            raise
        return _fail(program, _naming_the_input(source, str(error)), FAILED)
    # The outermost boundary: a defect too leaves one line; --debug shows where it came from.
    except Exception as error:
        if debug:
            raise
        reason = f"unexpected {type(error).__name__} ({error}); --debug shows more"
        return _fail(program, _naming_the_input(source, reason), FAILED)
    return 0


def be_quiet() -> None:
    """Keep libraries' warnings off stderr, where one line says what went wrong."""
    warnings.simplefilter("ignore")
    logging.basicConfig(handlers=[logging.NullHandler()])


def _naming_the_input(source: Path | None, reason: str) -> str:
    if source is None or str(source) in reason or f" {source.name}:" in reason:
        return reason
    return f"{source}: {reason}"


def _fail(program: str, reason: str, code: int) -> int:
    tell(f"{program}: {' '.join(reason.split())}\n")
    return code
