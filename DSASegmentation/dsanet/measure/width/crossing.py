"""Where other vessels cross the trunk, over or under it: there its profile is that of two."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from dsanet.labels import MAT
from dsanet.measure.lines.find import Line, Stations

Floats = NDArray[np.float64]

TOUCHING_PX = 5.0
"""A vessel whose label ends no farther than this from the trunk's outline may go on under it."""

WEDGE_WIDTHS, BACK_WIDTHS = 1.0, 2.5
"""Where a wall cuts a label obliquely its middle line bends along the wall, so a vessel's direction
at its end is taken from one diameter away to so many (and 4 px)."""

REACH_PX = 40.0
"""A vessel's width at its end is that of its wider parts so near to it."""

TURN = 0.85
"""A vessel goes on where, at both ends, it points to the other one within 30 degrees."""

LEAST_SHARE = 0.2
"""Vessels thinner than this share of the trunk change its profile too little to matter."""

ALIKE = 2.0
"""Both sides of a vessel that crosses are alike in width within this factor."""

FAR_WIDTHS = 4.0
"""Ends farther apart than so many diameters of the trunk are not joined."""

MARGIN_PX = 2.5
"""What crosses is wider than its label by its blur, and bends a little on its way."""


@dataclass(frozen=True)
class _End:
    """Where a vessel's label ends at the trunk."""

    line: int
    place: Floats
    towards: Floats
    half_width: float
    side: float
    station: int


def crossed(lines: tuple[Line, ...], stations: Stations) -> NDArray[np.bool_]:
    """Find the stations of the trunk whose profile runs through a vessel that crosses it.

    Labels are exclusive, so a vessel that crosses the trunk ends at one wall and begins at the
    other. Two ends at opposite walls that point at each other are taken for one vessel.

    Args:
        lines: From `find_lines`.
        stations: Theirs.

    Returns:
        bool (N,), one value a station; other lines than the trunk cross at nodes of their own.
    """
    found = np.zeros(len(stations.line), np.bool_)
    if not lines or lines[0].kind != "trunk":
        return found
    trunk = stations.of(0)
    for one, other in _pairs(_ends(lines, stations), stations):
        found[trunk] |= _within(one, other, stations)
    return found


def _ends(lines: tuple[Line, ...], stations: Stations) -> list[_End]:
    trunk = stations.of(0)
    points, normals = stations.points[trunk], stations.normals[trunk]
    found = []
    for number, line in enumerate(lines):
        if line.value == MAT:
            continue
        part = stations.of(number)
        for order in (slice(None), slice(None, None, -1)):
            way, wide = stations.points[part][order], stations.half_width[part][order]
            apart = np.hypot(*(points - way[0]).T) - stations.half_width[trunk]
            nearest = int(np.argmin(apart))
            if apart[nearest] > TOUCHING_PX:
                continue
            side = float(np.sign((way[0] - points[nearest]) @ normals[nearest]))
            found.append(_end(number, way, wide, side, nearest))
    return found


def _end(line: int, way: Floats, wide: Floats, side: float, station: int) -> _End:
    """The end of a vessel from its middle line, which begins there."""
    away = np.hypot(*(way - way[0]).T)
    half = float(np.percentile(wide[away <= REACH_PX], 75))
    inner, outer = (
        min(int(np.searchsorted(away, 2 * widths * half + 4 * far)), len(way) - 1)
        for widths, far in ((WEDGE_WIDTHS, 0), (BACK_WIDTHS, 1))
    )
    inner = inner if outer > inner else 0
    towards = way[inner] - way[outer]
    length = max(float(np.hypot(*towards)), 1e-9)
    return _End(line, way[inner], towards / length, half, side, station)


def _pairs(ends: list[_End], stations: Stations) -> list[tuple[_End, _End]]:
    """Ends that are those of one vessel, each with the one that it points at best."""
    half = stations.half_width[stations.of(0)]
    wide = [end for end in ends if end.half_width >= LEAST_SHARE * half[end.station]]
    rated = sorted(
        (
            (_aim(wide[a], wide[b], 2 * float(half[wide[a].station])), a, b)
            for a, b in combinations(range(len(wide)), 2)
        ),
        reverse=True,
    )
    found: list[tuple[_End, _End]] = []
    taken: set[int] = set()
    for aim, a, b in rated:
        if aim >= TURN and not {a, b} & taken:
            found.append((wide[a], wide[b]))
            taken |= {a, b}
    return found


def _aim(one: _End, other: _End, trunk_px: float) -> float:
    """Cosine of the angle by which two ends miss each other; 0 where they cannot be one vessel."""
    way = other.place - one.place
    length = float(np.hypot(*way))
    alike = max(one.half_width, other.half_width) <= ALIKE * min(one.half_width, other.half_width)
    far = FAR_WIDTHS * trunk_px + 2 * WEDGE_WIDTHS * (one.half_width + other.half_width)
    if one.side == other.side or not alike or not 1e-6 < length <= far:
        return 0.0
    return min(float(one.towards @ way), float(-other.towards @ way)) / length


def _within(one: _End, other: _End, stations: Stations) -> NDArray[np.bool_]:
    """Stations of the trunk whose section between the walls touches the way between two ends."""
    trunk = stations.of(0)
    points, normals = stations.points[trunk], stations.normals[trunk]
    half = stations.half_width[trunk]
    share = np.linspace(-1, 1, 21)
    sections = points[:, None] + (share * half[:, None])[..., None] * normals[:, None]
    way = other.place - one.place
    along = np.clip(((sections - one.place) @ way) / (way @ way), 0, 1)
    nearest = one.place + along[..., None] * way
    apart = np.hypot(*np.moveaxis(sections - nearest, -1, 0)).min(axis=1)
    reach = max(one.half_width, other.half_width) + MARGIN_PX
    return np.asarray(apart <= reach)
