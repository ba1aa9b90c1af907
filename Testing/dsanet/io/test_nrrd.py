import numpy as np
import pytest
import SimpleITK as sitk

from dsanet.errors import ReadError
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


def nrrd(pixels, *, kinds="list domain domain domain", sizes="4 5 6 1", extra=""):
    head = (
        f"NRRD0004\ntype: uint16\ndimension: 4\nspace: left-posterior-superior\nsizes: {sizes}\n"
        "space directions: none (1,0,0) (0,1,0) (0,0,1)\n"
        f"kinds: {kinds}\nendian: little\nencoding: raw\nspace origin: (0,0,0)\n{extra}\n"
    )
    return head.encode() + pixels.tobytes()


def test_sequence_as_slicer_saves_it_is_read(tmp_path):
    path = tmp_path / "run.seq.nrrd"
    path.write_bytes(nrrd(np.moveaxis(FRAMES, 0, -1).copy()))
    run = read_run(path)
    assert np.array_equal(run.pixels, FRAMES)
    assert run.name == "run"


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
    with pytest.raises(ReadError, match="have 3 components"):
        read_run(path)


def test_volume_over_time_is_refused(tmp_path):
    image = sitk.JoinSeries([sitk.GetImageFromArray(FRAMES)] * 2)
    sitk.WriteImage(image, tmp_path / "a.nrrd")
    with pytest.raises(ReadError, match=r"size is \(5, 6, 4, 2\)"):
        read_run(tmp_path / "a.nrrd")


def test_header_that_points_to_another_file_is_refused(tmp_path):
    path = tmp_path / "a.nrrd"
    path.write_bytes(nrrd(FRAMES, extra="data file: /etc/hostname\n"))
    with pytest.raises(ReadError, match="pixels are in another file"):
        read_run(path)


def test_header_that_states_more_than_the_file_can_hold_is_refused(tmp_path):
    path = tmp_path / "a.nrrd"
    path.write_bytes(nrrd(FRAMES, sizes="4 5000 6000 1"))
    with pytest.raises(ReadError, match="states 240000000 bytes of pixels"):
        read_run(path)


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
