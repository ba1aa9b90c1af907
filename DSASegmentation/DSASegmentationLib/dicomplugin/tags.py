"""The tags that the plugin asks the DICOM database for, and their values as a header."""

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

TAGS = {
    "SOPClassUID": "0008,0016",
    "Modality": "0008,0060",
    "ImageType": "0008,0008",
    "SeriesInstanceUID": "0020,000E",
    "SeriesNumber": "0020,0011",
    "SeriesDescription": "0008,103E",
    "InstanceNumber": "0020,0013",
    "AcquisitionNumber": "0020,0012",
    "SamplesPerPixel": "0028,0002",
    "PhotometricInterpretation": "0028,0004",
    "NumberOfFrames": "0028,0008",
    "Rows": "0028,0010",
    "Columns": "0028,0011",
    "BitsAllocated": "0028,0100",
    "BitsStored": "0028,0101",
    "HighBit": "0028,0102",
    "PixelRepresentation": "0028,0103",
    "PositionerPrimaryAngle": "0018,1510",
    "PositionerSecondaryAngle": "0018,1511",
    "PositionerPrimaryAngleIncrement": "0018,1520",
    "PositionerSecondaryAngleIncrement": "0018,1521",
}
"""Keyword to tag as `slicer.dicomDatabase` takes it; written out, for Slicer asks for them at each
start. The DICOM module stores the values of a plugin's tags while it imports, so that they are
known without opening a file. All are in Slicer's own browser or say how the pixels are stored; none
is the patient's."""

ValueOf = Callable[[str, str], str]
"""Gives the value of a tag of a file, as `ctkDICOMDatabase.fileValue` does: text, several values
with backslashes between them, empty where the file has none."""


def headerOf(file: str, valueOf: ValueOf) -> "Dataset":
    """Gather what the database knows of a file into a header as dsanet's reader checks it.

    Args:
        file: Path as the database knows it.
        valueOf: Asks the database.

    Returns:
        A header of the attributes of `TAGS`; values that do not fit their type are left out.
    """
    from pydicom.dataset import Dataset

    header = Dataset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for keyword, tag in TAGS.items():
            text = valueOf(file, tag)
            if text:
                _set(header, keyword, text)
    return header


def _set(header: "Dataset", keyword: str, text: str) -> None:
    from pydicom.datadict import dictionary_VR

    from dsanet.io.header import UNREADABLE, tag_number

    is_binary = dictionary_VR(tag_number(keyword)) == "US"
    try:
        setattr(header, keyword, int(text) if is_binary else text)
    except UNREADABLE:
        return
