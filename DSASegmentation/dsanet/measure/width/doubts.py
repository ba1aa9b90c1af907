"""What speaks against a diameter."""

from enum import IntEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.measure.lines.find import Line, Stations
from dsanet.measure.width.fit import Tubes

Floats = NDArray[np.float64]

DENSITOMETRIC_PX = 3.0
"""Below this diameter the edges of a vessel are one blur; its diameter then follows from its
darkness, compared with that of wider places of the same vessel."""

POOR_FIT, POOR_SHARE = 4.0, 0.08
"""A profile whose residuals exceed its line's usual ones by this factor, and this share of the
vessel's own darkness, holds something else; the walls of a stenosis fit a little less well too."""


OVERLAP = 0.5
"""A wide vessel whose darkness a pixel of chord is by this much, in natural logarithms, more than
nearby lies over another one."""


DARKER, NEAR_WIDTHS = 1.2, 4.0
"""A profile that is not that of one vessel is that of two if it is darker, by this factor, than
usual within so many diameters. A stenosis is never darker."""

FAINT = 1.5
"""A vessel's middle is darker than its surroundings by more than so many standard deviations of a
sample."""


class Doubt(IntEnum):
    """What speaks against a diameter, the gravest last."""

    NONE = 0
    DENSITOMETRIC = 1
    NEIGHBOUR = 2
    BORDER = 3
    POOR = 4
    MEETING = 5
    CROSSING = 6


DOUBTS = {
    Doubt.NONE: "",
    Doubt.DENSITOMETRIC: "below 3 px, from darkness",
    Doubt.NEIGHBOUR: "a neighbour hides one side",
    Doubt.BORDER: "at the border of the exposed field",
    Doubt.POOR: "the profile is not that of one vessel",
    Doubt.MEETING: "vessels meet or cross here",
    Doubt.CROSSING: "another vessel crosses here",
}
"""Each in words, for people."""

UNCERTAIN = "its diameter is too uncertain"
"""Where no doubt says why a diameter does not count."""

MEASURED = (Doubt.NONE, Doubt.DENSITOMETRIC, Doubt.NEIGHBOUR)
"""Doubts with which a diameter still counts."""


def meeting_places(lines: tuple[Line, ...], stations: Stations) -> NDArray[np.bool_]:
    """Stations nearer to a meeting place than its vessels are wide."""
    found = np.zeros(len(stations.line), np.bool_)
    for number, line in enumerate(lines):
        part = stations.of(number)
        along, width = stations.along[part], stations.half_width[part]
        for degree, distance, end in (
            (line.degrees[0], along, 0),
            (line.degrees[1], along[-1] - along, -1),
        ):
            if degree > 2:
                found[part] |= distance < width[end] + 1
    return found


