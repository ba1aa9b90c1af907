"""Damaged files: whatever is changed in a file, it is read soundly or refused as a DSAError."""

import time

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image
from pydicom import uid

from dsanet.errors import DSAError
from dsanet.io import read_run

SEED = 20240607
MUTANTS_EACH = 200
LONGEST_SECONDS = 5.0
"""Far above the slowest mutant: only a hang or a bomb reaches it, not a busy machine."""

PIXELS = np.arange(8 * 16 * 16, dtype=np.uint16).reshape(8, 16, 16)
NATIVE = [
    uid.ImplicitVRLittleEndian,
    uid.ExplicitVRLittleEndian,
    uid.ExplicitVRBigEndian,
    uid.DeflatedExplicitVRLittleEndian,
]
COMPRESSED = [uid.RLELossless, uid.JPEGLSLossless, uid.JPEG2000Lossless, uid.JPEGBaseline8Bit]


def mutate(data, random):
    """Flip bits, overwrite, delete, insert or cut, one to three times."""
    data = bytearray(data)
    for _ in range(random.integers(1, 4)):
        place = int(random.integers(len(data)))
        length = int(random.integers(1, 9))
        kind = random.integers(5)
        if kind == 0:
            data[place] ^= 1 << int(random.integers(8))
        elif kind == 1:
            data[place : place + length] = bytes([random.choice([0, 0x7F, 0xFF])]) * length
        elif kind == 2:
            del data[place : place + length]
        elif kind == 3:
            data[place:place] = random.bytes(length)
        else:
            del data[max(place, 100) :]
    return bytes(data)


def read_mutants(source):
    """Read all mutants of a file; each is sound or refused, and soon."""
    random = np.random.default_rng(SEED)
    original = source.read_bytes()
    target = source.with_name(f"mutant{source.suffix}")
    read = 0
    for number in range(MUTANTS_EACH):
        target.write_bytes(mutate(original, random))
        start = time.perf_counter()
        try:
            run = read_run(target)
        except DSAError as error:
            assert str(error).startswith(f"Cannot read {target.name}: ")  # noqa: PT017
        else:
            read += 1
            assert run.pixels.ndim == 3
            assert run.times.shape == run.pixels.shape[:1]
        assert time.perf_counter() - start < LONGEST_SECONDS, f"mutant {number}"
    return read


@pytest.mark.parametrize("syntax", NATIVE, ids=lambda syntax: syntax.name)
def test_mutants_of_uncompressed_dicom(write_xa, syntax):
    read_mutants(write_xa(PIXELS, syntax=syntax))


@pytest.mark.parametrize("syntax", COMPRESSED, ids=lambda syntax: syntax.name)
def test_mutants_of_compressed_dicom(write_xa, compress, syntax):
    pixels = (PIXELS >> 4).astype(np.uint8) if syntax == uid.JPEGBaseline8Bit else PIXELS
    read_mutants(write_xa(pixels, syntax=syntax, frames=compress(pixels, syntax)))


def test_mutants_of_lossless_jpeg_dicom(write_xa, encode_lossless_jpeg):
    frames = [encode_lossless_jpeg(frame, restart_rows=4) for frame in PIXELS]
    read_mutants(write_xa(PIXELS, syntax=uid.JPEGLosslessSV1, frames=frames))


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif"])
def test_mutants_of_image_files(tmp_path, suffix):
    path = tmp_path / f"frame{suffix}"
    Image.fromarray((PIXELS[0] >> 4).astype(np.uint8)).save(path)
    read_mutants(path)


@pytest.mark.parametrize("suffix", [".nrrd", ".nii", ".nii.gz"])
def test_mutants_of_volume_files(tmp_path, suffix):
    path = tmp_path / f"run{suffix}"
    sitk.WriteImage(sitk.GetImageFromArray(PIXELS), path)
    read_mutants(path)
