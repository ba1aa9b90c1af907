"""Frames as NRRD files, through SimpleITK."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.io.layout import refuse_too_large
from dsanet.io.limits import Limits
from dsanet.io.refusal import refuse
from dsanet.io.run import DSARun, RunFacts
from dsanet.io.whole import SAVE_AS_RUN, integers

LARGEST_HEADER = 1 << 16
DEFLATE_RATIO = 1032
"""Bytes that one byte of deflated data can at most become (zlib, technical details)."""


def read_nrrd(path: Path, name: str, limits: Limits) -> DSARun:
    """Read a run stored as an image of size (W, H), (W, H, T) or (W, H, 1, T), x first.

    A sequence as 3D Slicer saves it (one slice whose pixels are lists of T values) is read too.
    The format does not say which plane the spacing belongs to, so the run has none; a third axis
    of slices cannot be told from one of frames.

    Args:
        path: NRRD file with header and pixels in one.
        name: Name of the run.
        limits: What may be decoded.

    Returns:
        The run, with times 0, 1, 2, ...

    Raises:
        ReadError: Detached pixels, colour, fractions, or a third axis of space.
        RuntimeError: What SimpleITK raises for a damaged file.
    """
    sitk = _simpleitk()
    _refuse_detached(path)
    with _quiet(sitk):
        reader = sitk.ImageFileReader()
        reader.SetImageIO("NrrdImageIO")
        reader.SetFileName(str(path))
        reader.ReadImageInformation()
        _refuse_odd_shape(reader)
        _refuse_too_large(reader, path.stat().st_size, limits)
        image = reader.Execute()
    pixels = _frames_first(sitk.GetArrayFromImage(image), image.GetNumberOfComponentsPerPixel())
    pixels = integers(pixels)
    times = np.arange(len(pixels), dtype=np.float64)
    return DSARun(pixels, times, None, RunFacts(bits_stored=8 * pixels.dtype.itemsize), name)


def _simpleitk() -> Any:
    """Import SimpleITK only here: it takes a second, and has no types."""
    import SimpleITK

    return SimpleITK


@contextmanager
def _quiet(sitk: Any) -> Iterator[None]:
    shown = sitk.ProcessObject.GetGlobalWarningDisplay()
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    try:
        yield
    finally:
        sitk.ProcessObject.SetGlobalWarningDisplay(shown)


def _refuse_detached(path: Path) -> None:
    """Refuse headers that point to other files, which could be any file of the computer."""
    with path.open("rb") as file:
        start = file.read(LARGEST_HEADER)
    lines = start.partition(b"\n\n")[0].lower().splitlines()
    if any(line.startswith((b"data file:", b"datafile:")) for line in lines):
        refuse("its pixels are in another file", "header and pixels in one", SAVE_AS_RUN)


def _refuse_odd_shape(reader: Any) -> None:
    size = reader.GetSize()
    components = reader.GetNumberOfComponents()
    kinds = "NRRD_kinds[pixel]"
    is_list = reader.HasMetaDataKey(kinds) and reader.GetMetaData(kinds) == "list"
    if components > 1 and not (is_list and max(size[2:], default=1) == 1):
        refuse(f"its pixels have {components} components", "grey values", SAVE_AS_RUN)
    if len(size) > 4 or (len(size) == 4 and size[2] != 1):
        refuse(f"its size is {size}", "two axes of space and one of time", SAVE_AS_RUN)


def _refuse_too_large(reader: Any, file_bytes: int, limits: Limits) -> None:
    columns, rows, *others = reader.GetSize()
    frames = int(np.prod(others, dtype=object)) * reader.GetNumberOfComponents()
    nbytes = frames * rows * columns * _sample_bytes(reader)
    refuse_too_large((frames, rows, columns), nbytes, limits)
    if nbytes > file_bytes * DEFLATE_RATIO:
        refuse(
            f"its header states {nbytes} bytes of pixels", f"a file of {file_bytes} to hold them"
        )


def _sample_bytes(reader: Any) -> int:
    words = _simpleitk().GetPixelIDValueAsString(reader.GetPixelIDValue())
    bits = [int(word.partition("-")[0]) for word in words.split() if word.endswith("-bit")]
    if not bits or "complex" in words:
        refuse(f"its pixels are of type {words}", "integers", SAVE_AS_RUN)
    return bits[0] // 8


def _frames_first(stored: NDArray[Any], components: int) -> NDArray[Any]:
    """Bring SimpleITK's array, slowest axis first, to (T, H, W)."""
    if components > 1:
        stored = np.moveaxis(stored, -1, 0)
    return np.ascontiguousarray(stored.reshape(-1, *stored.shape[-2:]))
