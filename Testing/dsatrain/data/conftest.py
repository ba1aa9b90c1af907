"""Small labelled runs, 40 rows x 56 columns or square, that look the same no other way round."""

import gzip
import struct
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from pydicom import uid
from pydicom.dataset import Dataset, FileMetaDataset

ROWS, COLUMNS = 40, 56


def drawn_labels(rows=ROWS, columns=COLUMNS):
    """A trunk (MAT, 2) from the left and one branch (BV, 1) down from it."""
    labels = np.zeros((rows, columns), np.uint8)
    labels[10:13, 2 : columns - 16] = 2
    labels[13 : rows - 2, columns - 20 : columns - 18] = 1
    labels[20:22, columns - 18 : columns - 4] = 1
    return labels


def drawn_frames(seed=0, rows=ROWS, columns=COLUMNS, count=4, dtype=np.uint16):
    """(T, rows, columns) whose dark strokes are those of the labels; BV fills later than MAT."""
    labels = drawn_labels(rows, columns)
    level, depth, noise = (2000, 600, 20) if dtype == np.uint16 else (160, 60, 2)
    frames = np.random.default_rng(seed).normal(level, noise, (count, rows, columns))
    frames[:, labels == 2] -= depth
    frames[count // 2 :, labels == 1] -= depth
    return frames.round().astype(dtype)


def write_dicom(path, pixels):
    dataset = Dataset()
    for keyword, value in {
        "SOPClassUID": uid.XRayAngiographicImageStorage,
        "SOPInstanceUID": "1.2.826.0.1.1",
        "SeriesInstanceUID": "1.2.826.0.1.2",
        "PatientName": "Secret^Name",
        "PatientID": "4711",
        "Modality": "XA",
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "NumberOfFrames": len(pixels),
        "Rows": pixels.shape[1],
        "Columns": pixels.shape[2],
        "BitsAllocated": 16,
        "BitsStored": 12,
        "HighBit": 11,
        "PixelRepresentation": 0,
        "FrameIncrementPointer": 0x00181063,
        "FrameTime": 250,
        "ImagerPixelSpacing": [0.3, 0.2],
        "PixelData": pixels.astype("<u2").tobytes(),
    }.items():
        setattr(dataset, keyword, value)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    dataset.save_as(path, enforce_file_format=True)


def write_nifti(path, image, code=2):
    """Write (rows, columns) as NIfTI-1 by hand: x, the columns, is the fastest axis."""
    rows, columns = image.shape
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 2, columns, rows, 1, 1, 1, 1, 1)
    struct.pack_into("<hh", header, 70, code, 8 * image.dtype.itemsize)
    struct.pack_into("<8f", header, 76, 1, 1, 1, 1, 1, 1, 1, 1)
    struct.pack_into("<ff", header, 108, 352.0, 1.0)
    header[344:348] = b"n+1\0"
    data = bytes(header) + image.astype(image.dtype.newbyteorder("<")).tobytes()
    Path(path).write_bytes(gzip.compress(data) if str(path).endswith(".gz") else data)


def write_png(path, image):
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)


@pytest.fixture
def make():
    """The makers of labels, frames and files."""
    return SimpleNamespace(
        labels=drawn_labels,
        frames=drawn_frames,
        dicom=write_dicom,
        nifti=write_nifti,
        png=write_png,
    )


@pytest.fixture
def dsca(tmp_path):
    """Three runs of two patients, two to train on, in DSCA's layout."""
    root = tmp_path / "DSA_public"
    for number, (part, case) in enumerate(
        [("Tr", "CXL_AP_38"), ("Tr", "CXL_LAT_39"), ("Ts", "WM_AP_1")]
    ):
        for kind in ("images", "labels"):
            (root / f"{kind}{part}").mkdir(parents=True, exist_ok=True)
        write_dicom(root / f"images{part}" / f"pro_{case}.dcm", drawn_frames(number))
        write_nifti(root / f"labels{part}" / f"fu_{case}.nii.gz", drawn_labels())
    return root


@pytest.fixture
def dias(tmp_path):
    """One run a part in DIAS's layout, with a run without labels in a part of its own."""
    root = tmp_path / "DIAS"
    for number, part in ((0, "training"), (30, "validation"), (40, "test"), (100, "unlabeled_DSA")):
        for index, frame in enumerate(drawn_frames(number, dtype=np.uint8, count=11)):
            write_png(root / part / "images" / f"image_s{number}_i{index}.png", frame)
        if part != "unlabeled_DSA":
            artery = (drawn_labels() > 0).astype(np.uint8) * 255
            write_png(root / part / "labels" / f"label_s{number}.png", artery)
    return root
