"""Makes the sample run of the extension and its thumbnail again, the same to the last bit.

`python Testing/packaging/make_sample_run.py` writes `DSASegmentation/Resources/SampleData`. The run
is a phantom that no training draws: a lateral view of an internal carotid artery, not subtracted,
with the mask named in its header, compressed as JPEG 2000 without loss.
"""

import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless

from dsanet import atomic
from dsanet.io import read_run
from dsanet.prepare import prepare
from dsatrain.demo import SAMPLE_SEED
from dsatrain.phantom import make_phantom, sample_settings
from dsatrain.phantom.dicom_file import write_xa_dicom

FOLDER = Path(__file__).resolve().parents[2] / "DSASegmentation" / "Resources" / "SampleData"
SIZE, FRAMES = (352, 320), 10
THUMBNAIL = (260, 280)
"""Columns and rows; Slicer shows thumbnails of about this shape."""


def main() -> None:
    run = make_phantom(sample_settings(SAMPLE_SEED, SIZE, FRAMES, native=True)).run
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch, "plain.dcm")
        write_xa_dicom(run, plain)
        content = _compressed(pydicom.dcmread(plain), run.pixels)
    atomic.write_bytes(FOLDER / "DSASample.dcm", content)
    minip = prepare(read_run(FOLDER / "DSASample.dcm")).minip
    atomic.write_bytes(FOLDER / "DSASample.png", _thumbnail(minip))


def _compressed(dataset: pydicom.Dataset, pixels: NDArray[Any]) -> bytes:
    dataset.file_meta.TransferSyntaxUID = JPEG2000Lossless
    dataset.SeriesDescription = "DSA sample (phantom)"
    dataset.PixelData = encapsulate([_encoded(Image.fromarray(frame)) for frame in pixels])
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    stream = BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def _encoded(image: Image.Image) -> bytes:
    stream = BytesIO()
    image.save(stream, "JPEG2000", no_jp2=True)
    return stream.getvalue()


def _thumbnail(minip: NDArray[np.float32]) -> bytes:
    low, high = np.percentile(minip, (0.5, 99.5))
    grey = Image.fromarray((255 * np.clip((minip - low) / (high - low), 0, 1)).astype(np.uint8))
    columns, rows = THUMBNAIL
    part = round(grey.width * rows / columns)
    top = (grey.height - part) // 2
    small = grey.crop((0, top, grey.width, top + part)).resize(THUMBNAIL, Image.Resampling.LANCZOS)
    stream = BytesIO()
    small.save(stream, "PNG", optimize=True)
    return stream.getvalue()


if __name__ == "__main__":
    main()
