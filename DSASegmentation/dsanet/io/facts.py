"""What a DICOM header says about a run, by an allow-list: never a name, number or date."""

from typing import Any

from pydicom.dataset import Dataset

from dsanet.io.header import numbers, text, texts, values
from dsanet.io.run import RunFacts

FRAME_LISTS = ("ApplicableFrameRange", "MaskFrameNumbers")
FRAME_COUNTS = ("ContrastFrameAveraging", "TIDOffset")
UIDS = ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")


def run_facts(header: Dataset, *, bits_stored: int, times_stated: bool) -> RunFacts:
    """Gather the header facts that later steps use.

    Args:
        header: DICOM header.
        bits_stored: Bits Stored (0028,0101).
        times_stated: Whether the header states the frame times.

    Source: DICOM PS3.3 C.8.7.1 (X-Ray Image), C.7.6.10 (Mask).
    """
    return RunFacts(
        photometric=text(header, "PhotometricInterpretation"),
        intensity_relationship=_one_of(header, "PixelIntensityRelationship", "LIN", "LOG", "DISP"),
        viewing_mode=_one_of(header, "RecommendedViewingMode", "SUB", "NAT"),
        bits_stored=bits_stored,
        times_stated=times_stated,
        mask_subtraction=mask_subtraction(header),
        image_type=texts(header, "ImageType"),
        uids={keyword: uid for keyword in UIDS if (uid := text(header, keyword))},
        equipment=" ".join(
            part for key in ("Manufacturer", "ManufacturerModelName") if (part := text(header, key))
        ),
    )


def mask_subtraction(header: Dataset) -> tuple[dict[str, Any], ...]:
    """Turn the Mask Subtraction Sequence (0028,6100) into plain dicts.

    Returns:
        One dict an item, each key only where the header states it: MaskOperation (str),
        ApplicableFrameRange and MaskFrameNumbers (lists of int, which count from 1 and may lie
        outside the run), ContrastFrameAveraging and TIDOffset (int), MaskSubPixelShift (list of
        two floats, row then column, in pixels).
    """
    items = values(header, "MaskSubtractionSequence")
    return tuple(_mask_item(item) for item in items if isinstance(item, Dataset))


def _mask_item(item: Dataset) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    if operation := text(item, "MaskOperation"):
        plain["MaskOperation"] = operation
    for keyword in FRAME_LISTS:
        if found := numbers(item, keyword):
            plain[keyword] = [int(number) for number in found]
    for keyword in FRAME_COUNTS:
        if found := numbers(item, keyword):
            plain[keyword] = int(found[0])
    if len(shift := numbers(item, "MaskSubPixelShift")) == 2:
        plain["MaskSubPixelShift"] = list(shift)
    return plain


def _one_of(header: Dataset, keyword: str, *allowed: str) -> str | None:
    found = text(header, keyword).upper()
    return found if found in allowed else None
