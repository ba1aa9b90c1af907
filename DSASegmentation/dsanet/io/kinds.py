"""What kind of file it is, told from its first bytes and never from its extension."""

import struct
from enum import Enum
from pathlib import Path

PREAMBLE_BYTES = 128
FIRST_GROUPS = (0x0002, 0x0008, 0x0800)
"""Groups that a DICOM file without preamble begins with; the last is 0008 in big endian."""


class Kind(Enum):
    """Kinds of files that can hold a run or a frame."""

    DICOM = "DICOM"
    IMAGE = "PNG or JPEG"
    OTHER = "other"


def file_kind(path: Path) -> Kind:
    """Tell the kind of a file.

    Raises:
        OSError: It cannot be opened.
    """
    with path.open("rb") as file:
        start = file.read(PREAMBLE_BYTES + 4)
    if start.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        return Kind.IMAGE
    if start[PREAMBLE_BYTES:] == b"DICM" or _begins_like_a_dataset(start):
        return Kind.DICOM
    return Kind.OTHER


def _begins_like_a_dataset(start: bytes) -> bool:
    if len(start) < 8:
        return False
    group, element = struct.unpack_from("<HH", start)
    return group in FIRST_GROUPS and element in (0x0000, 0x0001, 0x0005, 0x0008, 0x0012, 0x0016)
