"""Damaged files: whatever is changed in a file, it is read soundly or refused as a DSAError.

DSA_MUTANTS sets how many mutants each test reads; `make soak` reads 100,000 in all.
"""

import os
import re
import time

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image
from pydicom import uid
from pydicom.dataset import Dataset

from dsanet.errors import DSAError
from dsanet.io import read_run

SEED = 20240607
MUTANTS_EACH = int(os.environ.get("DSA_MUTANTS", "200"))
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


def mutate(data, number):
    """Flip bits, overwrite, delete, insert or cut, one to three times."""
    random = np.random.default_rng((SEED, number))
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


@pytest.fixture
def read_mutants(record_property):
    """Reads all mutants of a file, as part of a folder if one is given."""

    def read(source, folder=None):
        original = source.read_bytes()
        slowest = 0.0, 0
        for number in range(MUTANTS_EACH):
            source.write_bytes(mutate(original, number))
            start = time.perf_counter()
            _read_or_refuse(folder or source, source)
            slowest = max(slowest, (time.perf_counter() - start, number))
            assert slowest[0] < LONGEST_SECONDS, f"mutant {number}"
        record_property("slowest_mutant", slowest)

    return read


def _read_or_refuse(path, source):
    try:
        run = read_run(path)
    except DSAError as error:
        named = re.match(r"Cannot read (.+?): ", str(error))
        assert named
        assert named[1] in (path.name, source.name)
    else:
        assert run.pixels.ndim == 3
        assert run.times.shape == run.pixels.shape[:1]


@pytest.mark.parametrize("syntax", NATIVE, ids=lambda syntax: syntax.name)
def test_mutants_of_uncompressed_dicom(read_mutants, write_xa, syntax):
    read_mutants(write_xa(PIXELS, syntax=syntax))


@pytest.mark.parametrize("syntax", COMPRESSED, ids=lambda syntax: syntax.name)
def test_mutants_of_compressed_dicom(read_mutants, write_xa, compress, syntax):
    pixels = (PIXELS >> 4).astype(np.uint8) if syntax == uid.JPEGBaseline8Bit else PIXELS
    read_mutants(write_xa(pixels, syntax=syntax, frames=compress(pixels, syntax)))


def test_mutants_of_lossless_jpeg_dicom(read_mutants, write_xa, encode_lossless_jpeg):
    frames = [encode_lossless_jpeg(frame, restart_rows=4) for frame in PIXELS]
    read_mutants(write_xa(PIXELS, syntax=uid.JPEGLosslessSV1, frames=frames))


def test_mutants_of_enhanced_dicom(read_mutants, write_xa):
    frames = []
    for second in range(len(PIXELS)):
        content, group = Dataset(), Dataset()
        content.FrameAcquisitionDateTime = f"2024010112000{second}"
        group.FrameContentSequence = [content]
        frames.append(group)
    enhanced = {
        "SOPClassUID": uid.EnhancedXAImageStorage,
        "PerFrameFunctionalGroupsSequence": frames,
    }
    read_mutants(write_xa(PIXELS, **enhanced))


def test_mutants_in_a_series_of_dicom_files(read_mutants, write_xa):
    files = [
        write_xa(PIXELS[i : i + 1], name=f"{i}.dcm", InstanceNumber=i, SOPInstanceUID=f"1.2.{i}")
        for i in range(3)
    ]
    read_mutants(files[1], folder=files[1].parent)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif"])
def test_mutants_of_image_files(read_mutants, tmp_path, suffix):
    path = tmp_path / f"frame{suffix}"
    Image.fromarray((PIXELS[0] >> 4).astype(np.uint8)).save(path)
    read_mutants(path)


def test_mutants_of_tiff_files_with_pages(read_mutants, tmp_path):
    path = tmp_path / "run.tif"
    first, *others = [Image.fromarray(frame) for frame in PIXELS]
    first.save(path, save_all=True, append_images=others)
    read_mutants(path)


@pytest.mark.parametrize("name", ["run.nii", "run.nii.gz", "raw.nrrd", "packed.nrrd"])
def test_mutants_of_volume_files(read_mutants, tmp_path, name):
    path = tmp_path / name
    sitk.WriteImage(sitk.GetImageFromArray(PIXELS), path, name == "packed.nrrd")
    read_mutants(path)


def test_mutants_of_a_sequence_of_slicer(read_mutants, tmp_path):
    fields = [
        *("NRRD0004", "type: ushort", "dimension: 4", "sizes: 16 16 1 8"),
        *("kinds: domain domain domain list", 'units: "mm" "mm" "mm" "s"'),
        *("endian: little", "encoding: raw", "axis 3 index values:=0 1 2 3 4 5 6 7", "", ""),
    ]
    path = tmp_path / "run.seq.nrrd"
    path.write_bytes("\n".join(fields).encode() + PIXELS.tobytes())
    read_mutants(path)
