"""Decoder for RLE Lossless frames, which never writes more than the frame holds.

Source: DICOM PS3.5 Annex G.
"""

import itertools
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.io.refusal import refuse

HEADER_BYTES = 64
NO_OPERATION = 128


def decode_rle(data: bytes, rows: int, columns: int, bits_allocated: int) -> NDArray[Any]:
    """Decode one grey frame.

    Args:
        data: The frame's fragment: a header of 64 bytes, then one segment a byte of the pixel,
            highest byte first.
        rows: Height H.
        columns: Width W.
        bits_allocated: 8 or 16.

    Returns:
        uint8 or uint16 (H, W).

    Raises:
        ReadError: The segments do not make up the frame.
    """
    count = bits_allocated // 8
    try:
        stated, *offsets = struct.unpack_from("<16I", data)
    except struct.error:
        refuse("an RLE frame ends inside its header", f"{HEADER_BYTES} bytes")
    if stated != count:
        refuse(f"an RLE frame has {stated} segments", f"{count}")
    bounds = [*offsets[:count], len(data)]
    planes = [
        unpack_bits(data[start:stop], rows * columns) for start, stop in itertools.pairwise(bounds)
    ]
    big_endian = np.stack([np.frombuffer(plane, np.uint8) for plane in planes], axis=-1)
    pixels = big_endian.view(f">u{count}").reshape(rows, columns)
    return pixels.astype(f"u{count}", copy=False)


def unpack_bits(data: bytes, size: int) -> bytes:
    r"""Expand PackBits data to exactly `size` bytes.

    Raises:
        ReadError: The data end before that.

    >>> unpack_bits(bytes([2, 7, 8, 9, 254, 5]), 6)
    b'\x07\x08\t\x05\x05\x05'
    """
    out = bytearray()
    position = 0
    while len(out) < size:
        if position >= len(data):
            refuse(f"an RLE segment ends after {len(out)} bytes", f"{size}")
        control = data[position]
        if control < NO_OPERATION:
            out += data[position + 1 : position + 2 + control]
            position += control + 2
        elif control > NO_OPERATION:
            out += data[position + 1 : position + 2] * (257 - control)
            position += 2
        else:
            position += 1
    return bytes(out[:size])
