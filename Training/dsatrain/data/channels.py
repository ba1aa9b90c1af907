"""Images of nnU-Net data sets: one slice a file, whole numbers or fractions."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from dsanet.errors import CaseError
from dsanet.io import Limits, read_run
from dsanet.io.boundary import named_errors
from dsanet.io.nifti import GZIP

PICTURES = (".png", ".tif", ".tiff")
NIFTI = (".nii", ".nii.gz")
VOLUMES = (*NIFTI, ".nrrd")
ENDINGS = (*PICTURES, *VOLUMES)
"""Of the formats that nnU-Net reads, those whose pixels are kept exactly and can be checked."""

LITTLE_ENDIAN_STARTS = ((348).to_bytes(4, "little"), (540).to_bytes(4, "little"))
FRACTIONS = {"16": "f4", "64": "f8"}
"""NIfTI data types (nifti1.h)."""


def read_channel(path: Path) -> NDArray[np.float32]:
    """Read one slice, rows first.

    SimpleITK's arrays are (slices, rows, columns); nibabel's would be (x, y).

    Args:
        path: A file of one of `ENDINGS`.

    Returns:
        float32 (H, W).

    Raises:
        ReadError: It is damaged, cut off, no single slice, or holds values that are not finite.
    """
    with named_errors(path.name):
        pictures = path.name.lower().endswith(PICTURES)
        pixels = read_run(path).pixels if pictures else _read_volume(path)
        if pixels.ndim > 2 and pixels.shape[:-2] == (1,) * (pixels.ndim - 2):
            pixels = pixels.reshape(pixels.shape[-2:])
        if pixels.ndim != 2:
            msg = f"it has the shape {pixels.shape}, expected one slice of rows and columns"
            raise CaseError(msg)
        _refuse_what_is_not_finite(pixels)
        return pixels.astype(np.float32)


def _read_volume(path: Path) -> NDArray[Any]:
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    reader.ReadImageInformation()
    nbytes = np.prod(reader.GetSize(), dtype=float) * 8
    if nbytes > Limits().decoded_bytes or reader.GetNumberOfComponents() != 1:
        msg = f"its size is {reader.GetSize()} in {reader.GetNumberOfComponents()} colours"
        raise CaseError(msg)
    if path.name.lower().endswith(NIFTI):
        _check_nifti(path, reader)
    return sitk.GetArrayFromImage(reader.Execute())


def _check_nifti(path: Path, header: Any) -> None:
    """Look at the stored values: SimpleITK fills up a cut-off file and turns NaN into 0."""
    data = path.read_bytes()
    if data.startswith(GZIP):
        data = gzip.decompress(data)
    start, bits = int(float(header.GetMetaData("vox_offset"))), int(header.GetMetaData("bitpix"))
    nbytes = int(np.prod(header.GetSize())) * bits // 8
    stored = data[start : start + nbytes]
    if len(stored) < nbytes:
        msg = f"it is cut off: it holds {len(stored)} bytes of pixels, expected {nbytes}"
        raise CaseError(msg)
    kind = FRACTIONS.get(header.GetMetaData("datatype"))
    if kind:
        order = "<" if data[:4] in LITTLE_ENDIAN_STARTS else ">"
        _refuse_what_is_not_finite(np.frombuffer(stored, f"{order}{kind}"))


def _refuse_what_is_not_finite(values: NDArray[Any]) -> None:
    count = int(np.count_nonzero(~np.isfinite(values)))
    if count:
        msg = f"it holds {count} values that are no finite numbers"
        raise CaseError(msg)
