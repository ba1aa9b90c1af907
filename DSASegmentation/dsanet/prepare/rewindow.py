"""Another arterial window for a prepared run, without preparing it anew."""

from dataclasses import replace

from dsanet.prepare.choices import PrepareChoices
from dsanet.prepare.normalise import normalisation
from dsanet.prepare.prepared import PreparedRun


def with_window(prepared: PreparedRun, window: tuple[int, int]) -> PreparedRun:
    """Move the arterial window; MinIP and normalisation follow.

    Args:
        prepared: A prepared run.
        window: First and last frame, both included, from 0.

    Raises:
        PrepareError: The window lies outside the run.
    """
    PrepareChoices(arterial_window=window).check(len(prepared.frames))
    chosen = prepared.frames[window[0] : window[1] + 1]
    minip = chosen.min(axis=0)
    center, scale = normalisation(chosen, minip, prepared.field)
    return replace(prepared, arterial_window=window, minip=minip, center=center, scale=scale)
