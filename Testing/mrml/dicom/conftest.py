"""XA files, and the plugin started on a database that has imported them."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pydicom import uid
from pydicom.dataset import Dataset, FileMetaDataset

slicer = pytest.importorskip("slicer")

from .doubles import Database, importPlugin, loadables, openApplication  # noqa: E402

PIXELS = np.random.default_rng(3).integers(0, 4000, (5, 24, 32)).astype(np.uint16)
SINGLE = {"NumberOfFrames": None, "FrameTime": None, "FrameIncrementPointer": None}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write an XA file; an attribute given as None is left out."""

    def make(name: str, pixels: np.ndarray = PIXELS, **attributes: Any) -> Path:
        dataset = Dataset()
        values = {
            "SOPClassUID": uid.XRayAngiographicImageStorage,
            "SOPInstanceUID": f"1.2.826.0.2.{int.from_bytes(name.encode(), 'big') % 10**9}",
            "SeriesInstanceUID": "1.2.826.0.2",
            "StudyInstanceUID": "1.2.826.0.3",
            "PatientName": "Secret^Name",
            "PatientID": "4711",
            "PatientBirthDate": "19700101",
            "Modality": "XA",
            "SeriesNumber": 3,
            "SeriesDescription": "Carotid L",
            "InstanceNumber": 1,
            "ImageType": ["ORIGINAL", "PRIMARY", "SINGLE PLANE"],
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
            "ImagerPixelSpacing": ["0.4", "0.2"],
            "PixelData": pixels.tobytes(),
        }
        for keyword, value in {**values, **attributes}.items():
            if value is not None:
                setattr(dataset, keyword, value)
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
        dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset["PixelData"].VR = "OW"
        path = tmp_path / name
        dataset.save_as(path, enforce_file_format=True)
        return path

    return make


def write_frames(write: Callable[..., Path], prefix: str = "f", **attributes: Any) -> None:
    for index, frame in enumerate(PIXELS):
        values = {**SINGLE, "InstanceNumber": len(PIXELS) - index, **attributes}
        write(f"{prefix}{index}.dcm", frame[None], **values)


@pytest.fixture
def application(
    host: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], SimpleNamespace]:
    """Import the files of the folder into a database and start the plugin on it."""

    def start() -> SimpleNamespace:
        database = Database(sorted(tmp_path.iterdir()))
        seen = openApplication(monkeypatch, host, database)
        module = importPlugin()
        module.DICOMDSAPlugin(SimpleNamespace())
        seen.plugin = slicer.modules.dicomPlugins["DICOMDSAPlugin"]()
        seen.module, seen.database, seen.scene = module, database, host.scene
        return seen

    return start


def offers(app: SimpleNamespace) -> list[Any]:
    return loadables(app.plugin, app.database.series())
