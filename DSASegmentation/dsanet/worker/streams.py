"""The child's standard streams: one pair kept for messages, none left for libraries to spoil."""

import io
import os
from pathlib import Path
from typing import BinaryIO


def reserve_streams() -> tuple[BinaryIO, BinaryIO]:
    """Take standard input and output away from everything else in this process.

    Whatever Python or C code prints from now on goes to standard error, and whatever reads standard
    input finds it empty.

    Returns:
        What the client writes, and where it reads.
    """
    reader = os.fdopen(os.dup(0), "rb")
    writer = io.BufferedWriter(io.FileIO(os.dup(1), "w"))  # a pipe; no file is written
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return reader, writer
