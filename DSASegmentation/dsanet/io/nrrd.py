"""Frames as NRRD files, and volume sequences as 3D Slicer saves them.

Source: "Definition of NRRD File Format", teem.sourceforge.net/nrrd/format.html, and the section on
.seq.nrrd files in Slicer's developer guide. Read here and not through SimpleITK, which passes over
bytes that a wrong header leaves unread.
"""

import gzip
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from dsanet.io.grid import SAVE_AS_RUN, read_values, run_shape
from dsanet.io.limits import Limits
from dsanet.io.refusal import refuse, wording
from dsanet.io.run import DSARun, RunFacts
from dsanet.io.scope import OutOfScopeError

LONGEST_LINE = 1 << 20
MOST_LINES = 10_000

TYPES = {
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i1": ("signed char", "int8", "int8_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "f4": ("float",),
    "f8": ("double",),
}
ORDERS = {"little": "<", "big": ">"}
ZIPPED = ("gzip", "gz")
SECONDS_OF_UNIT = {"s": 1.0, "ms": 1e-3}


def read_nrrd(path: Path, name: str, limits: Limits) -> DSARun:
    """Read a run stored as (W, H), (W, H, T) or (W, H, 1, T), or with T in front as a list axis.

    The format does not say which plane the spacing belongs to, so the run has none.

    Args:
        path: NRRD file with header and pixels in one, raw or gzip.
        name: Name of the run.
        limits: What may be decoded.

    Returns:
        The run, with the times of a sequence whose index has the unit s or ms, else 0, 1, 2, ...

    Raises:
        OutOfScopeError: It is a segmentation.
        ReadError: Detached pixels, colour, fractions, other axes or another number of bytes.
        EOFError: The zipped pixels are cut off; other errors of gzip likewise.
    """
    with path.open("rb") as file:
        header = _read_header(file)
        _refuse_segmentation(header)
        _refuse_what_is_not_read(header)
        shape = _run_shape(header)
        stream = gzip.GzipFile(fileobj=file) if header["encoding"] in ZIPPED else file
        values = read_values(stream, shape, _dtype(header), path.stat().st_size, limits)
    pixels = _frames_first(values, shape, header)
    times = _times(header, len(pixels))
    facts = RunFacts(bits_stored=8 * pixels.dtype.itemsize, times_stated=times is not None)
    if times is None:
        times = np.arange(len(pixels), dtype=np.float64)
    return DSARun(pixels, times, None, facts, name)


def _read_header(file: BinaryIO) -> dict[str, str]:
    """Read `field: value` and `key:=value` lines up to the empty line; names in lower case."""
    header: dict[str, str] = {}
    for _ in range(MOST_LINES):
        line = file.readline(LONGEST_LINE).decode("utf-8", "replace").strip()
        if not line:
            return header
        field, _, value = line.partition(":")
        header[field.strip().lower()] = value.removeprefix("=").strip()
    return refuse(f"its header has more than {MOST_LINES} lines", "an empty line after the header")


def _refuse_segmentation(header: dict[str, str]) -> None:
    """Refuse 3D Slicer's .seg.nrrd, whose values are labels."""
    if any(field.startswith(("segment0_", "segmentation_")) for field in header):
        msg = wording("it is a segmentation", "the frames of a run", "choose the run itself")
        raise OutOfScopeError(msg)


def _refuse_what_is_not_read(header: dict[str, str]) -> None:
    if "data file" in header or "datafile" in header:
        refuse("its pixels are in another file", "header and pixels in one", SAVE_AS_RUN)
    if {"line skip", "lineskip", "byte skip", "byteskip"} & header.keys():
        refuse("its header states a skip", "the pixels after the header", SAVE_AS_RUN)
    encoding = header.get("encoding", "missing")
    if encoding not in ("raw", *ZIPPED):
        refuse(f"its encoding is {encoding}", "raw or gzip", SAVE_AS_RUN)
    kinds = [kind for kind in _kinds(header) if kind not in ("domain", "space", "time", "list")]
    if kinds and kinds != ["???"] * len(kinds):
        refuse(f"its axes are of kind {', '.join(kinds)}", "grey values", SAVE_AS_RUN)


def _kinds(header: dict[str, str]) -> list[str]:
    return header.get("kinds", "").lower().split()


def _dtype(header: dict[str, str]) -> np.dtype[Any]:
    stated = " ".join(header.get("type", "missing").split())
    code = next((code for code, words in TYPES.items() if stated in words), None)
    order = ORDERS.get(header.get("endian", ""), "")
    if code is None or (not order and not code.endswith("1")):
        refuse(f"its type is {stated} {header.get('endian', '')}", "integers", SAVE_AS_RUN)
    return np.dtype(f"{order}{code}")


def _list_axis(header: dict[str, str]) -> int | None:
    kinds = _kinds(header)
    return kinds.index("list") if "list" in kinds else None


def _run_shape(header: dict[str, str]) -> tuple[int, int, int]:
    sizes = [int(size) for size in header.get("sizes", "").split()]
    return run_shape([*sizes[1:], *sizes[:1]] if _list_axis(header) == 0 else sizes)


def _frames_first(
    values: NDArray[Any], shape: tuple[int, int, int], header: dict[str, str]
) -> NDArray[Any]:
    frames, rows, columns = shape
    if _list_axis(header) != 0:
        return values.reshape(shape)
    return np.ascontiguousarray(np.moveaxis(values.reshape(rows, columns, frames), -1, 0))


def _times(header: dict[str, str], frame_count: int) -> NDArray[np.float64] | None:
    """Return seconds from the first frame where the list axis states them."""
    axis = _list_axis(header)
    units = [unit.strip('"') for unit in header.get("units", "").split()]
    if axis is None or axis >= len(units) or units[axis] not in SECONDS_OF_UNIT:
        return None
    stated = header.get(f"axis {axis} index values", "").split()
    index = np.array([float(value) for value in stated], dtype=np.float64)
    if index.shape != (frame_count,) or not np.all(np.diff(index) > 0):
        return None
    times: NDArray[np.float64] = (index - index[0]) * SECONDS_OF_UNIT[units[axis]]
    return times
