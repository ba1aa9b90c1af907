import io
import logging
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from dsanet.errors import ReadError
from dsanet.io import Limits, read_run


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "my run"
    path.mkdir()
    return path


def save(folder, name, frame):
    path = folder / name
    Image.fromarray(np.asarray(frame)).save(path)
    return path


def grey(value, shape=(2, 3)):
    return np.full(shape, value, np.uint8)


def test_frames_come_in_the_natural_order_of_their_names(folder):
    for number in (10, 9, 1, 2):
        save(folder, f"frame{number}.png", grey(number))
    run = read_run(folder)
    assert run.pixels[:, 0, 0].tolist() == [1, 2, 9, 10]
    assert run.times.tolist() == [0, 1, 2, 3]
    assert not run.facts.times_stated
    assert run.spacing is None
    assert run.name == "my run"


def test_single_image_is_a_run_of_one_frame(folder):
    run = read_run(save(folder, "shot.png", grey(7)))
    assert run.pixels.shape == (1, 2, 3)
    assert run.facts.bits_stored == 8
    assert run.name == "shot"


def test_sixteen_bit_png_keeps_its_values(folder):
    frame = np.array([[0, 1, 65535], [256, 4095, 40000]], np.uint16)
    run = read_run(save(folder, "deep.png", frame))
    assert run.pixels.dtype == np.uint16
    assert np.array_equal(run.pixels[0], frame)
    assert run.facts.bits_stored == 16


def test_jpeg_frames_are_read(folder):
    for number in range(2):
        save(folder, f"{number}.jpg", grey(100 * number, (8, 8)))
    assert read_run(folder).pixels[:, 4, 4].tolist() == [0, 100]


@pytest.mark.parametrize("channels", [3, 4])
def test_equal_channels_are_grey(folder, channels):
    frame = np.repeat(np.arange(6, dtype=np.uint8).reshape(2, 3, 1), channels, axis=2)
    frame[..., 3:] = 255
    assert np.array_equal(read_run(save(folder, "a.png", frame)).pixels[0], frame[..., 0])


def test_grey_palette_is_grey(folder):
    image = Image.fromarray(np.array([[0, 1]], np.uint8), mode="P")
    image.putpalette([50, 50, 50, 90, 90, 90])
    image.save(folder / "p.png")
    assert read_run(folder / "p.png").pixels.tolist() == [[[50, 90]]]


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (np.dstack([grey(1), grey(2), grey(1)]), "a.png: it is a colour picture"),
        (np.dstack([grey(1), grey(1), grey(1), grey(200)]), "a.png: it is partly transparent"),
        (np.array([[True, False]]), "a.png: it is a PNG of colour type 0 with 1 bits"),
    ],
    ids=["colour", "transparent", "one bit"],
)
def test_pictures_that_are_not_grey_are_refused(folder, frame, words):
    with pytest.raises(ReadError, match=words):
        read_run(save(folder, "a.png", frame))


def test_sixteen_bit_colour_png_is_refused_before_pillow_drops_bits(folder):
    row = b"\0" + b"\1\2" * 3
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(row)),
        (b"IEND", b""),
    ]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )
    (folder / "deep.png").write_bytes(data)
    with pytest.raises(ReadError, match="colour type 2 with 16 bits"):
        read_run(folder)


def test_frames_of_different_size_are_refused_naming_the_file(folder):
    save(folder, "1.png", grey(0))
    save(folder, "2.png", grey(0, (2, 4)))
    with pytest.raises(ReadError, match=r"2\.png is 2 x 4 .*expected 2 x 3 .*1\.png"):
        read_run(folder)


def test_frames_of_different_depth_are_refused(folder):
    save(folder, "1.png", grey(0))
    save(folder, "2.png", grey(0).astype(np.uint16))
    with pytest.raises(ReadError, match=r"2\.png is 2 x 3 pixels in 16 bits"):
        read_run(folder)


def test_hidden_files_and_other_kinds_are_passed_over(folder):
    save(folder, "1.png", grey(3))
    save(folder, ".2.png", grey(0, (9, 9)))
    (folder / "notes.txt").write_text("text")
    (folder / "Thumbs.db").write_bytes(b"\0" * 200)
    (folder / "sub").mkdir()
    assert read_run(folder).pixels.tolist() == [[[3, 3, 3], [3, 3, 3]]]


def test_kind_is_told_from_the_content(folder):
    save(folder, "frame.png", grey(3)).rename(folder / "frame.dcm")
    assert read_run(folder / "frame.dcm").name == "frame"


def test_folder_without_frames_is_refused(folder):
    (folder / "notes.txt").write_text("text")
    with pytest.raises(ReadError, match="my run: the folder holds no frames and 1 files of other"):
        read_run(folder)


def test_cut_png_is_refused(folder):
    path = save(folder, "1.png", np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8))
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ReadError, match=r"Cannot read 1\.png"):
        read_run(path)


@pytest.mark.parametrize("kind", ["png", "jpg"])
@pytest.mark.parametrize("damaged", [0, 2])
def test_a_damaged_frame_of_a_folder_is_named(folder, kind, damaged):
    noise = np.random.default_rng(0).integers(0, 99, (64, 64), np.uint8)
    for number in range(3):
        save(folder, f"{number}.{kind}", noise)
    path = folder / f"{damaged}.{kind}"
    path.write_bytes(path.read_bytes()[:600])
    with pytest.raises(ReadError, match=rf"^Cannot read {damaged}\.{kind}: [^:]+; .+\.$"):
        read_run(folder)


