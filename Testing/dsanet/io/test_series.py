"""Folders of DICOM files: series of single frames, biplane pairs, several runs."""

import numpy as np
import pytest
from pydicom import uid

from dsanet.errors import ReadError
from dsanet.io import Limits, read_run, read_runs

SINGLE = {"NumberOfFrames": None, "FrameTime": None, "FrameIncrementPointer": None}


def write_series(write_xa, pixels, *, prefix="f", numbers=None, **attributes):
    numbers = numbers or range(1, len(pixels) + 1)
    for index, number in enumerate(numbers):
        path = write_xa(
            pixels[index : index + 1],
            name=f"{prefix}{index}.dcm",
            **{**SINGLE, "InstanceNumber": number, **attributes},
        )
    return path.parent


def test_single_frames_of_a_series_are_one_run_in_the_order_of_their_numbers(write_xa, pixels):
    folder = write_series(write_xa, pixels, numbers=[40, 3, 7, 1])
    run = read_run(folder)
    assert np.array_equal(run.pixels, pixels[[3, 1, 2, 0]])
    assert run.times.tolist() == [0, 1, 2, 3]
    assert not run.facts.times_stated
    assert run.name == folder.name


def test_frames_without_numbers_come_in_the_order_of_their_names(write_xa, pixels):
    for index in (2, 10):
        write_xa(pixels[index // 3 : index // 3 + 1], name=f"f{index}.dcm", **SINGLE)
    folder = write_xa(pixels[:1], name="f1.dcm", **SINGLE).parent
    assert np.array_equal(read_run(folder).pixels, pixels[[0, 0, 3]])


def test_equal_numbers_are_refused(write_xa, pixels):
    folder = write_series(write_xa, pixels, numbers=[1, 2, 2, 3])
    with pytest.raises(ReadError, match="a number of its own for each frame"):
        read_run(folder)


@pytest.mark.parametrize("keyword", ["AcquisitionTime", "ContentTime"])
def test_times_of_a_series_come_from_the_clock(write_xa, pixels, keyword):
    for index, clock in enumerate(["115959.900", "120000.150", "120000.4", "120001"]):
        path = write_xa(
            pixels[index : index + 1],
            name=f"{index}.dcm",
            **{**SINGLE, "InstanceNumber": index, keyword: clock},
        )
    run = read_run(path.parent)
    assert run.facts.times_stated
    assert run.times.tolist() == pytest.approx([0, 0.25, 0.5, 1.1])
    assert "12" not in repr(run.facts)


def test_times_of_a_series_come_from_frame_time_first(write_xa, pixels):
    folder = write_series(write_xa, pixels, FrameTime=500)
    assert read_run(folder).times.tolist() == [0, 0.5, 1, 1.5]


def test_a_clock_that_stands_still_states_no_times(write_xa, pixels):
    folder = write_series(write_xa, pixels, ContentTime="120000")
    assert not read_run(folder).facts.times_stated


def test_planes_of_a_biplane_series_are_two_runs(write_xa, pixels):
    for plane in "AB":
        kind = ["ORIGINAL", "PRIMARY", f"BIPLANE {plane}"]
        folder = write_series(write_xa, pixels, prefix=plane, ImageType=kind)
    runs = read_runs(folder)
    assert [run.facts.image_type[2] for run in runs] == ["BIPLANE A", "BIPLANE B"]
    assert [run.frame_count for run in runs] == [4, 4]
    with pytest.raises(ReadError, match="holds 2 runs"):
        read_run(folder)


def test_acquisitions_of_a_series_are_runs_of_their_own(write_xa, pixels):
    for number in (1, 2):
        folder = write_series(write_xa, pixels, prefix=f"{number}_", AcquisitionNumber=number)
    assert [run.frame_count for run in read_runs(folder)] == [4, 4]


def test_multi_frame_files_are_runs_of_their_own(write_xa, pixels):
    write_xa(pixels, name="run10.dcm")
    write_xa(pixels[:2], name="run9.dcm")
    folder = write_series(write_xa, pixels[:3], prefix="single")
    assert [(run.name, run.frame_count) for run in read_runs(folder)] == [
        ("run9", 2),
        ("run10", 4),
        ("single0", 3),
    ]


def test_other_dicom_files_in_the_folder_are_passed_over(write_xa, pixels):
    write_xa(pixels, name="dose.dcm", SOPClassUID=uid.XRayRadiationDoseSRStorage, Modality="SR")
    write_xa(pixels, name="spin.dcm", PositionerPrimaryAngleIncrement=[90.0])
    folder = write_xa(pixels, name="run.dcm").parent
    assert [run.name for run in read_runs(folder)] == ["run"]


def test_a_folder_of_other_dicom_files_tells_why(write_xa, pixels):
    folder = write_xa(pixels, PositionerPrimaryAngleIncrement=[90.0]).parent
    with pytest.raises(ReadError, match="rotational run"):
        read_runs(folder)


def test_frames_from_several_sides_are_refused(write_xa, pixels):
    for index in range(4):
        path = write_xa(
            pixels[index : index + 1],
            name=f"{index}.dcm",
            **{**SINGLE, "InstanceNumber": index, "PositionerPrimaryAngle": 30 * index},
        )
    with pytest.raises(ReadError, match=r"1\.dcm was taken at 30 degrees, expected 0"):
        read_run(path.parent)


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"PhotometricInterpretation": "MONOCHROME1"}, "MONOCHROME1, expected .*MONOCHROME2"),
        ({"BitsStored": 12}, r"f1\.dcm states"),
    ],
)
def test_frames_stored_in_different_ways_are_refused(write_xa, pixels, attributes, words):
    write_xa(pixels[:1], name="f0.dcm", **SINGLE, InstanceNumber=1)
    path = write_xa(pixels[1:2], name="f1.dcm", **SINGLE, InstanceNumber=2, **attributes)
    with pytest.raises(ReadError, match=words):
        read_run(path.parent)


def test_a_damaged_frame_of_a_series_is_not_passed_over(write_xa, pixels):
    folder = write_series(write_xa, pixels)
    path = folder / "f2.dcm"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ReadError, match=r"Cannot read f2\.dcm: .* states 60 bytes and has 50"):
        read_run(folder)


def test_too_many_frames_in_a_series_are_refused(write_xa, pixels):
    folder = write_series(write_xa, pixels)
    with pytest.raises(ReadError, match="states 4 frames"):
        read_run(folder, Limits(frames=3))


def test_read_runs_of_a_file_is_one_run(write_xa, pixels):
    assert [run.name for run in read_runs(write_xa(pixels))] == ["run"]


def test_read_runs_names_the_run_that_cannot_be_read(write_xa, pixels):
    write_xa(pixels, name="good.dcm")
    path = write_xa(pixels, name="odd.dcm", NumberOfFrames=3)
    with pytest.raises(ReadError, match=r"Cannot read odd\.dcm: Pixel Data"):
        read_runs(path.parent)
