"""Statistics of the vessels of each class."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.labels import CLASSES
from dsanet.measure.lines.find import Line, Stations
from dsanet.measure.lines.graph import SMALLEST_HOLE_PX
from dsanet.measure.width.diameters import Widths

Floats = NDArray[np.float64]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
DENSITY_SIDE_PX = 32
"""Side of the squares of the density map."""


@dataclass(frozen=True)
class ClassStatistics:
    """What one class looks like. Lengths in pixels, areas in pixels squared.

    Attributes:
        name: Of the class.
        area_px: Labelled pixels.
        share: Of the exposed field, 0 to 1.
        components: Pieces, eight-connected.
        length_px: Of all lines.
        lines: Number of lines between nodes.
        branchings: Nodes at which three or more lines meet; crossings count too.
        ends: Loose ends.
        loops: Independent loops of the lines, mostly crossings.
        diameters_px: Quantiles `QUANTILES` of the diameters by length, None where none counts.
        measured_share: Share of the length whose diameter counts.
        tortuosity: Length over distance of the ends, mean over lines of at least 10 px weighted by
            length; None where there is none.
    """

    name: str
    area_px: int
    share: float
    components: int
    length_px: float
    lines: int
    branchings: int
    ends: int
    loops: int
    diameters_px: tuple[float, ...] | None
    measured_share: float
    tortuosity: float | None


@dataclass(frozen=True)
class LineStatistics:
    """One line between two nodes.

    Attributes:
        number: Of the line.
        name: Class, and `trunk` where it is.
        length_px: Pixels.
        diameter_px: Median, None where none counts.
        tortuosity: Length over distance of the ends, None for rings.
    """

    number: int
    name: str
    length_px: float
    diameter_px: float | None
    tortuosity: float | None


def class_statistics(
    labels: NDArray[np.uint8],
    field: NDArray[np.bool_],
    lines: tuple[Line, ...],
    stations: Stations,
    widths: Widths | None,
) -> tuple[ClassStatistics, ...]:
    """Describe each class of `dsanet.labels`.

    Args:
        labels: uint8 (H, W).
        field: bool (H, W), the exposed pixels.
        lines: From `find_lines`.
        stations: Theirs.
        widths: At the stations, None where there are none.
    """
    found = []
    for entry in CLASSES:
        mask = labels == entry.value
        numbers = [number for number, line in enumerate(lines) if line.value == entry.value]
        own = [lines[number] for number in numbers]
        lengths = np.array([float(line.course.along[-1]) for line in own])
        members = np.isin(stations.line, numbers)
        nodes = {
            node: degree
            for line in own
            for node, degree in zip(line.nodes, line.degrees, strict=True)
        }
        _, components = ndimage.label(mask, np.ones((3, 3)))
        found.append(
            ClassStatistics(
                name=entry.name,
                area_px=int(mask.sum()),
                share=float(mask.sum() / max(int(field.sum()), 1)),
                components=int(components),
                length_px=float(lengths.sum()),
                lines=len(own),
                branchings=sum(degree > 2 for degree in nodes.values()),
                ends=sum(degree == 1 for degree in nodes.values()),
                loops=_loops(mask),
                diameters_px=_quantiles(widths, members),
                measured_share=_measured(widths, members),
                tortuosity=_tortuosity(own, lengths),
            )
        )
    return tuple(found)


def line_statistics(
    lines: tuple[Line, ...], stations: Stations, widths: Widths | None
) -> tuple[LineStatistics, ...]:
    """Describe each line."""
    names = {entry.value: entry.name for entry in CLASSES}
    found = []
    counts = np.zeros(len(stations.line), np.bool_) if widths is None else widths.counts
    for number, line in enumerate(lines):
        part = stations.of(number)
        known = np.empty(0) if widths is None else widths.diameter_px[part][counts[part]]
        trunk = " trunk" if line.kind == "trunk" else ""
        found.append(
            LineStatistics(
                number=number,
                name=names[line.value] + trunk,
                length_px=float(line.course.along[-1]),
                diameter_px=float(np.median(known)) if len(known) else None,
                tortuosity=_ratio(line),
            )
        )
    return tuple(found)


def density_map(stations: Stations, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Length of vessel in each square of `DENSITY_SIDE_PX`, as a density.

    Args:
        stations: Those of all lines.
        shape: H and W.

    Returns:
        float32 (ceil(H / side), ceil(W / side)), pixels of length a pixel of area.
    """
    size = tuple(-(-side // DENSITY_SIDE_PX) for side in shape)
    at = np.clip(np.round(stations.points).astype(np.int64), 0, np.array(shape) - 1)
    square = at // DENSITY_SIDE_PX
    length = np.array([stations.step(line) for line in range(len(stations.starts) - 1)])
    place = square[:, 0] * size[1] + square[:, 1]
    sums = np.bincount(place, length[stations.line], minlength=size[0] * size[1])
    heights, widths = (
        np.minimum(DENSITY_SIDE_PX, side - DENSITY_SIDE_PX * np.arange(count))
        for side, count in zip(shape, size, strict=True)
    )
    return np.asarray(sums.reshape(size) / np.outer(heights, widths), np.float32)


def _loops(mask: NDArray[np.bool_]) -> int:
    """Holes of the mask that are no pinholes."""
    holes, _ = ndimage.label(~np.pad(mask, 1))
    sizes = np.bincount(holes[1:-1, 1:-1].ravel(), minlength=2)
    return int(np.count_nonzero(sizes[2:] >= SMALLEST_HOLE_PX))


def _quantiles(widths: Widths | None, members: NDArray[np.bool_]) -> tuple[float, ...] | None:
    if widths is None:
        return None
    values = widths.diameter_px[members & widths.counts]
    if not values.size:
        return None
    return tuple(float(value) for value in np.quantile(values, QUANTILES))


def _measured(widths: Widths | None, members: NDArray[np.bool_]) -> float:
    if widths is None or not members.any():
        return 0.0
    return float(np.mean(widths.counts[members]))


def _ratio(line: Line) -> float | None:
    points = line.course.points
    straight = float(np.hypot(*(points[-1] - points[0])))
    length = float(line.course.along[-1])
    return length / straight if straight > 0.1 * length else None


def _tortuosity(lines: list[Line], lengths: Floats) -> float | None:
    known = [
        (ratio, length)
        for line, length in zip(lines, lengths.tolist(), strict=True)
        if length >= 10 and (ratio := _ratio(line)) is not None
    ]
    if not known:
        return None
    ratios, weights = np.array(known).T
    return float(np.average(ratios, weights=weights))
