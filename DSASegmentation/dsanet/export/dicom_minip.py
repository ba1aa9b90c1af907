"""The MinIP as a DICOM Secondary Capture image, derived from the run's arterial frames.

Secondary Capture Image Storage (PS3.3 A.8.1), one frame, grey: the only grey Secondary Capture
class that takes a Frame of Reference and an image plane without functional groups, and the one that
viewers know best. The plane is nominal: a projection lies nowhere in the patient. Its frame of
reference is its own, so that nothing but its segmentation lines up with it.
"""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import UID, SecondaryCaptureImageStorage, generate_uid

import dsanet
from dsanet.errors import DSAError
from dsanet.export.dicom_source import DicomSource
from dsanet.export.report import NOTICE
from dsanet.io import Spacing
from dsanet.prepare import PreparedRun

BITS = (8, 16)
SERIES_NUMBER = 9700
MANUFACTURER, MODEL = "DSASegmentation", "dsanet"
WINDOW_PERCENTILES = (0.3, 99.0)
"""As the overlay of `dsanet.export` is shown."""

CALIBRATED = {"object by magnification": "GEOMETRY", "calibrated": "FIDUCIAL"}
"""Pixel Spacing Calibration Type (0028,0A02) by the meaning of a spacing, PS3.3 10.7.1."""


@dataclass(frozen=True)
class Code:
    """A code of a coding scheme.

    Attributes:
        value: Such as `113079`.
        scheme: Such as `DCM`.
        meaning: In words.
    """

    value: str
    scheme: str
    meaning: str


MINIMUM_INTENSITY = Code("113079", "DCM", "Minimum intensity projection")
SOURCE_IMAGE = Code("121322", "DCM", "Source image for image processing operation")


def minip_dataset(
    prepared: PreparedRun, spacing: Spacing | None, source: DicomSource, bits: int = 16
) -> Dataset:
    """Describe the MinIP of a prepared run as DICOM.

    Pixels outside the exposed field, where scanners write names, become the background's grey.

    Args:
        prepared: The run.
        spacing: The run's; None makes a nominal 1 mm, and the file says so.
        source: Patient and study, and what it is derived from.
        bits: Per pixel, of `BITS`; grey values are spread over all of them.

    Returns:
        The data set without file meta information.

    Raises:
        DSAError: The number of bits is another.
    """
    if bits not in BITS:
        msg = f"{bits} bits per pixel, expected 8 or 16"
        raise DSAError(msg)
    dataset = Dataset()
    dataset.update(source.common)
    dataset.SOPClassUID = SecondaryCaptureImageStorage
    dataset.SOPInstanceUID = generate_uid()
    parts: tuple[dict[str, Any], ...] = (
        series_part("MinIP of the arterial phase", SERIES_NUMBER),
        _derivation(prepared, spacing, source),
        _plane(spacing),
        _pixels(prepared, bits),
    )
    for part in parts:
        for keyword, value in part.items():
            setattr(dataset, keyword, value)
    return dataset


def series_part(description: str, number: int) -> dict[str, Any]:
    """General Series, General Equipment and SC Equipment modules of a derived series.

    Args:
        description: Of the series.
        number: Of the series.
    """
    date, clock = time.strftime("%Y%m%d %H%M%S").split()
    return {
        "SeriesInstanceUID": generate_uid(),
        "SeriesNumber": str(number),
        "InstanceNumber": "1",
        "SeriesDescription": description,
        "Modality": "XA",
        "ConversionType": "WSD",
        "Manufacturer": MANUFACTURER,
        "ManufacturerModelName": MODEL,
        "SoftwareVersions": dsanet.__version__,
        "ContentDate": date,
        "ContentTime": clock,
        "InstanceCreationDate": date,
        "InstanceCreationTime": clock,
    }


