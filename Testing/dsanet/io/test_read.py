"""Dispatch, limits, and the boundary that lets nothing but ReadError out."""

import os
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image
from pydicom import uid

from dsanet.errors import ReadError
from dsanet.io import Limits, read_run
from dsanet.io.names import run_name

MEBIBYTE = 2**20


@pytest.fixture
def peak():
    """Memory taken by Python and numpy from now on, in bytes, at its highest."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


def test_missing_path_is_refused(tmp_path):
    with pytest.raises(ReadError, match="Cannot read nothing: there is no such file"):
        read_run(tmp_path / "nothing")


def test_what_is_neither_file_nor_folder_is_told(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "lost").symlink_to(tmp_path / "nothing")
    for name in ("loop", "lost"):
        with pytest.raises(ReadError, match=f"{name}: it is a link that leads nowhere"):
            read_run(tmp_path / name)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(ReadError, match="pipe: it is no plain file but a pipe"):
            read_run(tmp_path / "pipe")


def test_path_may_be_text(write_xa, pixels):
    assert read_run(str(write_xa(pixels))).frame_count == 4


@pytest.mark.parametrize("content", [b"", b"x", b"\0" * 500, b"plain text " * 50])
def test_other_content_is_refused(tmp_path, content):
    path = tmp_path / "odd.dcm"
    path.write_bytes(content)
    with pytest.raises(ReadError, match=r"odd\.dcm: its content is not of a known kind"):
        read_run(path)


def test_folder_with_one_dicom_file_reads_it(write_xa, pixels):
    path = write_xa(pixels)
    (path.parent / "readme.txt").write_text("text")
    assert np.array_equal(read_run(path.parent).pixels, pixels)


def test_folder_with_two_runs_asks_to_choose(write_xa, pixels):
    write_xa(pixels, name="a.dcm")
    path = write_xa(pixels, name="b.dcm")
    with pytest.raises(ReadError, match=r"2 runs \(a.dcm, b.dcm ...\), expected one; choose"):
        read_run(path.parent)


def test_unreadable_file_tells_the_systems_reason(tmp_path, monkeypatch):
    path = tmp_path / "locked.dcm"
    path.touch()

    def locked(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("dsanet.io.sources.file_kind", locked)
    with pytest.raises(ReadError, match=r"locked\.dcm: Permission denied; check"):
        read_run(path)


def test_full_memory_is_told(write_xa, pixels, monkeypatch):
    def full(*_args, **_kwargs):
        raise MemoryError

    monkeypatch.setattr("dsanet.io.dicom.read_pixels", full)
    with pytest.raises(ReadError, match="memory is full"):
        read_run(write_xa(pixels))


def test_header_that_states_too_much_is_refused_before_memory_is_taken(write_xa, pixels, peak):
    path = write_xa(pixels, Rows=65535, Columns=65535)
    with pytest.raises(ReadError, match="65535 x 65535"):
        read_run(path)
    assert peak() < 10 * MEBIBYTE


def test_length_beyond_the_end_of_the_file_is_refused_and_takes_no_memory(write_xa, pixels, peak):
    path = write_xa(pixels)
    data = path.read_bytes()
    length_at = data.index(b"\xe0\x7f\x10\x00OW\0\0") + 8
    path.write_bytes(data[:length_at] + b"\xfe\xff\xff\xff" + data[length_at + 4 :])
    with pytest.raises(ReadError, match="states 4294967294 bytes and has 240"):
        read_run(path)
    assert peak() < 10 * MEBIBYTE


def test_bomb_in_a_deflated_header_stops_at_the_limit(write_xa, pixels, peak):
    path = write_xa(pixels, syntax=uid.DeflatedExplicitVRLittleEndian)
    data = path.read_bytes()
    meta_end = 132 + 12 + int.from_bytes(data[140:144], "little")
    packer = zlib.compressobj(wbits=-15)
    element = b"\x09\x00\x10\x10OB\0\0" + (256 * MEBIBYTE).to_bytes(4, "little")
    bomb = packer.compress(element)
    for _ in range(256):
        bomb += packer.compress(bytes(MEBIBYTE))
    path.write_bytes(data[:meta_end] + bomb + packer.flush())
    with pytest.raises(ReadError):
        read_run(path, Limits(header_bytes=4 * MEBIBYTE))
    assert peak() < 20 * MEBIBYTE


def test_deflated_pixels_are_inflated_no_further_than_the_header_states(write_xa, peak):
    large = np.zeros((64, 512, 512), np.uint16)
    path = write_xa(large, syntax=uid.DeflatedExplicitVRLittleEndian, NumberOfFrames=1)
    tracemalloc.clear_traces()
    tracemalloc.reset_peak()
    with pytest.raises(ReadError):
        read_run(path)
    assert peak() < 20 * MEBIBYTE + Limits().header_bytes


def test_deeply_nested_sequences_are_refused(write_xa, pixels):
    path = write_xa(pixels)
    data = path.read_bytes()
    start = data.index(b"\x08\x00\x60\x00")
    nest = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff" * 2000
    path.write_bytes(data[:start] + nest + data[start:])
    with pytest.raises(ReadError, match=r"run\.dcm"):
        read_run(path)


def test_frames_limit_counts_for_dicom(write_xa, pixels):
    with pytest.raises(ReadError, match="at most 3 frames"):
        read_run(write_xa(pixels), Limits(frames=3))


def test_the_current_folder_is_named_in_messages(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ReadError, match=r"Cannot read \.: the folder holds no frames"):
        read_run(".")


@pytest.mark.parametrize("path", [".", "..", "../folder"])
def test_the_current_folder_gives_the_run_its_name(write_xa, pixels, tmp_path, monkeypatch, path):
    file = write_xa(pixels)
    folder = tmp_path / "folder"
    (folder / "below").mkdir(parents=True)
    (folder / "1.dcm").write_bytes(file.read_bytes())
    Image.new("L", (4, 4)).save(folder / "below" / "1.png")
    assert run_name(folder / ".." / "folder") == "folder"
    monkeypatch.chdir(folder / "below" if path == ".." else folder)
    (folder / "1.dcm").unlink()
    Image.new("L", (4, 4)).save(folder / "1.png")
    assert read_run(path).name == "folder"


def test_a_header_that_is_cut_off_is_no_other_kind_of_image(write_xa, pixels):
    path = write_xa(pixels)
    data = path.read_bytes()
    pixel_data = data.index(b"\xe0\x7f\x10\x00OW")
    for end in (132, data.index(b"XA"), data.index(b"MONOCHROME2") - 8, pixel_data):
        path.write_bytes(data[:end])
        with pytest.raises(ReadError, match=r"run\.dcm: .*cut off") as refusal:
            read_run(path)
        assert "no X-ray angiography" not in str(refusal.value)
