"""The size that a compressed frame states about itself, read before it is decoded."""

import struct
from dataclasses import dataclass

from dsanet.io.refusal import refuse

START_OF_IMAGE = b"\xff\xd8"
END_OF_IMAGE = b"\xff\xd9"
START_OF_CODESTREAM = b"\xff\x4f\xff\x51"
JP2_BOX = b"\x00\x00\x00\x0cjP  "
LOSSLESS_FRAME = 0xC3
JPEG_LS_FRAME = 0xF7
START_OF_SCAN = 0xDA
FRAME_MARKERS = frozenset({*range(0xC0, 0xD0), JPEG_LS_FRAME} - {0xC4, 0xC8, 0xCC})
"""SOF0 to SOF15 without DHT, JPG and DAC, and SOF55 (ITU-T T.81 table B.1, T.87 C.1.1)."""
WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})


@dataclass(frozen=True)
class FrameSize:
    """What a compressed frame's own header states.

    Attributes:
        rows: Height in pixels.
        columns: Width in pixels.
        components: 1 for grey.
        precision: Bits of a sample.
        signed: Whether the codestream says that samples are signed (JPEG 2000 only).
        marker: The JPEG marker's second byte, which tells the process; 0x51 for JPEG 2000.
    """

    rows: int
    columns: int
    components: int
    precision: int
    signed: bool
    marker: int


def frame_size(data: bytes) -> FrameSize:
    """Find the frame header in a JPEG, JPEG-LS or JPEG 2000 codestream.

    Raises:
        ReadError: There is none.

    Source: ITU-T T.81 B.2.2 (SOF), T.87 C.2.2, T.800 A.5.1 (image and tile size).
    """
    try:
        if data.startswith(START_OF_IMAGE):
            return _jpeg_size(data)
        return _jpeg2000_size(data)
    except (struct.error, IndexError):
        refuse("a compressed frame ends inside its header", "a whole frame")


def _jpeg_size(data: bytes) -> FrameSize:
    position = len(START_OF_IMAGE)
    while True:
        position, marker = next_marker(data, position)
        if marker in FRAME_MARKERS:
            precision, rows, columns, components = struct.unpack_from(">BHHB", data, position + 2)
            return FrameSize(rows, columns, components, precision, False, marker)
        if marker == START_OF_SCAN:
            refuse("a compressed frame has no frame header", "a JPEG frame")
        position += segment_length(data, position)


def next_marker(data: bytes, position: int) -> tuple[int, int]:
    """Step over fill bytes and markers without parameters.

    Args:
        data: JPEG codestream.
        position: Where a marker is expected.

    Returns:
        Where the marker's parameters start, and its second byte.

    Raises:
        ReadError: Something other than a marker stands there.
        IndexError: The data end.
    """
    while True:
        if data[position] != 0xFF:
            refuse("a compressed frame's header is damaged", "a JPEG marker")
        while data[position] == 0xFF:
            position += 1
        marker = data[position]
        position += 1
        if marker not in WITHOUT_LENGTH:
            return position, marker


def segment_length(data: bytes, position: int) -> int:
    """Return the length of a marker's parameters, at least 2.

    Raises:
        ReadError: It is smaller than the two bytes it is written in.
        struct.error: The data end.
    """
    (length,) = struct.unpack_from(">H", data, position)
    if length < 2:
        refuse("a compressed frame's header is damaged", "a JPEG segment")
    return int(length)


def _jpeg2000_size(data: bytes) -> FrameSize:
    start = data.find(START_OF_CODESTREAM) if data.startswith(JP2_BOX) else 0
    if start < 0 or not data.startswith(START_OF_CODESTREAM, start):
        refuse("a compressed frame does not begin as JPEG data do", "a JPEG frame")
    right, bottom, left, top = struct.unpack_from(">4I", data, start + 8)
    components, depth = struct.unpack_from(">HB", data, start + 40)
    return FrameSize(
        bottom - top, right - left, components, (depth & 0x7F) + 1, bool(depth & 0x80), 0x51
    )