def coded(code: Code) -> Dataset:
    """Make an item of a code sequence, PS3.3 8.8."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = (
        code.value,
        code.scheme,
        code.meaning,
    )
    return item


def _derivation(
    prepared: PreparedRun, spacing: Spacing | None, source: DicomSource
) -> dict[str, Any]:
    """General Image and General Reference modules."""
    first, last = prepared.arterial_window
    distance = (
        f"distances: {spacing.meaning}, from {spacing.source}"
        if spacing
        else "distances are unknown, 1 mm a pixel is nominal: do not measure in mm"
    )
    part: dict[str, Any] = {
        "ImageType": ["DERIVED", "SECONDARY", "SINGLE PLANE", "MINIP"],
        "DerivationDescription": (
            f"Minimum over frames {first} to {last} of {len(prepared.frames)}, numbered from 0,"
            f" logarithmic, subtraction: {prepared.subtraction}"
        ),
        "DerivationCodeSequence": [coded(MINIMUM_INTENSITY)],
        "ImageComments": (
            f"{NOTICE} The position in space is nominal, not the patient's; {distance}."
        ),
        "PatientOrientation": "",
        "LossyImageCompression": "00",
    }
    if source.burned_in in ("YES", "NO"):
        part["BurnedInAnnotation"] = source.burned_in
    if source.instances:
        part["SourceImageSequence"] = _source_images(source, first, last)
        part["ReferencedSeriesSequence"] = [_referenced_series(source, first, last)]
    return part


def _source_images(source: DicomSource, first: int, last: int) -> list[Dataset]:
    items = _references(source, first, last)
    for item in items:
        item.PurposeOfReferenceCodeSequence = [coded(SOURCE_IMAGE)]
    return items


def _references(source: DicomSource, first: int, last: int) -> list[Dataset]:
    """Refer to the frames that were used: numbers from 1, or the files that hold one each."""
    if not source.multi_frame:
        return [_reference(*uids) for uids in source.instances[first : last + 1]]
    item = _reference(*source.instances[0])
    item.ReferencedFrameNumber = [str(frame + 1) for frame in range(first, last + 1)]
    return [item]


def _reference(sop_class: UID, instance: UID) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, instance
    return item


def _referenced_series(source: DicomSource, first: int, last: int) -> Dataset:
    """Common Instance Reference module."""
    item = Dataset()
    item.SeriesInstanceUID = source.series
    item.ReferencedInstanceSequence = [
        _reference(each.ReferencedSOPClassUID, each.ReferencedSOPInstanceUID)
        for each in _references(source, first, last)
    ]
    return item


def _plane(spacing: Spacing | None) -> dict[str, Any]:
    """Frame of Reference and image plane, nominal: rows run to the left, columns to the back."""
    row_mm, column_mm = (spacing.row_mm, spacing.column_mm) if spacing else (1.0, 1.0)
    part: dict[str, Any] = {
        "FrameOfReferenceUID": generate_uid(),
        "PositionReferenceIndicator": "",
        "ImagePositionPatient": ["0", "0", "0"],
        "ImageOrientationPatient": ["1", "0", "0", "0", "1", "0"],
        "PixelSpacing": [f"{row_mm:.10g}", f"{column_mm:.10g}"],
        "SliceThickness": "1",
    }
    if spacing and spacing.meaning in CALIBRATED:
        part["PixelSpacingCalibrationType"] = CALIBRATED[spacing.meaning]
        part["PixelSpacingCalibrationDescription"] = f"from {spacing.source}"[:64]
    return part


def _pixels(prepared: PreparedRun, bits: int) -> dict[str, Any]:
    """Image Pixel and VOI LUT modules."""
    stored, (low, high) = _stored(prepared, bits)
    rows, columns = stored.shape
    data = stored.astype(stored.dtype.newbyteorder("<")).tobytes()
    return {
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": rows,
        "Columns": columns,
        "BitsAllocated": bits,
        "BitsStored": bits,
        "HighBit": bits - 1,
        "PixelRepresentation": 0,
        "WindowCenter": f"{(low + high) / 2:.10g}",
        "WindowWidth": f"{max(high - low, 1):.10g}",
        "PixelData": data + b"\0" * (len(data) % 2),
    }


def _stored(prepared: PreparedRun, bits: int) -> tuple[NDArray[Any], tuple[float, float]]:
    """Spread the exposed pixels' values over all bits; also give what to show black and white."""
    image = np.where(prepared.field, prepared.minip, np.float32(prepared.center))
    low, high = float(image.min()), float(image.max())
    most = 2**bits - 1
    spread = (image.astype(np.float64) - low) * (most / max(high - low, 1e-6))
    stored = np.round(spread).astype(np.uint8 if bits == 8 else np.uint16)
    black, white = np.percentile(stored[prepared.field], WINDOW_PERCENTILES)
    return stored, (float(black), float(white))
