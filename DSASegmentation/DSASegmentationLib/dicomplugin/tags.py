"""The tags that the plugin asks the DICOM database for, and their values as a header."""

import warnings
from collections.abc import Callable

from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset

from dsanet.io.header import UNREADABLE, tag_number

KEYWORDS = """
    SOPClassUID Modality ImageType
    SeriesInstanceUID SeriesNumber SeriesDescription InstanceNumber AcquisitionNumber
    SamplesPerPixel PhotometricInterpretation NumberOfFrames Rows Columns
    BitsAllocated BitsStored HighBit PixelRepresentation
    PositionerPrimaryAngle PositionerSecondaryAngle
    PositionerPrimaryAngleIncrement PositionerSecondaryAngleIncrement
"""
"""All are in Slicer's own browser or say how the pixels are stored; none is the patient's."""

TAGS = {
    keyword: f"{tag_number(keyword) >> 16:04X},{tag_number(keyword) & 0xFFFF:04X}"
    for keyword in KEYWORDS.split()
}
"""Keyword to tag as `slicer.dicomDatabase` takes it. The DICOM module stores the values of a
plugin's tags while it imports, so that they are known without opening a file."""

ValueOf = Callable[[str, str], str]
"""Gives the value of a tag of a file, as `ctkDICOMDatabase.fileValue` does: text, several values
with backslashes between them, empty where the file has none."""


def headerOf(file: str, valueOf: ValueOf) -> Dataset:
    """Gather what the database knows of a file into a header as dsanet's reader checks it.

    Args:
        file: Path as the database knows it.
        valueOf: Asks the database.

    Returns:
        A header of the attributes `KEYWORDS`; values that do not fit their type are left out.
    """
    header = Dataset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for keyword, tag in TAGS.items():
            text = valueOf(file, tag)
            if text:
                _set(header, keyword, text)
    return header


def _set(header: Dataset, keyword: str, text: str) -> None:
    is_binary = dictionary_VR(tag_number(keyword)) == "US"
    try:
        setattr(header, keyword, int(text) if is_binary else text)
    except UNREADABLE:
        return
