"""The three NRRD files of a case: encoding and decoding.

Source: "Definition of NRRD File Format", teem.sourceforge.net/nrrd/format.html.
"""

import gzip
import io
import math
import sys
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.errors import CaseError
from dsanet.io import Spacing

TYPES: dict[np.dtype[Any], tuple[str, ...]] = {
    np.dtype(np.float32): ("float",),
    np.dtype(np.uint8): ("unsigned char", "uchar", "uint8", "uint8_t"),
}
ORDERS = ("little", "big")
ENCODINGS = ("raw", "gzip", "gz")

FRAME_MM = 1.0
"""Thickness of a frame, as `dsanet.export` gives it to the slice of a segmentation."""

GZIP_LEVEL = 4
"""Noise packs no better above it, and takes twice as long."""


def encode(array: NDArray[Any], spacing: Spacing | None) -> bytes:
    """Encode frames or an image as NRRD; SimpleITK and Slicer give the array back as it is.

    The file states columns first, as the fastest axis: SimpleITK's GetArrayFromImage turns that
    round to (T, rows, columns).

    Args:
        array: float32 or uint8, (T, H, W) or (H, W).
        spacing: Between pixels; None makes pixels of 1 mm.

    Returns:
        The file's content; the same array gives the same bytes.
    """
    row_mm, column_mm = (spacing.row_mm, spacing.column_mm) if spacing else (1.0, 1.0)
    flat = array.ndim == 2
    steps = [column_mm, row_mm] if flat else [column_mm, row_mm, FRAME_MM]
    space = "space dimension: 2" if flat else "space: left-posterior-superior"
    header = [
        "NRRD0004",
        f"type: {TYPES[array.dtype][0]}",
        f"dimension: {array.ndim}",
        space,
        f"sizes: {' '.join(str(size) for size in reversed(array.shape))}",
        f"space directions: {_diagonal(steps)}",
        f"kinds: {' '.join(['domain'] * array.ndim)}",
        "endian: little",
        "encoding: gzip",
        f"space origin: ({','.join(['0'] * array.ndim)})",
    ]
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    pixels = gzip.compress(little.tobytes(), GZIP_LEVEL, mtime=0)
    return "\n".join([*header, "", ""]).encode("ascii") + pixels


def _diagonal(steps: list[float]) -> str:
    rows = np.diag(steps).tolist()
    return " ".join(f"({','.join(repr(value) for value in row)})" for row in rows)


def decode(data: bytes, shape: tuple[int, ...], dtype: type[np.generic], name: str) -> NDArray[Any]:
    """Decode an NRRD file of a known size and type, whoever wrote it: raw or gzip, header attached.

    It takes the bytes whose hash was checked and not a path: a file may be replaced in between.

    Args:
        data: The file's content.
        shape: (T, H, W) that it must have; checked before memory is taken.
        dtype: float32 or uint8.
        name: The file's, for messages.

    Returns:
        The array.

    Raises:
        CaseError: It holds something else, or is damaged.
    """
    header, packed = _parted(data)
    wanted = np.dtype(dtype)
    expected = " ".join(str(size) for size in reversed(shape))
    if header.get("type") not in TYPES[wanted] or header.get("sizes") != expected:
        found = f"{header.get('type')} of size {header.get('sizes')}"
        msg = f"{name} holds {found}, expected {TYPES[wanted][0]} of size {expected}"
        raise CaseError(msg)
    order, encoding = header.get("endian", "little"), header.get("encoding")
    stated = wanted.itemsize == 1 or "endian" in header
    if not stated or order not in ORDERS or encoding not in ENCODINGS or "data file" in header:
        msg = f"{name} has the encoding {encoding}, expected raw or gzip with endian, in one file"
        raise CaseError(msg)
    nbytes = math.prod(shape) * wanted.itemsize
    pixels = packed if encoding == "raw" else _unzipped(packed, nbytes, name)
    if len(pixels) != nbytes:
        msg = f"{name} does not hold {nbytes} bytes of pixels"
        raise CaseError(msg)
    stored = np.frombuffer(pixels, wanted).reshape(shape)
    return stored.copy() if order == sys.byteorder else stored.byteswap()


def _parted(data: bytes) -> tuple[dict[str, str], bytes]:
    """The fields of the header, and what follows it."""
    head, _, packed = data.partition(b"\n\n")
    lines = head.decode("utf-8", "replace").splitlines()
    return dict(line.split(": ", 1) for line in lines if ": " in line), packed


def _unzipped(packed: bytes, nbytes: int, name: str) -> bytes:
    """Unzip no more than is expected, and one byte to tell."""
    try:
        return gzip.GzipFile(fileobj=io.BytesIO(packed)).read(nbytes + 1)
    except (OSError, EOFError, zlib.error) as error:
        msg = f"{name} is damaged: its pixels cannot be unzipped ({error})"
        raise CaseError(msg) from error