def doubts_of(
    tubes: Tubes,
    free: Tubes,
    expected: Floats,
    blur: float,
    sides: NDArray[np.bool_],
    stations: Stations,
    field: NDArray[np.bool_],
    meeting: NDArray[np.bool_],
    crossing: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Tell the gravest doubt about each diameter.

    Args:
        tubes: Fitted knowing the contrast.
        free: Fitted without.
        expected: float64 (N,), contrast at the stations.
        blur: Standard deviation of the point spread function, pixels.
        sides: bool (N, 2), whether background shows before and after the vessel.
        stations: Of all lines.
        field: bool (H, W), the exposed pixels.
        meeting: bool (N,), from `meeting_places`.
        crossing: bool (N,), from `crossed`.

    Returns:
        int64 (N,), values of `Doubt`.
    """
    poor = _poor(tubes, stations)
    over = _overlapped(free, expected, blur, stations) | (poor & _darker(tubes, stations))
    over |= ~sides.any(axis=1)
    doubt = np.full(len(stations.line), int(Doubt.NONE))
    doubt[2 * tubes.radius < DENSITOMETRIC_PX] = Doubt.DENSITOMETRIC
    doubt[~sides.all(axis=1)] = Doubt.NEIGHBOUR
    doubt[_near_border(stations, tubes.radius, field)] = Doubt.BORDER
    doubt[poor | over] = Doubt.POOR
    doubt[_spread(over, doubt == Doubt.NEIGHBOUR, stations)] = Doubt.CROSSING
    doubt[meeting] = Doubt.MEETING
    doubt[crossing] = Doubt.CROSSING
    return _with_company(doubt, stations)


def _with_company(doubt: NDArray[np.int64], stations: Stations) -> NDArray[np.int64]:
    """Doubt too what stands alone: less than a radius long between graver doubts.

    Neighbouring profiles share most of a vessel's picture, so where those on both sides are not of
    one vessel the few between them are not either, however well they happen to fit.
    """
    result = doubt.copy()
    for line in range(len(stations.starts) - 1):
        part = stations.of(line)
        good = np.isin(doubt[part], MEASURED)
        runs, _ = ndimage.label(good)
        for (span,) in ndimage.find_objects(runs):
            inner = span.start > 0 and span.stop < len(good)
            length = (span.stop - span.start) * stations.step(line)
            if inner and length < np.median(stations.half_width[part][span]):
                result[part][span] = max(doubt[part][span.start - 1], doubt[part][span.stop])
    return result


def _near_border(stations: Stations, radius: Floats, field: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Stations whose vessel reaches the border of the exposed field."""
    inner = ndimage.distance_transform_cdt(np.pad(field, 1), "chessboard")[1:-1, 1:-1]
    places = np.clip(np.round(stations.points).astype(np.int64), 0, np.array(field.shape) - 1)
    return np.asarray(inner[tuple(places.T)] <= radius + 1)


def _poor(tubes: Tubes, stations: Stations) -> NDArray[np.bool_]:
    """Residuals far above the line's usual ones, or darkness that does not rise above them."""
    depth = 2 * tubes.radius * tubes.contrast
    poor = depth <= FAINT * tubes.noise + 1e-4
    for line in range(len(stations.starts) - 1):
        part = stations.of(line)
        least = np.maximum(POOR_FIT * np.median(tubes.noise[part]), POOR_SHARE * depth[part])
        poor[part] |= tubes.noise[part] > least
    return np.asarray(poor)


def _overlapped(
    free: Tubes, expected: Floats, blur: float, stations: Stations
) -> NDArray[np.bool_]:
    """Wide vessels much darker than nearby, a pixel of chord and in all.

    A fainter one is narrow or runs less obliquely. A stenosis is darker a pixel of chord, for its
    walls are steep, but never in all.
    """
    wide = (free.radius > 3 * blur) & (free.contrast_error < 0.2 * np.abs(free.contrast))
    ratio = np.maximum(free.contrast, 1e-12) / np.maximum(expected, 1e-12)
    depth = free.radius * free.contrast
    starts = stations.starts
    usual = [np.median(depth[a:b]) for a, b in pairwise(starts.tolist())]
    darker = depth > np.array(usual)[stations.line]
    return np.asarray(wide & darker & (np.log(ratio) > OVERLAP))


def _darker(tubes: Tubes, stations: Stations) -> NDArray[np.bool_]:
    """Where a vessel is darker in all than it is nearby, as over another vessel."""
    depth = tubes.radius * tubes.contrast
    darker = np.zeros(len(depth), np.bool_)
    for line in range(len(stations.starts) - 1):
        part = stations.of(line)
        reach = NEAR_WIDTHS * float(np.median(2 * stations.half_width[part])) / stations.step(line)
        usual = ndimage.median_filter(depth[part], 2 * int(reach) + 1, mode="nearest")
        darker[part] = depth[part] > DARKER * usual
    return darker


def _spread(
    over: NDArray[np.bool_], beside: NDArray[np.bool_], stations: Stations
) -> NDArray[np.bool_]:
    """Add the stations near an overlap, within a diameter, at which a neighbour hides one side.

    That neighbour is what crosses, on its way out from under the vessel.
    """
    found = over.copy()
    for line in np.unique(stations.line[over]).tolist():
        part = stations.of(line)
        from_over = ndimage.distance_transform_edt(~over[part]) * stations.step(line)
        found[part] |= beside[part] & (from_over <= 2 * stations.half_width[part])
    return found
