"""What differs in pydicom 2.4, which Slicer 5.10 has."""

import numpy as np
import pytest
from pydicom import encaps, uid
from pydicom.encaps import encapsulate, encapsulate_extended

from dsanet.io import read_run
from dsanet.io.codecs import COMPRESSED_SYNTAXES


@pytest.mark.filterwarnings("ignore:'generate_pixel_data_frame' is deprecated")
@pytest.mark.parametrize("extended", [False, True])
@pytest.mark.parametrize("old", [False, True])
def test_compressed_frames_are_found(
    write_xa, encode_lossless_jpeg, monkeypatch, old: bool, extended: bool
) -> None:
    pixels = np.random.default_rng(5).integers(0, 4096, (4, 6, 5)).astype(np.uint16)
    frames = [encode_lossless_jpeg(frame) for frame in pixels]
    tables = {}
    if extended:
        data, offsets, lengths = encapsulate_extended(frames)
        tables = {"ExtendedOffsetTable": offsets, "ExtendedOffsetTableLengths": lengths}
    else:
        data = encapsulate(frames)
    path = write_xa(pixels, syntax=uid.JPEGLosslessSV1, PixelData=data, frames=frames, **tables)
    if old:
        monkeypatch.delattr(encaps, "generate_frames")
    np.testing.assert_array_equal(read_run(path).pixels, pixels)


def test_both_kinds_of_lossless_jpeg_are_known_by_their_number() -> None:
    """In pydicom 2.4 the name `JPEGLossless` stands for the second."""
    assert {"1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"} <= COMPRESSED_SYNTAXES