def test_too_many_frames_are_refused(folder):
    for number in range(3):
        save(folder, f"{number}.png", grey(0))
    with pytest.raises(ReadError, match=r"states 3 frames .* at most 2 frames"):
        read_run(folder, Limits(frames=2))


def test_too_many_bytes_are_refused(folder):
    save(folder, "1.png", grey(0, (600, 600)))
    with pytest.raises(ReadError, match="at most 4096 frames and 1 MiB"):
        read_run(folder / "1.png", Limits(decoded_bytes=2**20))


def test_folder_with_too_many_files_is_refused(folder):
    for number in range(3):
        (folder / str(number)).touch()
    with pytest.raises(ReadError, match="holds 3 files, expected at most 2"):
        read_run(folder, Limits(files=2))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_pages_of_a_tiff_are_frames(folder, dtype):
    pixels = np.arange(24, dtype=dtype).reshape(4, 2, 3) * 10
    first, *others = [Image.fromarray(page) for page in pixels]
    first.save(folder / "run.tif", save_all=True, append_images=others)
    run = read_run(folder / "run.tif")
    assert run.pixels.dtype == dtype
    assert np.array_equal(run.pixels, pixels)
    assert run.name == "run"
    assert np.array_equal(read_run(folder).pixels, pixels)


@pytest.mark.parametrize("packing", ["tiff_lzw", "tiff_adobe_deflate", "jpeg"])
def test_compressed_tiff_is_refused(folder, packing):
    Image.fromarray(grey(1, (16, 16))).save(folder / "a.tif", compression=packing)
    with pytest.raises(ReadError, match="pixels are compressed"):
        read_run(folder / "a.tif")


def test_big_endian_tiff_keeps_its_values(folder):
    pixels = np.array([[1, 256, 65535]], np.uint16)
    Image.fromarray(pixels.astype(">u2")).save(folder / "a.tif")
    assert np.array_equal(read_run(folder / "a.tif").pixels[0], pixels)


def test_tiff_pages_that_differ_are_refused(folder):
    first, second = Image.fromarray(grey(1)), Image.fromarray(grey(1, (3, 3)))
    first.save(folder / "a.tif", save_all=True, append_images=[second])
    with pytest.raises(ReadError, match="page 2 is 3 x 3 pixels in 8 bits, expected 2 x 3"):
        read_run(folder / "a.tif")


def test_too_many_tiff_pages_are_refused(folder):
    pages = [Image.fromarray(grey(1))] * 5
    pages[0].save(folder / "a.tif", save_all=True, append_images=pages[1:])
    with pytest.raises(ReadError, match="states 4 frames"):
        read_run(folder / "a.tif", Limits(frames=3))


def test_tiff_of_32_bits_is_read_where_16_are_enough(folder):
    frame = np.array([[0, 65535]], np.int32)
    run = read_run(save(folder, "a.tif", frame))
    assert run.pixels.dtype == np.uint16
    assert run.pixels.tolist() == [[[0, 65535]]]


@pytest.mark.parametrize("value", [-1, 65536])
def test_tiff_values_beyond_16_bits_are_refused(folder, value):
    with pytest.raises(ReadError, match=f"values reach from .*{value}"):
        read_run(save(folder, "a.tif", np.array([[0, value]], np.int32)))


def test_tiff_page_larger_than_its_file_is_refused(folder):
    path = save(folder, "a.tif", grey(1, (16, 16)))
    data = path.read_bytes()
    rows = data.index(struct.pack("<HHI", 257, 4, 1))
    path.write_bytes(data[: rows + 8] + struct.pack("<I", 9_000_000) + data[rows + 12 :])
    with pytest.raises(ReadError, match="states 9000000 x 16 pixels"):
        read_run(path)


def test_png_that_states_more_than_its_bytes_can_hold_is_refused(folder):
    path = save(folder, "a.png", grey(1, (16, 16)))
    data = path.read_bytes()
    head = b"IHDR" + struct.pack(">II", 9_000, 9_000) + data[24:29]
    path.write_bytes(data[:12] + head + struct.pack(">I", zlib.crc32(head)) + data[33:])
    with pytest.raises(ReadError, match="states 9000 x 9000 pixels"):
        read_run(path)


def test_a_damaged_tiff_writes_nothing_to_stderr(folder, monkeypatch):
    path = save(folder, "a.tif", grey(1, (16, 16)))
    planes, samples = struct.pack("<HHII", 284, 3, 1, 1), struct.pack("<HHII", 277, 3, 1, 65535)
    path.write_bytes(path.read_bytes().replace(planes, samples))
    stream = io.StringIO()
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    monkeypatch.setattr("sys.stderr", stream)
    with pytest.raises(ReadError, match=r"a\.tif: it is damaged"):
        read_run(path)
    assert stream.getvalue() == ""


def test_tiff_whose_chain_of_pages_is_cut_is_refused(folder):
    pages = [Image.fromarray(grey(number, (300, 300))) for number in range(4)]
    pages[0].save(folder / "a.tif", save_all=True, append_images=pages[1:])
    data = bytearray((folder / "a.tif").read_bytes())
    (directory,) = struct.unpack_from("<I", data, 4)
    (entries,) = struct.unpack_from("<H", data, directory)
    struct.pack_into("<I", data, directory + 2 + 12 * entries, 0)
    (folder / "a.tif").write_bytes(data)
    with pytest.raises(ReadError, match="bytes are on no page"):
        read_run(folder)
