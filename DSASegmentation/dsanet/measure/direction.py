"""Which end of the trunk is upstream, where the catheter is."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dsanet.measure.flow.bolus import Boluses
from dsanet.measure.flow.curves import Curves
from dsanet.measure.lines.find import Line

How = Literal["arrival", "border", "width", "none"]

HOW: dict[How, str] = {
    "arrival": "contrast arrives there first",
    "border": "it lies at the border of the picture",
    "width": "it is the wider end",
    "none": "there is no trunk",
}

LEAST_CELLS, LEAST_DELAY_S, CERTAIN = 6, 0.02, 3.0
"""Arrival decides if over the trunk it differs by this many seconds and standard deviations."""

BORDER_WIDTHS = 1.5
"""An end is at the border if it is nearer to it than so many half widths (and 3 px)."""


def upstream_end(
    trunk: Line,
    field: NDArray[np.bool_],
    curves: Curves | None,
    boluses: Boluses | None,
) -> tuple[bool, How]:
    """Say whether the trunk's line must be turned so that it begins upstream.

    Contrast comes from the catheter, so the end where it arrives first is upstream. Where times say
    nothing it is the end that leaves the exposed field, for the trunk is fed from outside; where
    both or neither do it is the wider one, for arteries taper.

    Args:
        trunk: The trunk, line number 0.
        field: bool (H, W), the exposed pixels.
        curves: Of the cells; None where the run has too few frames.
        boluses: Fitted to them, None likewise.

    Returns:
        Whether to turn it, and what decided.
    """
    if curves is not None and boluses is not None:
        delay = _delay(curves, boluses)
        if delay is not None:
            return delay < 0, "arrival"
    begins, ends = (_at_border(trunk, field, end) for end in (0, -1))
    if begins != ends:
        return bool(ends), "border"
    quarter = max(1, len(trunk.course.half_width) // 4)
    widths = trunk.course.half_width
    return bool(np.median(widths[-quarter:]) > np.median(widths[:quarter])), "width"


def _delay(curves: Curves, boluses: Boluses) -> float | None:
    """How much later contrast is at the line's end than at its begin, None if that is uncertain."""
    good = (curves.line == 0) & (curves.values.max(axis=1) > 5 * curves.noise)
    good &= (curves.values.argmax(axis=1) < curves.values.shape[1] - 1) & (curves.pixels > 0)
    if np.count_nonzero(good) < LEAST_CELLS:
        return None
    time = boluses.reaching(0.5)[good]
    place = np.linspace(-0.5, 0.5, len(time))
    near = np.abs(time - np.median(time)) <= 4 * max(
        float(np.median(np.abs(time - np.median(time)))), 1e-3
    )
    slope, level = np.polyfit(place[near], time[near], 1)
    rest = time[near] - slope * place[near] - level
    error = float(rest.std()) / np.sqrt(max(1, np.count_nonzero(near) / 4) * (1 / 12))
    if abs(slope) < max(LEAST_DELAY_S, CERTAIN * error):
        return None
    return float(slope)


def _at_border(trunk: Line, field: NDArray[np.bool_], end: int) -> bool:
    row, column = trunk.course.points[end]
    reach = round(BORDER_WIDTHS * float(trunk.course.half_width[end]) + 3)
    rows, columns = field.shape
    top, left = round(float(row)) - reach, round(float(column)) - reach
    if top < 0 or left < 0 or top + 2 * reach >= rows or left + 2 * reach >= columns:
        return True
    around = field[top : top + 2 * reach + 1, left : left + 2 * reach + 1]
    return not bool(around.all())
