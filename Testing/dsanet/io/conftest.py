"""Makers of small DICOM files and lossless JPEG frames."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jpeg_ls
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom import uid
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels.encoders import RLELosslessEncoder


def xa_dataset(pixels: NDArray[Any], **attributes: Any) -> Dataset:
    """A multi-frame XA dataset of (T, H, W) pixels; an attribute given as None is left out."""
    bits = 8 * pixels.dtype.itemsize
    plain = {
        "SOPClassUID": uid.XRayAngiographicImageStorage,
        "SOPInstanceUID": "1.2.826.0.1.1",
        "SeriesInstanceUID": "1.2.826.0.1.2",
        "StudyInstanceUID": "1.2.826.0.1.3",
        "PatientName": "Secret^Name",
        "PatientID": "4711",
        "Modality": "XA",
        "ImageType": ["ORIGINAL", "PRIMARY", "SINGLE PLANE"],
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "NumberOfFrames": len(pixels),
        "Rows": pixels.shape[1],
        "Columns": pixels.shape[2],
        "BitsAllocated": bits,
        "BitsStored": bits,
        "HighBit": (attributes.get("BitsStored") or bits) - 1,
        "PixelRepresentation": int(pixels.dtype.kind == "i"),
        "FrameIncrementPointer": 0x00181063,
        "FrameTime": 250,
    }
    dataset = Dataset()
    for keyword, value in {**plain, **attributes}.items():
        if value is not None:
            setattr(dataset, keyword, value)
    return dataset


@pytest.fixture
def write_xa(tmp_path: Path) -> Callable[..., Path]:
    """Write pixels, or given compressed frames, as an XA file."""

    def write(
        pixels: NDArray[Any],
        *,
        name: str = "run.dcm",
        syntax: uid.UID = uid.ExplicitVRLittleEndian,
        frames: list[bytes] | None = None,
        fragments_per_frame: int = 1,
        **attributes: Any,
    ) -> Path:
        dataset = xa_dataset(pixels, **attributes)
        if "PixelData" not in attributes:
            dataset.PixelData = (
                encapsulate(frames, fragments_per_frame=fragments_per_frame)
                if frames
                else _native(pixels, syntax)
            )
        if "PixelData" in dataset:
            dataset["PixelData"].VR = "OB" if frames or pixels.itemsize == 1 else "OW"
            dataset["PixelData"].is_undefined_length = bool(frames)
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset.file_meta.MediaStorageSOPClassUID = dataset.get("SOPClassUID", "1.2.3")
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        path = tmp_path / name
        dataset.save_as(path, enforce_file_format=True)
        return path

    return write


def _native(pixels: NDArray[Any], syntax: uid.UID) -> bytes:
    order = "<" if syntax.is_little_endian else ">"
    data = pixels.astype(pixels.dtype.newbyteorder(order)).tobytes()
    return data + b"\0" * (len(data) % 2)


@pytest.fixture
def pixels() -> NDArray[np.uint16]:
    """Four frames of 6 rows x 5 columns, all values different."""
    return np.arange(120, dtype=np.uint16).reshape(4, 6, 5) * 30


@pytest.fixture
def compress() -> Callable[..., list[bytes]]:
    """Compress frames with libraries that have nothing to do with ours."""
    return _compress


def _compress(pixels: NDArray[Any], syntax: uid.UID, bits_stored: int | None = None) -> list[bytes]:
    bits = 8 * pixels.itemsize
    options = {
        "rows": pixels.shape[1],
        "columns": pixels.shape[2],
        "samples_per_pixel": 1,
        "bits_stored": bits_stored or bits,
    }
    if syntax == uid.RLELossless:
        options |= {"bits_allocated": bits, "pixel_representation": 0, "number_of_frames": 1}
        grey = {"photometric_interpretation": "MONOCHROME2"}
        return [RLELosslessEncoder.encode(frame, **options, **grey) for frame in pixels]
    if syntax == uid.JPEGLSLossless:
        stored = (pixels & ((1 << options["bits_stored"]) - 1)).astype(f"u{pixels.itemsize}")
        return [bytes(jpeg_ls.encode_pixel_data(frame.tobytes(), **options)) for frame in stored]
    if syntax == uid.JPEG2000Lossless:
        return [_image_bytes(frame, "JPEG2000", no_jp2=True) for frame in pixels]
    return [_image_bytes(frame, "JPEG", quality=95) for frame in pixels]


def _image_bytes(frame: NDArray[Any], kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(frame).save(stream, kind, **options)
    return stream.getvalue()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell after a soak which damaged file took longest."""
    found = [
        (*slowest, report.nodeid)
        for report in terminalreporter.getreports("passed")
        if (slowest := dict(report.user_properties).get("slowest_mutant"))
    ]
    if found and "DSA_MUTANTS" in os.environ:
        seconds, number, test = max(found)
        terminalreporter.write_line(f"slowest mutant: {seconds:.2f} s, number {number} of {test}")


CODE_LENGTH = 5


@pytest.fixture
def encode_lossless_jpeg() -> Callable[..., bytes]:
    """An encoder of one grey frame, written down sample by sample as ITU-T T.81 annex H says."""
    return _encode_lossless_jpeg


def _encode_lossless_jpeg(
    frame: NDArray[Any],
    *,
    predictor: int = 1,
    precision: int = 16,
    point_transform: int = 0,
    restart_rows: int = 0,
) -> bytes:
    rows, columns = frame.shape
    samples = (frame.astype(int) >> point_transform).tolist()
    table = bytes([0, 0, 0, 0, 0, 17, *[0] * 11, *range(17)])
    head = b"\xff\xd8" + _segment(0xC4, table)
    shape = rows.to_bytes(2, "big") + columns.to_bytes(2, "big")
    head += _segment(0xC3, bytes([precision]) + shape + bytes([1, 1, 0x11, 0]))
    if restart_rows:
        head += _segment(0xDD, (restart_rows * columns).to_bytes(2, "big"))
    head += _segment(0xDA, bytes([1, 1, 0, predictor, 0, point_transform]))
    half = 1 << (precision - point_transform - 1)
    step = restart_rows or rows
    pieces = [
        _encode_rows(samples[row : row + step], predictor, half) for row in range(0, rows, step)
    ]
    data = pieces[0]
    for index, piece in enumerate(pieces[1:]):
        data += bytes([0xFF, 0xD0 + index % 8]) + piece
    return head + data + b"\xff\xd9"


def _segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def _encode_rows(rows: list[list[int]], predictor: int, half: int) -> bytes:
    bits = ""
    for y, row in enumerate(rows):
        for x, sample in enumerate(row):
            difference = (sample - _predict(rows, y, x, predictor, half) + 32767) % 65536 - 32767
            category = abs(difference).bit_length()
            bits += f"{category:0{CODE_LENGTH}b}"
            if 0 < category < 16:
                value = difference if difference > 0 else difference + (1 << category) - 1
                bits += f"{value:0{category}b}"
    bits += "1" * (-len(bits) % 8)
    data = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
    return data.replace(b"\xff", b"\xff\x00")


def _predict(rows: list[list[int]], y: int, x: int, predictor: int, half: int) -> int:
    if x == 0:
        return rows[y - 1][0] if y else half
    left = rows[y][x - 1]
    if y == 0:
        return left
    above, corner = rows[y - 1][x], rows[y - 1][x - 1]
    return {
        1: left,
        2: above,
        3: corner,
        4: left + above - corner,
        5: left + ((above - corner) >> 1),
        6: above + ((left - corner) >> 1),
        7: (left + above) >> 1,
    }[predictor]
