"""prepare(): from a run as stored to frames with dark vessels, arterial window and MinIP."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.io import DSARun
from dsanet.prepare.choices import PrepareChoices
from dsanet.prepare.coarse import shrink, shrink_field
from dsanet.prepare.field import exposure_field, without_edge
from dsanet.prepare.flatten import flatten
from dsanet.prepare.header_mask import header_masks
from dsanet.prepare.mask_plan import place_masks, plan_masks
from dsanet.prepare.penumbra import without_penumbra
from dsanet.prepare.polarity import displayed, reflect, vessels_are_bright
from dsanet.prepare.prepared import PreparedRun
from dsanet.prepare.rewindow import seen_in_window
from dsanet.prepare.subtract import (
    ADDITIVE,
    background_spread,
    is_subtracted,
    log_floor,
    subtracted,
    to_log,
)
from dsanet.prepare.thin import thinning_note
from dsanet.prepare.window import find_window

NO_CHOICES = PrepareChoices()

CAME_SUBTRACTED = "as stored: the run came subtracted"
AS_CHOSEN = "as stored: the user chose no subtraction"


@dataclass(frozen=True, eq=False)
class _Grey:
    """Grey values with dark vessels: full size, coarse, the exposed fields of both, warnings."""

    pixels: NDArray[Any]
    coarse: NDArray[np.float32]
    field: NDArray[np.bool_]
    coarse_field: NDArray[np.bool_]
    subtracted: bool
    notes: tuple[str, ...]


def prepare(run: DSARun, choices: PrepareChoices = NO_CHOICES) -> PreparedRun:
    """Prepare a run for segmentation.

    Args:
        run: A run as stored.
        choices: What the user decided; the rest is found in the data.

    Returns:
        The prepared run. What is unusual about it is in its warnings.

    Raises:
        PrepareError: A choice does not fit the run.
    """
    choices.check(run.frame_count, run.pixels.shape[1:])
    grey = _grey(run, choices)
    if grey.subtracted:
        frames, notes = without_penumbra(grey.pixels.astype(np.float32), grey.field), grey.notes
        words = AS_CHOSEN if choices.subtract == "never" else CAME_SUBTRACTED
    else:
        frames, words, notes = _subtract(run, choices, grey)
    window = choices.arterial_window
    if window is None:
        coarse = grey.coarse if grey.subtracted else shrink(frames)
        window, window_notes = find_window(coarse, run.times, grey.coarse_field)
        notes += window_notes
    first, last = window
    minip, center, scale = seen_in_window(frames, grey.field, window)
    return PreparedRun(
        frames=frames,
        times=run.times,
        field=grey.field,
        arterial_window=(first, last),
        minip=minip,
        center=center,
        scale=scale,
        subtraction=words,
        warnings=notes + thinning_note(last - first + 1),
    )


def _grey(run: DSARun, choices: PrepareChoices) -> _Grey:
    """Bring vessels to dark and decide whether the run is subtracted."""
    pixels = displayed(run)
    field = without_edge(exposure_field(pixels))
    coarse, coarse_field = shrink(pixels), shrink_field(field)
    bright = choices.invert
    if bright is None:
        bright = vessels_are_bright(coarse, coarse_field)
    dark = -coarse if bright else coarse
    done, notes = _already(run, choices, background_spread(dark, coarse_field))
    if not done and choices.invert is None:
        # In space bones count as well, so a native run shows its polarity in time only.
        bright = vessels_are_bright(coarse, coarse_field, native=True)
    if bright:
        pixels = reflect(pixels, run.facts.bits_stored)
        coarse = shrink(pixels)
    if bright and choices.invert is None:
        notes += ("Vessels were brighter than their surroundings, so grey values were inverted.",)
    return _Grey(pixels, coarse, field, coarse_field, done, notes)


def _already(run: DSARun, choices: PrepareChoices, spread: float) -> tuple[bool, tuple[str, ...]]:
    """Whether the frames are to be used as stored."""
    if choices.subtract != "auto":
        return choices.subtract == "never", ()
    stated = header_masks(run.facts, run.frame_count, run.pixels.shape[1:])
    return is_subtracted(run.facts, spread, bool(stated.masks))


def _subtract(
    run: DSARun, choices: PrepareChoices, grey: _Grey
) -> tuple[NDArray[np.float32], str, tuple[str, ...]]:
    """Frames after subtraction, how it was done in words, and warnings."""
    relationship = run.facts.intensity_relationship
    floor = log_floor(grey.coarse, grey.coarse_field)
    coarse_log = to_log(grey.coarse, relationship, floor)
    frames = to_log(grey.pixels, relationship, floor)
    size = frames.shape[1:]
    plan = plan_masks(run.facts, choices, coarse_log, grey.coarse_field, size)
    if not plan.masks:
        flat = flatten(frames, grey.field)
        return flat, "none; wide background taken away", (*grey.notes, *plan.warnings)
    plan = place_masks(plan, choices, coarse_log, grey.coarse_field, size)
    frames = subtracted(frames, plan.masks, grey.field)
    values = "values" if relationship in ADDITIVE else "logarithms"
    return frames, f"difference of {values} to {plan.words}", (*grey.notes, *plan.warnings)
