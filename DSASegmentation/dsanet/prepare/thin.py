"""The frames that the network sees: those of the arterial window, at most 24."""

import numpy as np
from numpy.typing import NDArray

from dsanet.prepare.prepared import PreparedRun

MAX_NETWORK_FRAMES = 24
"""More frames cost time and memory and add little (design.md, the path of one run)."""


def evenly_in_time(times: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """Choose frames that lie as evenly in time as the given times allow.

    Args:
        times: float64 (T,), seconds, rising.
        count: Number of frames wanted, at least 2 and at most T.

    Returns:
        Rising frame numbers (count,), the first 0 and the last T - 1.

    >>> evenly_in_time(np.array([0.0, 1.0, 2.0, 3.0, 4.0]), 3).tolist()
    [0, 2, 4]
    """
    total = len(times)
    chosen = np.empty(count, np.intp)
    for rank, wanted in enumerate(np.linspace(times[0], times[-1], count)):
        lowest = 0 if rank == 0 else chosen[rank - 1] + 1
        highest = total - count + rank
        chosen[rank] = lowest + np.argmin(np.abs(times[lowest : highest + 1] - wanted))
    return chosen


def network_frames(prepared: PreparedRun) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Give the network's input for a prepared run.

    Args:
        prepared: A prepared run.

    Returns:
        Normalised frames of the arterial window, float32 (t, H, W) with t at most 24, and their
        times, float64 (t,), seconds from the run's first frame. A longer window is thinned evenly
        in time; `prepare` has put a warning about it into `prepared.warnings`.
    """
    first, last = prepared.arterial_window
    frames = prepared.frames[first : last + 1]
    times = prepared.times[first : last + 1]
    if len(times) > MAX_NETWORK_FRAMES:
        chosen = evenly_in_time(times, MAX_NETWORK_FRAMES)
        frames, times = frames[chosen], times[chosen]
    return prepared.normalise(frames), times


def thinning_note(length: int) -> tuple[str, ...]:
    """Warn about an arterial window of more frames than the network sees.

    Args:
        length: Number of frames of the window.

    Returns:
        One sentence, or none.

    >>> thinning_note(24)
    ()
    """
    if length <= MAX_NETWORK_FRAMES:
        return ()
    return (
        f"The arterial window has {length} frames; the network sees {MAX_NETWORK_FRAMES} of them,"
        " evenly in time.",
    )
