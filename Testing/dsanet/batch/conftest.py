"""Small folders of runs, and an engine without a network."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import uid
from pydicom.dataset import Dataset, FileMetaDataset

from dsanet.batch import Batch, segment_folder
from dsanet.engine import Engine
from dsanet.engine.backend import Array, OnFrame
from dsanet.model import DSANetConfig
from dsanet.packages import ModelPackage

PACKAGE = ModelPackage(Path("none"), "stand-in", DSANetConfig(), "0" * 64, {})


class DarkIsBV:
    """A backend without a network: BV where the MinIP is dark, MAT nowhere."""

    name, device, precision = "threshold", "none", "float32"

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        self.before = before

    def score(self, frames: Array, minip: Array, times: Array, on_frame: OnFrame) -> Array:
        self.before()
        for _ in frames:
            on_frame()
        dark = minip < -0.5
        return 9 * np.stack([~dark, dark, np.zeros_like(dark)]).astype(np.float32)


def write_nrrd(path: Path, mark: int = 0, side: int = 24) -> Path:
    """Write 3 frames with a dark line as NRRD; each mark makes another content."""
    frames = np.full((3, side, side), 200, np.uint8)
    frames[:, 2:-2, 8:12] = 30
    frames[0, 0] = np.frombuffer(mark.to_bytes(4, "little") * (side // 4), np.uint8) // 2 + 90
    header = f"NRRD0004\ntype: uint8\ndimension: 3\nsizes: {side} {side} 3\nencoding: raw\n\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header.encode() + frames.tobytes())
    return path


def write_xa(path: Path, **attributes: Any) -> Path:
    """Write 3 XA frames."""
    dataset = Dataset()
    plain = {
        "SOPClassUID": uid.XRayAngiographicImageStorage,
        "SOPInstanceUID": "1.2.826.0.1.1",
        "Modality": "XA",
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "NumberOfFrames": 3,
        "Rows": 24,
        "Columns": 24,
        "BitsAllocated": 8,
        "BitsStored": 8,
        "HighBit": 7,
        "PixelRepresentation": 0,
        "FrameIncrementPointer": 0x00181063,
        "FrameTime": 250,
        "PixelData": bytes([200] * 8 + [30] * 4 + [200] * 12) * 24 * 3,
    }
    for keyword, value in {**plain, **attributes}.items():
        setattr(dataset, keyword, value)
    dataset["PixelData"].VR = "OB"
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path, enforce_file_format=True)
    return path


@pytest.fixture
def nrrd() -> Callable[..., Path]:
    """Writes a run as NRRD."""
    return write_nrrd


@pytest.fixture
def xa() -> Callable[..., Path]:
    """Writes a run as DICOM XA."""
    return write_xa


class Worked:
    """What the stand-in was asked for."""

    def __init__(self) -> None:
        self.loaded = 0
        self.scored = 0
        self.errors: dict[int, BaseException] = {}

    def before(self) -> None:
        """Count, and raise what is meant for the n-th run, from 1."""
        self.scored += 1
        if self.scored in self.errors:
            raise self.errors[self.scored]


@pytest.fixture
def worked(monkeypatch: pytest.MonkeyPatch) -> Worked:
    """Put the stand-in in every model's place."""
    asked = Worked()

    def load(package: ModelPackage, device: str) -> Engine:
        asked.loaded += 1
        return Engine(package, DarkIsBV(asked.before))

    monkeypatch.setattr(Engine, "load", load)
    return asked


@pytest.fixture
def another() -> ModelPackage:
    """A model other than the one that `batch` takes."""
    return replace(PACKAGE, weights_sha256="1" * 64)


@pytest.fixture
def batch(tmp_path: Path) -> Callable[..., Batch]:
    """Segment `in` into `out`."""

    def run(**options: Any) -> Batch:
        given = {"model": PACKAGE, **options}
        return segment_folder(tmp_path / "in", tmp_path / "out", **given)

    return run
