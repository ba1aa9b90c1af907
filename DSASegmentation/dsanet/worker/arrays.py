"""Arrays between the processes: .npy files in the private folder, each read once."""

import io
import re
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.atomic import write_bytes

_NAME = re.compile(r"[a-z]+-\d+\.npy")


class ArrayFiles:
    """Saves and loads arrays of any shape and plain dtype; never pickles."""

    def __init__(self, folder: Path, prefix: str) -> None:
        """Use a folder.

        Args:
            folder: The private folder.
            prefix: Lower-case letters that tell this side's files from the other's.
        """
        self._folder = folder
        self._names = (f"{prefix}-{number}.npy" for number in count())

    def save(self, array: NDArray[Any]) -> str:
        """Write an array to a new file.

        Returns:
            The file's name.

        Raises:
            WriteError: There is no space left.
            ValueError: The array holds Python objects.
        """
        name = next(self._names)
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, array, allow_pickle=False)
        write_bytes(self._folder / name, buffer.getvalue())
        return name

    def load(self, name: str) -> NDArray[Any]:
        """Read an array and remove its file.

        Raises:
            ValueError: The name or the file is not one of ours.
            OSError: There is no such file.
        """
        if not _NAME.fullmatch(name):
            msg = f"{name!r} is no name of an array file"
            raise ValueError(msg)
        path = self._folder / name
        with path.open("rb") as stream:
            array = np.lib.format.read_array(stream, allow_pickle=False)
        path.unlink()
        return np.asarray(array)

    def discard(self, name: str) -> None:
        """Remove a file that nobody will read."""
        (self._folder / name).unlink(missing_ok=True)
