"""Frames as NIfTI files.

Read here and not through SimpleITK, which takes a cut-off file for a whole one and NaN for 0.

Source: the headers nifti1.h and nifti2.h of the NIfTI Data Format Working Group.
"""

import gzip
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dsanet.io.grid import SAVE_AS_RUN, read_values, run_shape
from dsanet.io.limits import Limits
from dsanet.io.refusal import refuse
from dsanet.io.run import DSARun, RunFacts

GZIP = b"\x1f\x8b"
HEADER_BYTES = {348: 1, 540: 2}
"""First number of the file: how long the header is, hence the version."""

TYPES = {
    2: "u1",
    4: "i2",
    8: "i4",
    16: "f4",
    64: "f8",
    256: "i1",
    512: "u2",
    768: "u4",
}
SECONDS_OF_UNIT = {8: 1.0, 16: 1e-3, 24: 1e-6}
TIME_UNIT_BITS = 0x38


@dataclass(frozen=True)
class _Header:
    """What a NIfTI header says.

    Attributes:
        sizes: Sizes of the axes, x first.
        dtype: Type of the stored values, in the file's byte order.
        offset: Where the values start.
        scaled: Whether the stored values stand for other values.
        one_file: Whether the values are in the same file.
        frame_step: Seconds between frames, 0 where the header does not state it.
    """

    sizes: tuple[int, ...]
    dtype: np.dtype[Any]
    offset: int
    scaled: bool
    one_file: bool
    frame_step: float


def read_nifti(path: Path, name: str, limits: Limits) -> DSARun:
    """Read a run stored as (W, H), (W, H, T) or (W, H, 1, T), x first, zipped or not.

    The format does not say which plane the spacing belongs to, so the run has none.

    Args:
        path: The file.
        name: Name of the run.
        limits: What may be decoded.

    Raises:
        ReadError: Detached pixels, colour, fractions, scaled values, or a third axis of space.
        EOFError: A zipped file is cut off; other errors of gzip likewise.
    """
    with path.open("rb") as file:
        zipped = file.read(2) == GZIP
    with gzip.open(path) if zipped else path.open("rb") as stream:
        header = _read_header(stream.read(max(HEADER_BYTES)))
        _refuse_what_is_not_read(header)
        stream.seek(header.offset)
        size = path.stat().st_size
        shape = run_shape(header.sizes)
        pixels = read_values(stream, shape, header.dtype, size, limits).reshape(shape)
    times = np.arange(len(pixels), dtype=np.float64) * (header.frame_step or 1.0)
    facts = RunFacts(bits_stored=8 * pixels.dtype.itemsize, times_stated=header.frame_step > 0)
    return DSARun(pixels, times, None, facts, name)


def _read_header(start: bytes) -> _Header:
    order = "<" if struct.unpack_from("<i", start)[0] in HEADER_BYTES else ">"
    version = HEADER_BYTES[struct.unpack_from(f"{order}i", start)[0]]
    if version == 1:
        dim = struct.unpack_from(f"{order}8h", start, 40)
        (datatype,) = struct.unpack_from(f"{order}h", start, 70)
        *pixdim, offset, slope, intercept = struct.unpack_from(f"{order}11f", start, 76)
        units = start[123]
        magic = start[344:348]
    else:
        magic = start[4:8]
        (datatype,) = struct.unpack_from(f"{order}h", start, 12)
        dim = struct.unpack_from(f"{order}8q", start, 16)
        pixdim = list(struct.unpack_from(f"{order}8d", start, 104))
        offset, slope, intercept = struct.unpack_from(f"{order}q2d", start, 168)
        (units,) = struct.unpack_from(f"{order}i", start, 500)
    if datatype not in TYPES or not 1 <= dim[0] <= 7 or not 0 <= offset < 2**31:
        refuse(f"its data type is {datatype}, it has {dim[0]} axes", "grey values", SAVE_AS_RUN)
    return _Header(
        sizes=tuple(dim[1 : dim[0] + 1]),
        dtype=np.dtype(f"{order}{TYPES[datatype]}"),
        offset=int(offset),
        scaled=not (slope == 0 or math.isnan(slope)) and (slope, intercept) != (1, 0),
        one_file=magic[:2] == b"n+",
        frame_step=_frame_step(dim[0], pixdim[4], units),
    )


def _frame_step(axes: int, step: float, units: int) -> float:
    """Return seconds between frames; ITK writes 1 s where it knows no time."""
    seconds = step * SECONDS_OF_UNIT.get(units & TIME_UNIT_BITS, 0.0)
    plausible = axes == 4 and math.isfinite(seconds) and seconds > 0
    return seconds if plausible and seconds != 1.0 else 0.0


def _refuse_what_is_not_read(header: _Header) -> None:
    if not header.one_file:
        refuse("its pixels are in another file", "header and pixels in one", SAVE_AS_RUN)
    if header.scaled:
        refuse("its values are scaled", "values as stored", SAVE_AS_RUN)
