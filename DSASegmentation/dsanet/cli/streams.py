"""Standard output and error as the caller left them: closed, full, gone, or of few letters."""

import io
import os
import sys
from pathlib import Path

from dsanet.errors import WriteError


def open_streams(*, json: bool) -> None:
    """Make both streams fit to be written, whatever the shell made of them.

    A closed stream becomes the null device, so that no result file takes its number. Letters that
    the stream cannot hold are escaped; JSON is UTF-8 everywhere (RFC 8259, section 8.1), where the
    escape of half a surrogate pair is JSON's own.

    Args:
        json: Whether standard output is to hold JSON.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))
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
        _to_null()
    except OSError as error:
        _to_null()
        msg = f"standard output could not be written: {(error.strerror or str(error)).lower()}"
        raise WriteError(msg) from error


def _to_null() -> None:
    """Lose what is still buffered, which Python would try to write again when it ends."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)
