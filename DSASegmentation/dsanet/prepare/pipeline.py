"""prepare(): from a run as stored to frames with dark vessels, arterial window and MinIP."""

import numpy as np
from numpy.typing import NDArray

from dsanet.io import DSARun
from dsanet.prepare.choices import PrepareChoices
from dsanet.prepare.coarse import shrink, shrink_factor, shrink_field, small_structures
from dsanet.prepare.field import exposure_field
from dsanet.prepare.normalise import normalisation
from dsanet.prepare.polarity import displayed, reflect, vessels_are_bright
from dsanet.prepare.prepared import PreparedRun
from dsanet.prepare.subtract import (
    header_mask,
    log_floor,
    looks_subtracted,
    shift_between,
    subtract,
    to_log,
)
from dsanet.prepare.thin import MAX_NETWORK_FRAMES
from dsanet.prepare.window import find_window, frames_before_contrast


def prepare(run: DSARun, choices: PrepareChoices = PrepareChoices()) -> PreparedRun:  # noqa: B008
    """Prepare a run for segmentation.

    Args:
        run: A run as stored.
        choices: What the user decided; the rest is found in the data.

    Returns:
        The prepared run. What is unusual about it is in its warnings.

    Raises:
        PrepareError: A choice does not fit the run.
    """
    choices.check(run.frame_count)
    grey = displayed(run)
    field = exposure_field(grey)
    coarse_field = shrink_field(field)
    coarse = shrink(grey)
    subtracted = _is_subtracted(run, choices, coarse, coarse_field)
    if _is_bright(choices, coarse, coarse_field, subtracted):
        grey = reflect(grey, run.facts.bits_stored)
        coarse = shrink(grey)
    if subtracted:
        frames, words, notes = grey.astype(np.float32), "as stored", ()
    else:
        frames, words, notes = _subtracted_frames(run, choices, grey, coarse, coarse_field)
        coarse = shrink(frames)
    window, window_notes = find_window(coarse, run.times, coarse_field)
    first, last = choices.arterial_window or window
    if choices.arterial_window is not None:
        window_notes = ()
    minip = frames[first : last + 1].min(axis=0)
    center, scale = normalisation(frames[first : last + 1], minip, field)
    return PreparedRun(
        frames=frames,
        times=run.times,
        field=field,
        arterial_window=(first, last),
        minip=minip,
        center=center,
        scale=scale,
        subtraction=words,
        warnings=notes + window_notes + _thinning_note(last - first + 1),
    )


def _is_subtracted(
    run: DSARun,
    choices: PrepareChoices,
    coarse: NDArray[np.float32],
    field: NDArray[np.bool_],
) -> bool:
    if choices.subtract != "auto":
        return choices.subtract == "never"
    return looks_subtracted(coarse, field)


def _is_bright(
    choices: PrepareChoices,
    coarse: NDArray[np.float32],
    field: NDArray[np.bool_],
    subtracted: bool,
) -> bool:
    if choices.invert is not None:
        return choices.invert
    if not subtracted and len(coarse) > 1:
        coarse = coarse - coarse[0]
    return vessels_are_bright(small_structures(coarse, field), field)


def _subtracted_frames(
    run: DSARun,
    choices: PrepareChoices,
    grey: NDArray[np.generic],
    coarse: NDArray[np.float32],
    field: NDArray[np.bool_],
) -> tuple[NDArray[np.float32], str, tuple[str, ...]]:
    relationship = run.facts.intensity_relationship
    floor = log_floor(coarse, field)
    coarse_log = to_log(coarse, relationship, floor)
    mask_frames, notes = header_mask(run.facts, run.frame_count)
    source = "the header's"
    if choices.mask_frames is not None:
        mask_frames, notes, source = choices.mask_frames, (), "the user's"
    elif not mask_frames:
        mask_frames = frames_before_contrast(coarse_log, field)
        source = "the pre-contrast"
    if not mask_frames:
        note = (
            "The run is not subtracted and has no frame before contrast, so the frames were used"
            " as they are; expect more errors than on a subtracted run."
        )
        return grey.astype(np.float32), "none: no frame before contrast", (*notes, note)
    chosen = list(mask_frames)
    frames = to_log(grey, relationship, floor)
    coarse_mask = coarse_log[chosen].mean(axis=0)
    factor = shrink_factor(grey.shape)
    shifts = factor * np.array([shift_between(coarse_mask, frame, field) for frame in coarse_log])
    subtract(frames, frames[chosen].mean(axis=0), shifts)
    logarithm = "" if relationship in ("LOG", "DISP") else " of logarithms"
    numbers = ", ".join(str(frame) for frame in chosen)
    words = f"difference{logarithm} with the mean of {source} frames {numbers}, shifted per frame"
    return frames, words, notes


def _thinning_note(length: int) -> tuple[str, ...]:
    if length <= MAX_NETWORK_FRAMES:
        return ()
    return (
        f"The arterial window has {length} frames; the network sees {MAX_NETWORK_FRAMES} of them,"
        " evenly in time.",
    )
