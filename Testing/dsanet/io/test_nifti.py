import gzip
import struct

import numpy as np
import pytest
import SimpleITK as sitk

from dsanet.errors import ReadError
from dsanet.io import Limits, read_run

FRAMES = np.arange(120, dtype=np.uint16).reshape(4, 6, 5) * 30
CODES = {"u1": 2, "i2": 4, "i4": 8, "f4": 16, "f8": 64, "i1": 256, "u2": 512, "u4": 768}


def nifti1(pixels, *, order="<", dim=None, step=0.0, units=0, slope=0.0, magic=b"n+1\0", code=None):
    """A NIfTI-1 file of a (T, H, W) array."""
    dim = dim or (3, *pixels.shape[::-1])
    head = bytearray(352)
    struct.pack_into(f"{order}i", head, 0, 348)
    struct.pack_into(f"{order}8h", head, 40, *dim, *[1] * (8 - len(dim)))
    code = code or CODES[pixels.dtype.str[1:]]
    struct.pack_into(f"{order}2h", head, 70, code, 8 * pixels.itemsize)
    struct.pack_into(f"{order}11f", head, 76, 1, 1, 1, 1, step, 0, 0, 0, 352, slope, 0)
    head[123] = units
    head[344:348] = magic
    return bytes(head) + pixels.astype(pixels.dtype.newbyteorder(order)).tobytes()


def nifti2(pixels):
    head = bytearray(544)
    struct.pack_into("<i8s2h", head, 0, 540, b"n+2\0\r\n\x1a\n", CODES[pixels.dtype.str[1:]], 16)
    struct.pack_into("<8q", head, 16, 3, *pixels.shape[::-1], 1, 1, 1, 1)
    struct.pack_into("<8d", head, 104, *[1.0] * 8)
    struct.pack_into("<q2d", head, 168, 544, 1.0, 0.0)
    return bytes(head) + pixels.tobytes()


def write(folder, data, name="a.nii"):
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32])
def test_files_of_itk_come_back(tmp_path, name, dtype):
    pixels = (FRAMES // 30).astype(dtype)
    sitk.WriteImage(sitk.GetImageFromArray(pixels), tmp_path / name)
    run = read_run(tmp_path / name)
    assert run.pixels.dtype == dtype
    assert np.array_equal(run.pixels, pixels)
    assert run.times.tolist() == [0, 1, 2, 3]
    assert not run.facts.times_stated
    assert run.spacing is None
    assert run.name == "a"


def test_fourth_axis_is_time_when_the_third_has_one_slice(tmp_path):
    image = sitk.JoinSeries([sitk.GetImageFromArray(frame[None]) for frame in FRAMES])
    sitk.WriteImage(image, tmp_path / "a.nii.gz")
    run = read_run(tmp_path / "a.nii.gz")
    assert np.array_equal(run.pixels, FRAMES)
    assert not run.facts.times_stated


@pytest.mark.parametrize(("units", "step"), [(8, 0.25), (16, 250), (24, 250_000)])
def test_step_of_the_fourth_axis_gives_the_times(tmp_path, units, step):
    data = nifti1(FRAMES, dim=(4, 5, 6, 1, 4), units=2 | units, step=step)
    run = read_run(write(tmp_path, data))
    assert run.facts.times_stated
    assert run.times.tolist() == pytest.approx([0, 0.25, 0.5, 0.75])


def test_both_byte_orders_are_read(tmp_path):
    for order in "<>":
        run = read_run(write(tmp_path, nifti1(FRAMES, order=order)))
        assert np.array_equal(run.pixels, FRAMES)
        assert run.pixels.dtype.isnative


@pytest.mark.parametrize("slope", [0.0, 1.0, np.nan])
def test_scale_that_changes_nothing_is_no_scale(tmp_path, slope):
    data = nifti1(FRAMES, slope=slope)
    assert np.array_equal(read_run(write(tmp_path, data)).pixels, FRAMES)


def test_second_version_is_read(tmp_path):
    assert np.array_equal(read_run(write(tmp_path, nifti2(FRAMES))).pixels, FRAMES)


def test_single_slice_is_a_run_of_one_frame(tmp_path):
    run = read_run(write(tmp_path, nifti1(FRAMES[:1], dim=(2, 5, 6))))
    assert np.array_equal(run.pixels, FRAMES[:1])


def test_whole_numbers_stored_as_fractions_become_integers(tmp_path):
    run = read_run(write(tmp_path, nifti1(FRAMES.astype(np.float32))))
    assert run.pixels.dtype == np.int32
    assert np.array_equal(run.pixels, FRAMES)


@pytest.mark.parametrize("value", [0.5, np.nan, np.inf, 1e12])
def test_other_fractions_are_refused(tmp_path, value):
    with pytest.raises(ReadError, match="no whole numbers, expected integers"):
        read_run(write(tmp_path, nifti1(np.full((2, 3, 4), value, np.float32))))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"magic": b"ni1\0"}, "pixels are in another file"),
        ({"slope": 2.0}, "values are scaled"),
        ({"code": 128}, "data type is 128"),
        ({"dim": (4, 5, 6, 2, 2)}, "size is 5 x 6 x 2 x 2"),
        ({"dim": (5, 5, 6, 1, 2, 2)}, "size is 5 x 6 x 1 x 2 x 2"),
        ({"dim": (1, 120)}, "size is 120, expected"),
        ({"dim": (3, 5, 6, -4)}, "size is .*-4"),
        ({"dim": (3, 5, 6, 5)}, "holds 240 bytes of pixels, expected 300"),
        ({"dim": (3, 5, 6, 3)}, "holds more than 180 bytes of pixels"),
        ({"dim": (9, 5, 6, 4)}, "has 9 axes"),
        ({"dim": (3, 32767, 32767, 4)}, "states 4 frames of 32767 x 32767"),
    ],
)
def test_odd_headers_are_refused(tmp_path, options, words):
    with pytest.raises(ReadError, match=words):
        read_run(write(tmp_path, nifti1(FRAMES, **options)), Limits(decoded_bytes=2**20))


def test_cut_file_is_refused(tmp_path):
    data = nifti1(FRAMES)
    zipped = gzip.compress(data)
    for end in (348, 400, len(data) - 1):
        with pytest.raises(ReadError):
            read_run(write(tmp_path, data[:end]))
    with pytest.raises(ReadError, match=r"Cannot read a\.nii\.gz"):
        read_run(write(tmp_path, zipped[:-20], "a.nii.gz"))
