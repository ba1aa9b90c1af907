"""The NRRD codec of cases: other programs' files are read, odd ones refused by name."""

import gzip
import tracemalloc

import numpy as np
import pytest
import SimpleITK as sitk

from dsanet.cases.nrrd import decode, encode
from dsanet.errors import CaseError
from dsanet.io import Spacing

SHAPE = (2, 3, 5)
FRAMES = np.linspace(-1, 1, 30, dtype=np.float32).reshape(SHAPE)


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("array", [FRAMES, np.arange(30, dtype=np.uint8).reshape(SHAPE)])
def test_what_simpleitk_writes_is_read(tmp_path, array, packed):
    path = tmp_path / "frames.nrrd"
    sitk.WriteImage(sitk.GetImageFromArray(array), str(path), packed)
    assert np.array_equal(decode(path.read_bytes(), SHAPE, array.dtype.type, path.name), array)


def test_an_image_without_frames_has_two_axes(tmp_path):
    path = tmp_path / "image.nrrd"
    path.write_bytes(encode(FRAMES[0], Spacing(0.3, 0.2, "detector", "ImagerPixelSpacing")))
    image = sitk.ReadImage(str(path))
    assert (image.GetDimension(), image.GetSpacing()) == (2, (0.2, 0.3))
    assert np.array_equal(sitk.GetArrayFromImage(image), FRAMES[0])


def test_a_view_is_written_as_it_looks(tmp_path):
    turned = FRAMES.transpose(0, 2, 1)[:, ::-1]
    assert np.array_equal(decode(encode(turned, None), turned.shape, np.float32, "a"), turned)


def text(**changes):
    fields = {"type": "float", "sizes": "5 3 2", "endian": "little", "encoding": "raw", **changes}
    lines = [f"{name}: {value}" for name, value in fields.items() if value]
    return "\n".join(["NRRD0004", *lines, "", ""]).encode()


RAW = FRAMES.tobytes()
ZIP = gzip.compress(RAW)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "frames.nrrd holds None of size None"),
        (text(type="double") + RAW, "holds double of size 5 3 2, expected float"),
        (text(sizes="3 5 2") + RAW, "of size 3 5 2, expected float of size 5 3 2"),
        (text(endian=None) + RAW, "expected raw or gzip with endian"),
        (text(endian="middle") + RAW, "expected raw or gzip with endian"),
        (text(encoding="bz2") + RAW, "has the encoding bz2"),
        (text(**{"data file": "other.raw"}) + RAW, "in one file"),
        (text() + RAW[:-1], "does not hold 120 bytes of pixels"),
        (text() + RAW + b"x", "does not hold 120 bytes of pixels"),
        (text(encoding="gzip") + ZIP[:-9], "frames.nrrd is damaged: its pixels cannot be unzipped"),
        (text(encoding="gzip") + RAW, "cannot be unzipped"),
        (text(encoding="gzip") + gzip.compress(RAW * 2), "does not hold 120 bytes of pixels"),
    ],
)
def test_what_is_not_as_stated_is_refused(data, message):
    with pytest.raises(CaseError, match=message):
        decode(data, SHAPE, np.float32, "frames.nrrd")


def test_a_bomb_takes_no_memory():
    bomb = text(encoding="gzip") + gzip.compress(bytes(50_000_000))
    tracemalloc.start()
    with pytest.raises(CaseError, match="does not hold 120 bytes"):
        decode(bomb, SHAPE, np.float32, "frames.nrrd")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000
