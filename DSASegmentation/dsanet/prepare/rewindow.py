"""Another arterial window for a prepared run, without preparing it anew."""

from dataclasses import replace

from dsanet.prepare.choices import PrepareChoices
from dsanet.prepare.normalise import normalisation
from dsanet.prepare.prepared import PreparedRun
from dsanet.prepare.thin import thinning_note


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
    chosen = prepared.frames[window[0] : window[1] + 1]
    minip = chosen.min(axis=0)
    center, scale = normalisation(chosen, minip, prepared.field)
    first, last = prepared.arterial_window
    old = thinning_note(last - first + 1)
    warnings = tuple(note for note in prepared.warnings if note not in old)
    return replace(
        prepared,
        arterial_window=window,
        minip=minip,
        center=center,
        scale=scale,
        warnings=warnings + thinning_note(len(chosen)),
    )
