"""Writes a run as a multi-frame X-Ray Angiographic DICOM file with a made-up patient."""

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import UID, XRayAngiographicImageStorage, generate_uid

from dsanet import atomic
from dsanet.export.dicom_encode import encoded, with_meta
from dsanet.io.run import DSARun

PATIENT_NAME = "PHANTOM^DSA"
IMPLEMENTATION_VERSION = "DSAPHANTOM_1"
MAGNIFICATION = 1.3
"""Written with object-plane spacing, which DICOM states as detector spacing and magnification."""
BITS_STORED = (8, 10, 12, 16)
"""What the X-Ray Image module allows (PS3.3 C.8.7.1.1.4); 14 bits are stored as 16."""
FRAME_TIME, FRAME_TIME_VECTOR = 0x00181063, 0x00181065


def write_xa_dicom(run: DSARun, path: Path) -> None:
    """Write a run as an XA Image (PS3.3 A.14), explicit VR little endian, not compressed.

    UIDs are derived from the pixels and the name, so the same run gives the same file.

    Args:
        run: A subtracted run with unsigned pixels of at most 16 bits.
        path: The file, new or existing, in an existing folder.

    Raises:
        ValueError: The pixels are not unsigned integers of 8 or 16 bits.
        dsanet.errors.WriteError: The file could not be written.
    """
    if run.pixels.dtype not in (np.uint8, np.uint16):
        msg = f"an XA image holds uint8 or uint16 pixels, got {run.pixels.dtype}"
        raise ValueError(msg)
    dataset = Dataset()
    for part in (_patient_and_study, _equipment, _acquisition, _frame_times, _pixels):
        dataset.update(part(run))
    atomic.write_bytes(path, encoded(with_meta(dataset, IMPLEMENTATION_VERSION)))


def _uid(run: DSARun, role: str) -> UID:
    return generate_uid(entropy_srcs=[run.name, run.pixel_hash, role])


def _patient_and_study(run: DSARun) -> Dataset:
    """Patient, General Study, General Series and SOP Common modules."""
    part = Dataset()
    part.SOPClassUID = XRayAngiographicImageStorage
    part.SOPInstanceUID = _uid(run, "instance")
    part.StudyInstanceUID = _uid(run, "study")
    part.SeriesInstanceUID = _uid(run, "series")
    part.PatientName = PATIENT_NAME
    part.PatientID = "PHANTOM"
    part.PatientBirthDate = ""
    part.PatientSex = ""
    part.StudyDate = "20000101"
    part.StudyTime = "120000"
    part.ContentDate = "20000101"
    part.ContentTime = "120000"
    part.AccessionNumber = ""
    part.ReferringPhysicianName = ""
    part.StudyID = "1"
    part.SeriesNumber = "1"
    part.InstanceNumber = "1"
    part.SeriesDescription = run.name
    part.Modality = "XA"
    part.BodyPartExamined = "HEAD"
    part.PatientOrientation = ""
    return part


def _equipment(run: DSARun) -> Dataset:
    """General Equipment module."""
    part = Dataset()
    part.Manufacturer = run.facts.equipment
    part.ManufacturerModelName = run.facts.equipment
    return part


def _acquisition(run: DSARun) -> Dataset:
    """General Image, X-Ray Image, X-Ray Acquisition and XA Positioner modules."""
    part = Dataset()
    part.ImageType = list(run.facts.image_type) or ["DERIVED", "PRIMARY", "SINGLE PLANE"]
    if part.ImageType[0] == "DERIVED":
        part.DerivationDescription = "Subtracted from the mask"
    part.PixelIntensityRelationship = run.facts.intensity_relationship or "LOG"
    part.RescaleIntercept, part.RescaleSlope, part.RescaleType = "0", "1", "US"
    part.RecommendedViewingMode = run.facts.viewing_mode or "SUB"
    part.MaskSubtractionSequence = [_mask_item(item) for item in run.facts.mask_subtraction]
    part.LossyImageCompression = "00"
    part.KVP = "80"
    part.RadiationSetting = "GR"
    part.XRayTubeCurrent = "300"
    part.ExposureTime = "80"
    part.Exposure = "24"
    part.PositionerMotion = "STATIC"
    part.PositionerPrimaryAngle = "0"
    part.PositionerSecondaryAngle = "0"
    if run.spacing is not None:
        per_detector = MAGNIFICATION if run.spacing.meaning == "object by magnification" else 1.0
        rows, columns = run.spacing.row_mm * per_detector, run.spacing.column_mm * per_detector
        part.ImagerPixelSpacing = [f"{rows:.9g}", f"{columns:.9g}"]
        if per_detector != 1:
            part.DistanceSourceToDetector = f"{1000:.6g}"
            part.DistanceSourceToPatient = f"{1000 / per_detector:.9g}"
            part.EstimatedRadiographicMagnificationFactor = f"{per_detector:.6g}"
    return part


def _mask_item(values: dict[str, Any]) -> Dataset:
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item


def _frame_times(run: DSARun) -> Dataset:
    """Cine and Multi-frame modules; steps in ms, one Frame Time if they are all the same."""
    part = Dataset()
    if run.frame_count == 1:
        return part
    part.NumberOfFrames = str(run.frame_count)
    steps = np.diff(run.times, prepend=0.0) * 1000
    if np.ptp(steps[1:]) < 0.002:
        part.FrameIncrementPointer = FRAME_TIME
        part.FrameTime = f"{steps[1:].mean():.9g}"
    else:
        part.FrameIncrementPointer = FRAME_TIME_VECTOR
        part.FrameTimeVector = [f"{step:.9g}" for step in steps]
    return part


def _pixels(run: DSARun) -> Dataset:
    """Image Pixel module."""
    part = Dataset()
    part.SamplesPerPixel = 1
    part.PhotometricInterpretation = run.facts.photometric
    part.Rows, part.Columns = run.pixels.shape[1:]
    part.BitsAllocated = 8 * run.pixels.itemsize
    part.BitsStored = next(bits for bits in BITS_STORED if bits >= run.facts.bits_stored)
    part.HighBit = part.BitsStored - 1
    part.PixelRepresentation = 0
    data = run.pixels.astype(run.pixels.dtype.newbyteorder("<")).tobytes()
    part.PixelData = data + b"\0" * (len(data) % 2)
    return part
