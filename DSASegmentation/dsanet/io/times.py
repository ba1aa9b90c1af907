"""When each frame was taken, from what the DICOM header states."""

import logging
import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from dsanet.io.header import attribute_name, numbers, positive_number, tag_number, text, values

MILLISECOND = 1e-3

logger = logging.getLogger(__name__)


def frame_times(header: Dataset, frame_count: int) -> tuple[NDArray[np.float64], bool]:
    """Find the time of each frame.

    The attribute that Frame Increment Pointer (0028,0009) names counts first, then Frame Time
    Vector, Frame Time, Cine Rate and Recommended Display Frame Rate. An attribute whose values
    cannot be times (zero, negative, wrong count) counts as not stated.

    Args:
        header: DICOM header.
        frame_count: Number of frames T, at least 1.

    Returns:
        float64 (T,) seconds from the first frame, strictly increasing, and whether the header
        states them; if not they are 0, 1, 2, ...

    Source: DICOM PS3.3 C.7.6.5 (Cine) and C.7.6.6 (Multi-frame).
    """
    for keyword in _by_precedence(header):
        times = _SOURCES[keyword](header, frame_count)
        if times is not None and _can_be_times(times, frame_count):
            return times, True
        if values(header, keyword):
            logger.info("%s cannot be times and is ignored", attribute_name(keyword))
    return _steps(frame_count), False


def _by_precedence(header: Dataset) -> list[str]:
    pointed = values(header, "FrameIncrementPointer")
    return sorted(_SOURCES, key=lambda keyword: tag_number(keyword) not in pointed)


def _can_be_times(times: NDArray[np.float64], frame_count: int) -> bool:
    fits = times.shape == (frame_count,) and bool(np.all(np.isfinite(times)))
    return fits and bool(np.all(np.diff(times) > 0))


def _steps(frame_count: int) -> NDArray[np.float64]:
    return np.arange(frame_count, dtype=np.float64)


def _from_vector(header: Dataset, frame_count: int) -> NDArray[np.float64] | None:
    increments = np.array(numbers(header, "FrameTimeVector"), dtype=np.float64)
    if increments.size != frame_count:
        return None
    increments[0] = 0.0  # the first frame's increment has no meaning
    return np.cumsum(increments) * MILLISECOND


def _from_frame_time(header: Dataset, frame_count: int) -> NDArray[np.float64] | None:
    step = positive_number(header, "FrameTime")
    return None if step is None else _steps(frame_count) * (step * MILLISECOND)


def _from_rate(keyword: str) -> Callable[[Dataset, int], NDArray[np.float64] | None]:
    def from_rate(header: Dataset, frame_count: int) -> NDArray[np.float64] | None:
        rate = positive_number(header, keyword)
        return None if rate is None else _steps(frame_count) / rate

    return from_rate


_SOURCES: dict[str, Callable[[Dataset, int], NDArray[np.float64] | None]] = {
    "FrameTimeVector": _from_vector,
    "FrameTime": _from_frame_time,
    "CineRate": _from_rate("CineRate"),
    "RecommendedDisplayFrameRate": _from_rate("RecommendedDisplayFrameRate"),
}


def clock_times(headers: list[Dataset]) -> tuple[NDArray[np.float64], bool]:
    """Find the times of single-frame files from the clock.

    Args:
        headers: DICOM headers in the order of the frames, at least one.

    Returns:
        float64 (T,) as `frame_times` does, from Acquisition Time (0008,0032) or else Content Time
        (0008,0033) where these rise from frame to frame; only differences leave this function.
    """
    for keyword in ("AcquisitionTime", "ContentTime"):
        seconds = np.array([_seconds_of_day(text(header, keyword)) for header in headers])
        times = seconds - seconds[0]
        if len(headers) > 1 and _can_be_times(times, len(headers)):
            return times, True
    return _steps(len(headers)), False


def _seconds_of_day(clock: str) -> float:
    """Turn HHMMSS.FFFFFF into seconds, NaN for anything else."""
    match = re.fullmatch(r"([0-9]{2})([0-9]{2})([0-9]{2}(?:\.[0-9]{1,6})?)", clock)
    if match is None:
        return float("nan")
    hours, minutes, seconds = (float(part) for part in match.groups())
    return 3600 * hours + 60 * minutes + seconds
