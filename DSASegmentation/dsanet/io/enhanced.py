"""Enhanced XA and XRF: what their functional groups state, moved to where plain XA states it."""

import itertools
from datetime import datetime
from typing import Any

from pydicom import uid
from pydicom.dataset import Dataset

from dsanet.io.header import numbers, tag_number, text, values

ENHANCED = frozenset({uid.EnhancedXAImageStorage, uid.EnhancedXRFImageStorage})

MOVED = (
    "PixelIntensityRelationship",
    "ImagerPixelSpacing",
    "ObjectPixelSpacingInCenterOfBeam",
    "DistanceSourceToDetector",
    "DistanceSourceToIsocenter",
    "EstimatedRadiographicMagnificationFactor",
)
ANGLES = {
    "PositionerPrimaryAngleIncrement": (
        "PositionerPrimaryAngle",
        "PositionerIsocenterPrimaryAngle",
    ),
    "PositionerSecondaryAngleIncrement": (
        "PositionerSecondaryAngle",
        "PositionerIsocenterSecondaryAngle",
    ),
}
FRAME_CLOCKS = ("FrameAcquisitionDateTime", "FrameReferenceDateTime")


def move_functional_groups(header: Dataset) -> None:
    """Give an Enhanced XA header the attributes of a plain XA header, in place.

    What may differ between frames is taken from the first frame, but for the times, which become
    Frame Time Vector (0018,1065), and the angles, which become angle increments.

    Args:
        header: DICOM header with its functional groups.

    Source: DICOM PS3.3 A.47 (Enhanced XA), C.7.6.16 (functional groups), C.8.19.6.
    """
    shared = values(header, "SharedFunctionalGroupsSequence")[:1]
    frames = values(header, "PerFrameFunctionalGroupsSequence")
    for keyword in MOVED:
        for group in (*shared, *frames[:1]):
            found = _value(group, keyword)
            if found is not None and keyword not in header:
                setattr(header, keyword, found)
    for target, sources in ANGLES.items():
        for source in sources:
            steps = _steps([_number(group, source) for group in frames])
            if steps and target not in header:
                setattr(header, target, steps)
    _move_times(header, frames)


def _move_times(header: Dataset, frames: tuple[Any, ...]) -> None:
    for keyword in FRAME_CLOCKS:
        steps = _steps([_seconds(group, keyword) for group in frames])
        if steps and all(step > 0 for step in steps):
            header.FrameTimeVector = ["0", *(f"{1000 * step:.3f}" for step in steps)]
            header.FrameIncrementPointer = tag_number("FrameTimeVector")
            return


def _steps(found: list[float | None]) -> list[float]:
    """Return the differences between neighbours, none where a value is missing."""
    known = [value for value in found if value is not None]
    if len(known) < len(found):
        return []
    return [round(after - before, 6) for before, after in itertools.pairwise(known)]


def _value(group: Any, keyword: str) -> Any:
    """Find an attribute in the macros of one functional group, None if there is none."""
    macro = _macro_with(group, keyword)
    return None if macro is None else macro.get(keyword)


def _number(group: Any, keyword: str) -> float | None:
    macro = _macro_with(group, keyword)
    return next(iter(numbers(macro, keyword)), None) if macro is not None else None


def _seconds(group: Any, keyword: str) -> float | None:
    macro = _macro_with(group, keyword)
    if macro is None:
        return None
    stated = text(macro, keyword).split("+")[0].split("-")[0]
    form = "%Y%m%d%H%M%S.%f" if "." in stated else "%Y%m%d%H%M%S"
    try:
        return (datetime.strptime(stated, form) - datetime(1970, 1, 1)).total_seconds()
    except ValueError:
        return None


def _macro_with(group: Any, keyword: str) -> Dataset | None:
    if not isinstance(group, Dataset):
        return None
    for element in group:
        if element.VR == "SQ" and element.value and keyword in element.value[0]:
            macro: Dataset = element.value[0]
            return macro
    return None
