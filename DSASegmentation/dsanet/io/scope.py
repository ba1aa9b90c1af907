"""Which DICOM images are DSA runs; all others are refused by name."""

import itertools

from pydicom import uid
from pydicom.dataset import Dataset

from dsanet.errors import ReadError
from dsanet.io.enhanced import ENHANCED
from dsanet.io.header import attribute_name, numbers, text
from dsanet.io.refusal import wording

ANGIOGRAPHY = ENHANCED | {
    uid.XRayAngiographicImageStorage,
    uid.XRayRadiofluoroscopicImageStorage,
}
COPIES = frozenset({
    uid.SecondaryCaptureImageStorage,
    uid.MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
    uid.MultiFrameGrayscaleWordSecondaryCaptureImageStorage,
})  # fmt: skip
"""Classes that hold images of any kind; these are read when Modality says XA or RF."""
MODALITIES = ("XA", "RF")

LARGEST_SWING = 15.0
"""Degrees that the positioner's increments may add up to in a run taken from one side. They jitter
by some tenths a frame; rotational runs turn by 60 degrees and more."""


class OutOfScopeError(ReadError):
    """A sound file that holds no run from one side; in a folder it is passed over."""


class RotationError(OutOfScopeError):
    """A run that was taken while the C-arm turned."""


def refuse_other_images(header: Dataset) -> None:
    """Refuse what is not a projection run from one side.

    Args:
        header: DICOM header.

    Raises:
        OutOfScopeError: Another kind of image, or a rotational run.
    """
    sop_class = uid.UID(text(header, "SOPClassUID"))
    modality = text(header, "Modality")
    if sop_class not in ANGIOGRAPHY and not (sop_class in COPIES and modality in MODALITIES):
        found = sop_class.name if sop_class else "missing"
        msg = wording(
            f"it is no X-ray angiography: {attribute_name('SOPClassUID')} is {found} and "
            f"{attribute_name('Modality')} is {modality or 'missing'}",
            uid.XRayAngiographicImageStorage.name,
            "choose a DSA run",
        )
        raise OutOfScopeError(msg)
    _refuse_rotation(header)


def _refuse_rotation(header: Dataset) -> None:
    for keyword in ("PositionerPrimaryAngleIncrement", "PositionerSecondaryAngleIncrement"):
        angles = list(itertools.accumulate(numbers(header, keyword), initial=0.0))
        swing = max(angles) - min(angles)
        if swing > LARGEST_SWING:
            msg = wording(
                f"it is a rotational run: {attribute_name(keyword)} adds up to {swing:.0f} degrees",
                "a run from one side",
                "choose a run with a standing C-arm",
            )
            raise RotationError(msg)
