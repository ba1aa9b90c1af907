"""What a DICOM header says about a run, by an allow-list: never a name, number or date."""

from collections.abc import Sequence
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
        burned_in=burned_in([header]),
        view=view(header),
    )


def view(header: Dataset) -> str:
    """Say from where a run was taken, as radiologists do: `RAO 30 CRA 15`, empty if not stated.

    Source: DICOM PS3.3 C.8.7.5 (XA Positioner): primary angles are positive towards LAO, secondary
    angles towards CRA.
    """
    signs = (("PositionerPrimaryAngle", "LAO", "RAO"), ("PositionerSecondaryAngle", "CRA", "CAU"))
    found = [(numbers(header, keyword), plus, minus) for keyword, plus, minus in signs]
    if not all(angles for angles, _, _ in found):
        return ""
    return " ".join(
        f"{plus if angles[0] >= 0 else minus} {abs(angles[0]):.0f}" for angles, plus, minus in found
    )


def burned_in(headers: Sequence[Dataset]) -> str | None:
    """Say whether any frame has text burned into its pixels: YES, NO, or None where unstated.

    Args:
        headers: Of all files of a run.

    Source: DICOM PS3.3 C.7.6.1 (General Image).
    """
    found = {_one_of(header, "BurnedInAnnotation", "YES", "NO") for header in headers}
    return "YES" if "YES" in found else "NO" if found == {"NO"} else None


def mask_subtraction(header: Dataset) -> tuple[dict[str, Any], ...]:
    """Turn the Mask Subtraction Sequence (0028,6100) into plain dicts.

    Returns:
        One dict an item, each key only where the header states it: MaskOperation (str),
        ApplicableFrameRange and MaskFrameNumbers (lists of int, which count from 1 and may lie
        outside the run), ContrastFrameAveraging and TIDOffset (int), MaskSubPixelShift (list of
        two floats, row then column, in pixels), FramePixelShifts (the same by frame number, from
        the functional groups of an Enhanced XA), Unusable (list of keywords whose values are no
        numbers).

    Source: DICOM PS3.3 C.7.6.10 (Mask), C.7.6.16.2.14 (Frame Pixel Shift).
    """
    items = values(header, "MaskSubtractionSequence")
    return tuple(
        _mask_item(item) | _frame_pixel_shifts(header, item)
        for item in items
        if isinstance(item, Dataset)
    )


def _frame_pixel_shifts(header: Dataset, item: Dataset) -> dict[str, Any]:
    """The shifts of single frames that belong to one item by its Subtraction Item ID (0028,9416).

    Those of the shared group hold for all frames that have none of their own.
    """
    wanted = numbers(item, "SubtractionItemID")
    if not wanted:
        return {}
    groups = [values(header, f"{kind}FunctionalGroupsSequence") for kind in ("Shared", "PerFrame")]
    shared, own = ([_pixel_shift(group, wanted[0]) for group in found] for found in groups)
    common = next(iter(shared), None)
    frames = own or [None] * int(next(iter(numbers(header, "NumberOfFrames")), 0))
    shifts = {number: shift or common for number, shift in enumerate(frames, 1) if shift or common}
    return {"FramePixelShifts": shifts} if shifts else {}


def _pixel_shift(group: Any, wanted: float) -> list[float] | None:
    macros = values(group, "FramePixelShiftSequence") if isinstance(group, Dataset) else ()
    for macro in macros:
        if isinstance(macro, Dataset) and numbers(macro, "SubtractionItemID") == (wanted,):
            shift = numbers(macro, "MaskSubPixelShift")
            return list(shift) if len(shift) == 2 else None
    return None


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
    numeric = (*FRAME_LISTS, *FRAME_COUNTS, "MaskSubPixelShift")
    if unusable := [key for key in numeric if key not in plain and values(item, key)]:
        plain["Unusable"] = unusable
    return plain


def _one_of(header: Dataset, keyword: str, *allowed: str) -> str | None:
    found = text(header, keyword).upper()
    return found if found in allowed else None
