import numpy as np
import pytest
import SimpleITK as sitk

from dsanet.errors import ReadError
from dsanet.export import segmentation_nrrd
from dsanet.io import Limits, read_run

FRAMES = np.arange(120, dtype=np.uint16).reshape(4, 6, 5) * 30


def save(folder, name, pixels, **options):
    path = folder / name
    sitk.WriteImage(sitk.GetImageFromArray(pixels, **options), path)
    return path


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32])
def test_third_axis_is_time(tmp_path, dtype):
    pixels = (FRAMES // 30).astype(dtype)
    run = read_run(save(tmp_path, "a.nrrd", pixels))
    assert run.pixels.dtype == dtype
    assert np.array_equal(run.pixels, pixels)
    assert run.times.tolist() == [0, 1, 2, 3]
    assert run.spacing is None
    assert not run.facts.times_stated
    assert run.name == "a"


def test_fourth_axis_is_time_when_the_third_has_one_slice(tmp_path):
    image = sitk.JoinSeries([sitk.GetImageFromArray(frame[None]) for frame in FRAMES])
    sitk.WriteImage(image, tmp_path / "a.nrrd")
    assert np.array_equal(read_run(tmp_path / "a.nrrd").pixels, FRAMES)


def test_single_slice_is_a_run_of_one_frame(tmp_path):
    assert np.array_equal(read_run(save(tmp_path, "a.nrrd", FRAMES[0])).pixels, FRAMES[:1])


def nrrd(pixels, **fields):
    """An NRRD file of an array whose slowest axis comes first."""
    plain = {
        "type": pixels.dtype.name,
        "dimension": pixels.ndim,
        "sizes": " ".join(str(size) for size in pixels.shape[::-1]),
        "encoding": "raw",
        "endian": "little",
    }
    lines = ["NRRD0005", "# a comment: with a colon"]
    lines += [f"{field.replace('_', ' ')}: {value}" for field, value in {**plain, **fields}.items()]
    return "\n".join(lines).encode() + b"\n\n" + pixels.tobytes()


def write(folder, data, name="a.nrrd"):
    path = folder / name
    path.write_bytes(data)
    return path


LIST_FIRST = np.moveaxis(FRAMES, 0, -1).copy()[None]
LIST_LAST = FRAMES[:, None]


@pytest.mark.parametrize(
    ("stored", "kinds"),
    [(LIST_FIRST, "list domain domain domain"), (LIST_LAST, "domain domain domain list")],
)
def test_sequence_as_slicer_saves_it_is_read(tmp_path, stored, kinds):
    run = read_run(write(tmp_path, nrrd(stored, kinds=kinds), "run.seq.nrrd"))
    assert np.array_equal(run.pixels, FRAMES)
    assert run.name == "run"


@pytest.mark.parametrize(("unit", "factor"), [("s", 1), ("ms", 1000)])
def test_times_of_a_sequence_are_its_index_values(tmp_path, unit, factor):
    stated = " ".join(str(factor * time) for time in (2, 2.25, 2.5, 3.5))
    data = nrrd(
        LIST_LAST,
        kinds="domain domain domain list",
        units=f'"" "" "" "{unit}"',
        axis_3_index_values=f"={stated}",
    )
    run = read_run(write(tmp_path, data.replace(b": =", b":=")))
    assert run.facts.times_stated
    assert run.times.tolist() == pytest.approx([0, 0.25, 0.5, 1.5])


@pytest.mark.parametrize(
    ("unit", "stated"), [('""', "0 1 2 3"), ("mm", "0 1 2 3"), ("s", "0 1 1 2"), ("s", "0 1")]
)
def test_other_index_values_are_no_times(tmp_path, unit, stated):
    data = nrrd(
        LIST_LAST,
        kinds="domain domain domain list",
        units=f'"" "" "" {unit}',
        axis_3_index_values=stated,
    )
    run = read_run(write(tmp_path, data))
    assert not run.facts.times_stated
    assert run.times.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("compressed", [False, True])
def test_files_of_itk_come_back(tmp_path, compressed):
    sitk.WriteImage(sitk.GetImageFromArray(FRAMES), tmp_path / "a.nrrd", compressed)
    assert np.array_equal(read_run(tmp_path / "a.nrrd").pixels, FRAMES)


def test_big_endian_values_are_put_in_order(tmp_path):
    swapped = FRAMES.byteswap()
    assert np.array_equal(read_run(write(tmp_path, nrrd(swapped, endian="big"))).pixels, FRAMES)


def test_whole_numbers_stored_as_fractions_become_integers(tmp_path):
    run = read_run(save(tmp_path, "a.nrrd", FRAMES.astype(np.float32)))
    assert run.pixels.dtype == np.int32
    assert np.array_equal(run.pixels, FRAMES)


@pytest.mark.parametrize("value", [0.5, np.nan, np.inf, 1e12])
def test_other_fractions_are_refused(tmp_path, value):
    pixels = np.full((2, 3, 4), value, np.float32)
    with pytest.raises(ReadError, match="no whole numbers, expected integers"):
        read_run(save(tmp_path, "a.nrrd", pixels))


def test_colour_is_refused(tmp_path):
    path = save(tmp_path, "a.nrrd", np.zeros((1, 6, 5, 3), np.uint8), isVector=True)
    with pytest.raises(ReadError, match="axes are of kind vector"):
        read_run(path)


def test_volume_over_time_is_refused(tmp_path):
    image = sitk.JoinSeries([sitk.GetImageFromArray(FRAMES)] * 2)
    sitk.WriteImage(image, tmp_path / "a.nrrd")
    with pytest.raises(ReadError, match="size is 5 x 6 x 4 x 2"):
        read_run(tmp_path / "a.nrrd")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"data_file": "/etc/hostname"}, "pixels are in another file"),
        ({"datafile": "LIST"}, "pixels are in another file"),
        ({"byte_skip": "-1"}, "states a skip"),
        ({"encoding": "bzip2"}, "encoding is bzip2, expected raw or gzip"),
        ({"type": "block"}, "type is block"),
        ({"endian": ""}, "type is uint16"),
        ({"kinds": "RGB-color domain domain"}, "axes are of kind rgb-color"),
        ({"sizes": "5 6 3"}, "holds more than 180 bytes"),
        ({"sizes": "5 6 5"}, "holds 240 bytes of pixels, expected 300"),
        ({"sizes": "5 6 0"}, "size is 5 x 6 x 0"),
        ({"sizes": "5000 6000 4"}, "states 240000000 bytes of pixels"),
        ({"sizes": "2000000000 2000000000 4"}, "MiB"),
        ({"sizes": "five"}, "damaged"),
        ({"sizes": ""}, "size is , expected"),
    ],
)
def test_odd_headers_are_refused(tmp_path, fields, words):
    with pytest.raises(ReadError, match=words):
        read_run(write(tmp_path, nrrd(FRAMES, **fields)))


def test_endless_header_is_refused(tmp_path):
    with pytest.raises(ReadError, match="more than 10000 lines"):
        read_run(write(tmp_path, b"NRRD0005\n" + b"a: b\n" * 10_001))


def test_limits_count_before_pixels_are_read(tmp_path):
    with pytest.raises(ReadError, match="states 4 frames"):
        read_run(save(tmp_path, "a.nrrd", FRAMES), Limits(frames=3))


def test_cut_file_is_refused_quietly(tmp_path, capfd):
    path = save(
        tmp_path, "a.nrrd", np.random.default_rng(0).integers(0, 999, (9, 30, 30), np.uint16)
    )
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(ReadError, match="Cannot read a"):
        read_run(path)
    assert capfd.readouterr() == ("", "")


def test_a_segmentation_is_no_run(tmp_path):
    labels = np.zeros((6, 5), np.uint8)
    path = tmp_path / "run.seg.nrrd"
    path.write_bytes(segmentation_nrrd(labels, None, {}))
    with pytest.raises(ReadError, match=r"run\.seg\.nrrd: it is a segmentation, expected the"):
        read_run(path)
