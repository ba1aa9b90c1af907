"""All that follows from the arterial window: MinIP, normalisation, the warning about its length."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dsanet.prepare.choices import PrepareChoices
from dsanet.prepare.normalise import normalisation
from dsanet.prepare.prepared import PreparedRun
from dsanet.prepare.thin import thinning_note


def seen_in_window(
    frames: NDArray[np.float32], field: NDArray[np.bool_], window: tuple[int, int]
) -> tuple[NDArray[np.float32], float, float]:
    """Give the MinIP over a window and the constants of its normalisation.

    Args:
        frames: float32 (T, H, W), vessels dark.
        field: bool (H, W), the exposed pixels.
        window: First and last frame, both included, from 0.

    Returns:
        MinIP, center and scale, as `PreparedRun` describes them.
    """
    chosen = frames[window[0] : window[1] + 1]
    minip = chosen.min(axis=0)
    return minip, *normalisation(chosen, minip, field)


def with_window(prepared: PreparedRun, window: tuple[int, int]) -> PreparedRun:
    """Move the arterial window; MinIP, normalisation and the warning about its length follow.

    Args:
        prepared: A prepared run.
        window: First and last frame, both included, from 0.

    Returns:
        A new prepared run that shares the frames.

    Raises:
        PrepareError: The window lies outside the run.
    """
    PrepareChoices(arterial_window=window).check(len(prepared.frames))
    minip, center, scale = seen_in_window(prepared.frames, prepared.field, window)
    first, last = prepared.arterial_window
    old = thinning_note(last - first + 1)
    warnings = tuple(note for note in prepared.warnings if note not in old)
    return replace(
        prepared,
        arterial_window=window,
        minip=minip,
        center=center,
        scale=scale,
        warnings=warnings + thinning_note(window[1] - window[0] + 1),
    )
