"""The header facts of a run as JSON values and back, by an allow-list."""

from dataclasses import asdict, fields
from typing import Any

from dsanet.io import RunFacts, Spacing
from dsanet.io.facts import FRAME_COUNTS, FRAME_LISTS, UIDS
from DSASegmentationLib.errors import SceneError

MASK_KEYS = (
    *("MaskOperation", *FRAME_LISTS, *FRAME_COUNTS),
    *("MaskSubPixelShift", "FramePixelShifts", "Unusable"),
)
"""What `dsanet.io.facts.mask_subtraction` may say of an item of the Mask Subtraction Sequence."""


def factsToJson(facts: RunFacts) -> dict[str, Any]:
    """Bring a run's facts into a form that a scene file can hold.

    Args:
        facts: As read.

    Returns:
        JSON values under the names of the attributes of `RunFacts`. Of mask subtraction items and
        UIDs only those keys are kept that dsanet's readers know.
    """
    values = asdict(facts)
    values["mask_subtraction"] = [_kept(item, MASK_KEYS) for item in facts.mask_subtraction]
    values["image_type"] = list(facts.image_type)
    values["uids"] = _kept(facts.uids, UIDS)
    return values


def factsFromJson(values: dict[str, Any]) -> RunFacts:
    """Undo `factsToJson`.

    Args:
        values: What a scene file holds; other keys are left out.

    Raises:
        SceneError: They are not those of a run.
    """
    try:
        known = _kept(values, tuple(part.name for part in fields(RunFacts)))
        known["mask_subtraction"] = tuple(_mask_item(item) for item in values["mask_subtraction"])
        known["image_type"] = tuple(values["image_type"])
        known["uids"] = _kept(values["uids"], UIDS)
        return RunFacts(**known)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        msg = f"the header facts in the scene are damaged ({error!r}); load the run again"
        raise SceneError(msg) from error


def spacingToJson(spacing: Spacing | None) -> dict[str, Any] | None:
    """Bring a spacing into a form that a scene file can hold."""
    return None if spacing is None else asdict(spacing)


def spacingFromJson(values: dict[str, Any] | None) -> Spacing | None:
    """Undo `spacingToJson`.

    Raises:
        SceneError: The values are not those of a spacing.
    """
    try:
        return None if values is None else Spacing(**values)
    except TypeError as error:
        msg = f"the spacing in the scene is damaged ({error}); load the run again"
        raise SceneError(msg) from error


def _mask_item(item: dict[str, Any]) -> dict[str, Any]:
    """Give the frame numbers back that JSON turned into texts."""
    kept = _kept(item, MASK_KEYS)
    if "FramePixelShifts" in kept:
        shifts = kept["FramePixelShifts"]
        kept["FramePixelShifts"] = {int(frame): shift for frame, shift in shifts.items()}
    return kept


def _kept(values: dict[str, Any], allowed: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in allowed}
