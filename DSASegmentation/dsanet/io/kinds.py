"""What kind of file it is, told from its first bytes and never from its extension."""

import struct
import zlib
from enum import Enum
from pathlib import Path

LOOKED_AT = 352
"""Bytes: NIfTI-1 ends its header with its name, at 344 to 348."""

PREAMBLE_BYTES = 128
FIRST_GROUPS = (0x0002, 0x0008)
"""Groups that a DICOM file without preamble begins with."""
FIRST_ELEMENTS = (0x0000, 0x0001, 0x0005, 0x0008, 0x0012, 0x0016)


class Kind(Enum):
    """Kinds of files that can hold a run or a frame."""

    DICOM = "DICOM"
    IMAGE = "PNG or JPEG"
    TIFF = "TIFF"
    NRRD = "NRRD"
    NIFTI = "NIfTI"
    OTHER = "other"


def file_kind(path: Path) -> Kind:
    """Tell the kind of a file.

    Raises:
        OSError: It cannot be opened.
    """
    with path.open("rb") as file:
        start = file.read(LOOKED_AT)
    if start.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        return Kind.IMAGE
    if start[PREAMBLE_BYTES:].startswith(b"DICM") or _begins_like_a_dataset(start):
        return Kind.DICOM
    if start.startswith((b"II*\0", b"MM\0*")):
        return Kind.TIFF
    if start.startswith(b"NRRD000"):
        return Kind.NRRD
    return Kind.NIFTI if _is_nifti(start) else Kind.OTHER


def _begins_like_a_dataset(start: bytes) -> bool:
    if len(start) < 8:
        return False
    group, element = struct.unpack_from("<HH", start)
    return group in FIRST_GROUPS and element in FIRST_ELEMENTS


def _is_nifti(start: bytes) -> bool:
    if start.startswith(b"\x1f\x8b"):
        start = _unzipped(start)
    return start[344:348] in (b"n+1\0", b"ni1\0") or start[4:8] == b"n+2\0"


def _unzipped(start: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(start, LOOKED_AT)
    except zlib.error:
        return b""
