"""Paths along which lesions are looked for: the trunk, and each branch that leaves it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsanet.labels import MAT
from dsanet.measure.lines.find import Line, Stations
from dsanet.measure.width.diameters import Widths

Floats = NDArray[np.float64]

TOUCHING_PX = 4.0
"""A branch leaves the trunk where it ends no farther than this from the trunk's outline."""

LEAST_WIDTH_PX = 2.5
"""A path is not followed into thinner branches."""

LEAST_LENGTH_PX, MOST_LENGTH_PX = 12.0, 600.0


@dataclass(frozen=True, eq=False)
class Path:
    """A way along one or more lines, downstream.

    Attributes:
        name: `trunk`, or `branch` with its number.
        lines: Numbers of the lines.
        points: float64 (N, 2), row and column of the vessel's middle.
        along: float64 (N,), pixels from the begin.
        diameter_px: float64 (N,).
        error_px: float64 (N,), standard deviation.
        counts: bool (N,), whether the diameter counts.
        doubt: int64 (N,), see `dsanet.measure.width.doubts.Doubt`.
        stations: int64 (N,), numbers of the stations.
        blur_px: Standard deviation of the run's point spread function, pixels.
    """

    name: str
    lines: tuple[int, ...]
    points: Floats
    along: Floats
    diameter_px: Floats
    error_px: Floats
    counts: NDArray[np.bool_]
    doubt: NDArray[np.int64]
    stations: NDArray[np.int64]
    blur_px: float


def find_paths(lines: tuple[Line, ...], stations: Stations, widths: Widths) -> tuple[Path, ...]:
    """Find the trunk and its first branches, each followed into its widest continuation.

    Args:
        lines: The trunk first, if there is one, its begin upstream.
        stations: Theirs.
        widths: At the stations.

    Returns:
        The trunk, then the branches in the order in which they leave it; nothing without a trunk.
    """
    if not lines or lines[0].kind != "trunk":
        return ()
    way = [(0, False)]
    paths = [_path("trunk", way, stations, widths)]
    counts = widths.counts
    usual = [_usual_width(stations.of(line), widths, counts) for line in range(len(lines))]
    taken: set[int] = {0}
    for _, number, turned in sorted(_leaving(lines, stations)):
        if number in taken or usual[number] < LEAST_WIDTH_PX:
            continue
        way = _followed(number, turned, lines, stations, usual, taken)
        path = _path(f"branch {len(paths)}", way, stations, widths)
        if path.along[-1] >= LEAST_LENGTH_PX:
            paths.append(path)
    return tuple(paths)


def _usual_width(part: slice, widths: Widths, counts: NDArray[np.bool_]) -> float:
    counted = widths.diameter_px[part][counts[part]]
    return float(np.median(counted)) if counted.size else 0.0


def _leaving(lines: tuple[Line, ...], stations: Stations) -> list[tuple[float, int, bool]]:
    """Branches that end at the trunk: where on it, their number, whether their end touches it."""
    trunk = stations.of(0)
    found = []
    for number, line in enumerate(lines):
        if line.value == MAT:
            continue
        part = stations.of(number)
        for end, turned in ((0, False), (-1, True)):
            place = stations.points[part][end]
            apart = np.hypot(*(stations.points[trunk] - place).T) - stations.half_width[trunk]
            nearest = int(np.argmin(apart))
            if apart[nearest] <= TOUCHING_PX:
                found.append((float(stations.along[trunk][nearest]), number, turned))
                break
    return found


def _followed(
    number: int,
    turned: bool,
    lines: tuple[Line, ...],
    stations: Stations,
    usual: list[float],
    taken: set[int],
) -> list[tuple[int, bool]]:
    """Go on into the widest line at each node."""
    way, length = [(number, turned)], 0.0
    taken.add(number)
    while length < MOST_LENGTH_PX:
        last, back = way[-1]
        length += float(stations.along[stations.of(last)][-1])
        node = lines[last].nodes[0 if back else 1]
        onwards = [
            (usual[other], other, line.nodes[0] != node)
            for other, line in enumerate(lines)
            if node in line.nodes and other not in taken and usual[other] >= LEAST_WIDTH_PX
        ]
        if not onwards:
            break
        _, chosen, reverse = max(onwards)
        taken.add(chosen)
        way.append((chosen, reverse))
    return way


def _path(name: str, way: list[tuple[int, bool]], stations: Stations, widths: Widths) -> Path:
    chosen = []
    for number, turned in way:
        part = stations.of(number)
        members = np.arange(part.start, part.stop)
        chosen.append(members[::-1] if turned else members)
    order = np.concatenate(chosen)
    counts = widths.counts[order]
    aside = np.where(counts, widths.centre_px[order], 0.0)
    points = stations.points[order]
    steps = np.hypot(*np.diff(points, axis=0).T)
    return Path(
        name=name,
        lines=tuple(number for number, _ in way),
        points=points + aside[:, None] * stations.normals[order],
        along=np.concatenate(([0.0], np.cumsum(steps))),
        diameter_px=widths.diameter_px[order],
        error_px=widths.error_px[order],
        counts=counts,
        doubt=widths.doubt[order],
        stations=order,
        blur_px=widths.look.blur_px,
    )
