"""Standard output and error as the caller left them: closed, full, gone, or of few letters."""

import io
import sys
from contextlib import suppress

from dsanet.errors import WriteError


def open_streams(*, json: bool) -> None:
    """Make both streams fit to be written, whatever the shell made of them.

    What is written to a closed stream is lost. Letters that a stream cannot hold are escaped; JSON
    is UTF-8 everywhere (RFC 8259, section 8.1), where the escape of half a surrogate pair is JSON's
    own.

    Args:
        json: Whether standard output is to hold JSON.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, io.StringIO())
    if isinstance(sys.stdout, io.TextIOWrapper):
        if json:
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
        elif sys.stdout.errors == "strict":
            sys.stdout.reconfigure(errors="backslashreplace")


def show(text: str) -> None:
    """Write to standard output. A reader that has left, as `head` does, is no error.

    Args:
        text: With its line ends.

    Raises:
        WriteError: It could not be written, as on a full disk.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _let_go()
    except OSError as error:
        _let_go()
        reason = (error.strerror or str(error)).lower()
        msg = f"standard output could not be written: {reason}; files, if any, are complete"
        raise WriteError(msg) from error


def tell(text: str) -> None:
    """Write to standard error, if anything still reads it."""
    with suppress(OSError):
        sys.stderr.write(text)


def _let_go() -> None:
    """Lose what is still buffered, which Python would try to write again when it ends."""
    sys.stdout = io.StringIO()
