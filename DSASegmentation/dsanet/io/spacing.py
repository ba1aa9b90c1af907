"""How far apart pixels are, and in which plane, from what the DICOM header states."""

from pydicom.dataset import Dataset

from dsanet.io.header import numbers, positive_number, text
from dsanet.io.run import Spacing

LARGEST_MAGNIFICATION = 10.0
"""Above this a stated magnification is a slip of units: C-arms reach about 2."""


def pixel_spacing(header: Dataset) -> Spacing | None:
    """Find the distance between pixel centres.

    Pixel Spacing (0028,0030) counts only with a calibration, for without one it does not say
    which plane it was measured in (DICOM PS3.3 10.7.1.3). Next come Object Pixel Spacing in
    Center of Beam (0018,9404), which Enhanced XA has, and Imager Pixel Spacing (0018,1164) divided
    by the magnification, and last Imager Pixel Spacing as it is.

    Returns:
        None where the header states no usable spacing.
    """
    return _calibrated(header) or _at_object(header) or _at_detector(header)


def _calibrated(header: Dataset) -> Spacing | None:
    pair = _pair(header, "PixelSpacing")
    stated = text(header, "PixelSpacingCalibrationType") or text(
        header, "PixelSpacingCalibrationDescription"
    )
    if pair is None or not stated:
        return None
    return Spacing(*pair, "calibrated", "PixelSpacing")


def _at_object(header: Dataset) -> Spacing | None:
    stated = _pair(header, "ObjectPixelSpacingInCenterOfBeam")
    if stated is not None:
        return Spacing(*stated, "object by magnification", "ObjectPixelSpacingInCenterOfBeam")
    pair = _pair(header, "ImagerPixelSpacing")
    magnification, source = _magnification(header)
    if pair is None or magnification is None:
        return None
    row_mm, column_mm = (distance / magnification for distance in pair)
    return Spacing(row_mm, column_mm, "object by magnification", f"ImagerPixelSpacing / {source}")


def _at_detector(header: Dataset) -> Spacing | None:
    pair = _pair(header, "ImagerPixelSpacing")
    return None if pair is None else Spacing(*pair, "detector", "ImagerPixelSpacing")


def _magnification(header: Dataset) -> tuple[float | None, str]:
    """Return source-to-detector over source-to-object distance and where it comes from."""
    stated = positive_number(header, "EstimatedRadiographicMagnificationFactor")
    if stated is not None and 1 <= stated <= LARGEST_MAGNIFICATION:
        return stated, "EstimatedRadiographicMagnificationFactor"
    detector = positive_number(header, "DistanceSourceToDetector")
    for keyword in ("DistanceSourceToPatient", "DistanceSourceToIsocenter"):
        patient = positive_number(header, keyword)
        if detector and patient and 1 <= detector / patient <= LARGEST_MAGNIFICATION:
            return detector / patient, f"(DistanceSourceToDetector / {keyword})"
    return None, ""


def _pair(header: Dataset, keyword: str) -> tuple[float, float] | None:
    """Return row and column spacing, in mm, or None unless both are above zero."""
    found = numbers(header, keyword)
    if len(found) != 2 or min(found) <= 0:
        return None
    return found[0], found[1]
