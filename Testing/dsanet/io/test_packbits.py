import struct

import numpy as np
import pytest

from dsanet.errors import ReadError
from dsanet.io.packbits import decode_rle, unpack_bits


def test_sixteen_bits_come_as_high_bytes_then_low_bytes():
    data = struct.pack("<16I", 2, 64, 68, *[0] * 13) + bytes([1, 1, 2, 128]) + bytes([255, 7])
    decoded = decode_rle(data, 1, 2, 16)
    assert decoded.dtype == np.uint16
    assert decoded.tolist() == [[0x0107, 0x0207]]


def test_expansion_stops_at_the_size_of_the_frame():
    assert unpack_bits(bytes([129, 9]) * 100_000, 3) == bytes([9, 9, 9])


def test_missing_bytes_are_refused():
    with pytest.raises(ReadError, match="ends after 2 bytes, expected 3"):
        unpack_bits(bytes([255, 7]), 3)


def test_literal_run_beyond_the_data_is_refused():
    with pytest.raises(ReadError, match="ends after"):
        unpack_bits(bytes([100, 1, 2]), 101)


def test_wrong_number_of_segments_is_refused():
    with pytest.raises(ReadError, match="1 segments, expected 2"):
        decode_rle(struct.pack("<16I", 1, 64, *[0] * 14), 1, 1, 16)


def test_short_header_is_refused():
    with pytest.raises(ReadError, match="64 bytes"):
        decode_rle(b"\1\0\0\0", 1, 1, 8)
