"""The mask of each frame: the user's, the header's, or the frames without contrast."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dsanet.io import RunFacts
from dsanet.prepare.choices import PrepareChoices
from dsanet.prepare.coarse import shrink_factor
from dsanet.prepare.header_mask import FrameMask, header_masks, without_gaps
from dsanet.prepare.masks import frames_after_contrast, frames_before_contrast
from dsanet.prepare.register import ALIKE, Match
from dsanet.prepare.subtract import matches

LARGE_SHARE = 0.04
"""A shift beyond this share of the picture's longer side is a moved table."""

UNLIKE = 0.3
"""A mask whose edges correlate by less with the frame's does not fit it."""


NO_MASK = (
    "The run is not subtracted and has no frame without contrast, so only its wide background was"
    " taken away; expect more errors than on a subtracted run."
)
WASHED_OUT = (
    "The first frame shows contrast already, so the last frames, from which it has left, were taken"
    " as the mask; veins that are still filled in them come out bright."
)
DIFFERENCES = (
    "The header asks for time-interval differences, which hide vessels that stay filled from one"
    " frame to the other; frames before contrast, chosen as mask frames, show them all."
)


@dataclass(frozen=True)
class MaskPlan:
    """What is subtracted from what.

    Attributes:
        masks: One a frame; empty where there is none.
        words: Whose masks they are, for the provenance.
        warnings: One sentence each.
    """

    masks: tuple[FrameMask, ...]
    words: str
    warnings: tuple[str, ...]


def plan_masks(
    facts: RunFacts,
    choices: PrepareChoices,
    coarse_log: NDArray[np.float32],
    field: NDArray[np.bool_],
    size: tuple[int, int],
) -> MaskPlan:
    """Decide which frames make the mask of each frame.

    Args:
        facts: What the header says.
        choices: What the user decided.
        coarse_log: float32 (T, h, w), coarse frames on a logarithmic scale, vessels dark.
        field: bool (h, w).
        size: Rows and columns of the run.

    Returns:
        The masks with the shifts that the header states.
    """
    count = len(coarse_log)
    if choices.mask_frames is not None:
        return _one_mask(choices.mask_frames, count, "the user's")
    stated = header_masks(facts, count, size)
    if stated.masks:
        masks = without_gaps(stated.masks)
        if stated.operation == "AVG_SUB":
            return MaskPlan(masks, _words(masks, "the header's"), stated.warnings)
        words = f"the frames that the header's {stated.operation} names"
        return MaskPlan(masks, words, (*stated.warnings, DIFFERENCES))
    before = frames_before_contrast(coarse_log, field)
    if before:
        return _one_mask(before, count, "the pre-contrast", stated.warnings)
    after = frames_after_contrast(coarse_log, field)
    note = WASHED_OUT if after else NO_MASK
    return _one_mask(after, count, "the washed-out", (*stated.warnings, note))


def _one_mask(
    frames: tuple[int, ...], count: int, source: str, warnings: tuple[str, ...] = ()
) -> MaskPlan:
    masks = (FrameMask(frames),) * count if frames else ()
    return MaskPlan(masks, _words(masks, source), warnings)


def _words(masks: tuple[FrameMask, ...], source: str) -> str:
    different = list(dict.fromkeys(mask.frames for mask in masks))
    return " or ".join(f"the mean of {source} frames {', '.join(map(str, f))}" for f in different)


def place_masks(
    plan: MaskPlan,
    choices: PrepareChoices,
    coarse_log: NDArray[np.float32],
    field: NDArray[np.bool_],
    size: tuple[int, int],
) -> MaskPlan:
    """Move the masks onto their frames: as the user says, as measured, or as the header says.

    Args:
        plan: From `plan_masks`, with at least one mask.
        choices: What the user decided.
        coarse_log: float32 (T, h, w), coarse frames on a logarithmic scale.
        field: bool (h, w).
        size: Rows and columns of the run.

    Returns:
        The plan with its final shifts, and warnings about large ones and about masks that do not
        fit.
    """
    if choices.pixel_shift is not None:
        rows, columns = choices.pixel_shift
        masks = tuple(replace(mask, shift=(rows, columns)) for mask in plan.masks)
        words = f"{plan.words}, moved by {rows:g} rows and {columns:g} columns"
        return replace(plan, masks=masks, words=words)
    if not choices.register:
        return replace(plan, words=f"{plan.words}, not registered")
    factor = shrink_factor(size)
    starts = [replace(mask, shift=_scaled(mask.shift, 1 / factor)) for mask in plan.masks]
    found = matches(coarse_log, field, tuple(starts))
    masks = tuple(
        replace(mask, shift=_scaled(one.shift, factor))
        for mask, one in zip(plan.masks, found, strict=True)
    )
    believed = [mask.shift for mask, one in zip(masks, found, strict=True) if one.alike >= ALIKE]
    notes = _pan_note(believed, size)
    if choices.subtract == "auto":  # else the run may well have no edges to compare
        notes += _unlike_note(found)
    return MaskPlan(masks, f"{plan.words}, moved onto each frame", (*plan.warnings, *notes))


def _scaled(shift: tuple[float, float], factor: float) -> tuple[float, float]:
    return factor * shift[0], factor * shift[1]


def _pan_note(shifts: list[tuple[float, float]], size: tuple[int, int]) -> tuple[str, ...]:
    """Warn about a table that moves during the run."""
    rows, columns = np.ptp(shifts, axis=0) if shifts else (0, 0)
    if max(rows, columns) <= LARGE_SHARE * max(size):
        return ()
    return (
        f"The picture moves by {rows:.0f} rows and {columns:.0f} columns during the run, as when"
        " the table moves: the mask was moved along, what it does not reach stays empty, and the"
        " MinIP shows vessels in several places unless the arterial frames stand still.",
    )


def _unlike_note(found: tuple[Match, ...]) -> tuple[str, ...]:
    """Warn about frames in which the mask's edges are not found again."""
    unlike = [index for index, one in enumerate(found) if one.alike < UNLIKE]
    if not unlike:
        return ()
    return (
        f"The mask does not fit {len(unlike)} of {len(found)} frames (the first is {unlike[0]}):"
        " bones and other edges remain there and may look like vessels.",
    )
