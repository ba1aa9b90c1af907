"""Labels from files: what `dsanet segment` writes, and what Slicer saves after corrections."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from dsanet.errors import CaseError, ReadError
from dsanet.io import Limits, read_run
from dsanet.labels import BACKGROUND, CLASSES, merge

PROVENANCE = "DSASegmentation_Provenance"
OFFSET = "Segmentation_ReferenceImageExtentOffset"
MOST_SEGMENTS = 1000


@dataclass(frozen=True, eq=False)
class LabelsFile:
    """Labels as a file has them.

    Attributes:
        labels: uint8 (H, W), values of `dsanet.labels`.
        provenance: Of the prediction that the file was written for; empty where it states none.
    """

    labels: NDArray[np.uint8]
    provenance: dict[str, Any] = field(default_factory=dict)


def read_labels(path: Path, shape: tuple[int, ...]) -> LabelsFile:
    """Read the labels of a run.

    Args:
        path: A .seg.nrrd of one slice with segments BV and MAT, as `dsanet segment` or Slicer wrote
            it; or a PNG, TIFF, NRRD or NIfTI file whose pixels are label values.
        shape: Rows and columns of the run.

    Raises:
        CaseError: It has another size, or other values.
        ReadError: It cannot be read.
    """
    if path.name.lower().endswith(".seg.nrrd"):
        return _segmentation(path, shape)
    pixels = read_run(path).pixels
    found = sorted(set(np.unique(pixels).tolist()))
    allowed = (BACKGROUND, *(entry.value for entry in CLASSES))
    if len(pixels) != 1 or pixels.shape[1:] != shape or not set(found) <= set(allowed):
        msg = (
            f"{path.name} holds {len(pixels)} images of {pixels.shape[1:]} rows and columns with"
            f" the values {found[:8]}, expected one of {shape} with {list(allowed)}"
        )
        raise CaseError(msg)
    return LabelsFile(pixels[0].astype(np.uint8), _png_provenance(path))


def _segmentation(path: Path, shape: tuple[int, ...]) -> LabelsFile:
    toolkit: Any = sitk  # without types
    reader = toolkit.ImageFileReader()
    reader.SetImageIO("NrrdImageIO")
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
        size, layers = reader.GetSize(), reader.GetNumberOfComponents()
        _check_size(path, size, layers, shape)
        image = reader.Execute()
    except RuntimeError as error:
        msg = f"{path.name} cannot be read as a segmentation; save it again from Slicer"
        raise ReadError(msg) from error
    notes = {key: image.GetMetaData(key) for key in image.GetMetaDataKeys()}
    stored = sitk.GetArrayFromImage(image).reshape(size[1], size[0], layers)
    masks = {entry.name: _mask(path, notes, stored, entry.name, shape) for entry in CLASSES}
    return LabelsFile(merge(masks["BV"], masks["MAT"]), _parsed(notes.get(PROVENANCE, "")))


def _check_size(path: Path, size: tuple[int, ...], layers: int, shape: tuple[int, ...]) -> None:
    """Refuse what cannot belong to the run, before any memory is taken for it."""
    fits = len(size) == 3 and size[2] == 1 and size[1] <= shape[0] and size[0] <= shape[1]
    if not fits or layers * size[0] * size[1] > Limits().decoded_bytes:
        msg = (
            f"{path.name} holds {size} columns, rows and slices, expected one slice of at most"
            f" {shape[0]} rows and {shape[1]} columns"
        )
        raise CaseError(msg)


def _mask(
    path: Path, notes: dict[str, str], stored: NDArray[Any], name: str, shape: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Put a segment, of which Slicer saves only the part around it, where it belongs."""
    mask = np.zeros(shape, np.bool_)
    place = next((n for n in range(MOST_SEGMENTS) if notes.get(f"Segment{n}_ID") == name), None)
    if place is None:
        return mask
    try:
        layer = int(notes.get(f"Segment{place}_Layer", "0"))
        value = int(notes[f"Segment{place}_LabelValue"])
        left, top = (int(part) for part in notes.get(OFFSET, "0 0 0").split()[:2])
        part = stored[..., layer] == value
        if left < 0 or top < 0:
            raise IndexError(top, left)
        mask[top : top + part.shape[0], left : left + part.shape[1]] = part
    except (KeyError, ValueError, IndexError) as error:
        msg = f"{path.name}: segment {name} does not lie on the run; save it again from Slicer"
        raise CaseError(msg) from error
    return mask


def _png_provenance(path: Path) -> dict[str, Any]:
    if path.suffix.lower() != ".png":
        return {}
    from PIL import Image

    with Image.open(path, formats=("PNG",)) as image:
        image.load()
        return _parsed(str(getattr(image, "text", {}).get(PROVENANCE, "")))


def _parsed(text: str) -> dict[str, Any]:
    """Provenance as written; what is none is passed over, for nothing depends on it."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
