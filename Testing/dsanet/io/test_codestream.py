import pytest

from dsanet.errors import ReadError
from dsanet.io.codestream import FrameSize, frame_size

END = b"\xff\xd9"
BASELINE = b"\xff\xd8\xff\xe0\0\4ab\xff\xc0\0\x0b\x08\0\2\0\3\1\1\x11\0\xff\xda\0\2"


def test_size_is_found_behind_other_segments():
    assert frame_size(BASELINE + END) == FrameSize(2, 3, 1, 8, False, 0xC0)


def test_fill_bytes_before_a_marker_do_not_count():
    assert frame_size(BASELINE.replace(b"\xff\xc0", b"\xff\xff\xff\xc0") + END).rows == 2


def test_jpeg_2000_states_its_size_as_corners():
    corners = b"".join(value.to_bytes(4, "big") for value in (13, 9, 3, 2, 10, 7, 3, 2))
    data = b"\xff\x4f\xff\x51\0\x29\0\0" + corners + b"\0\1\x8b\1\1" + END
    assert frame_size(data) == FrameSize(7, 10, 1, 12, True, 0x51)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        END,
        b"\xff\xd8" + END,
        b"\xff\xd8\xff\xda" + END,
        b"\xff\xd8\xff\xe0\0\0" + END,
        b"\xff\xd8\xff\xe0\xff\xff" + END,
        b"\xff\xd8\x00\x00" + END,
        b"\xff\x4f\xff\x51\0" + END,
        b"\0\0\0\x0cjP  nothing" + END,
    ],
)
def test_damaged_headers_are_refused(data):
    with pytest.raises(ReadError):
        frame_size(data)
