"""Arrays between the processes: .npy files in the private folder, each read once."""

import io
import re
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.atomic import write_scratch

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
        if array.dtype.hasobject:
            msg = f"an array of {array.dtype} holds Python objects, expected numbers"
            raise ValueError(msg)
        name = next(self._names)
        plain = np.ascontiguousarray(array).reshape(array.shape)  # the former makes () to (1,)
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(
            header, np.lib.format.header_data_from_array_1_0(plain)
        )
        write_scratch(
            self._folder / name, (header.getvalue(), plain.reshape(-1).view(np.uint8).data)
        )
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
