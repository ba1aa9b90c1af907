"""Time-density curves: darkness over time, the baseline taken away, of short pieces of vessels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from dsanet.measure.lines.find import Stations

Floats = NDArray[np.float64]

CELL_PX = 4.0
"""Length of vessel whose pixels share a curve: shorter than contrast travels between two frames,
long enough to average the noise."""


CLEAR_PX, RING_PX, RING_STEP = 3, 6, 2
"""The surroundings begin so far from any vessel, are so wide, and every so-manieth pixel counts."""


@dataclass(frozen=True, eq=False)
class Curves:
    """Curves of cells, pieces of lines.

    Attributes:
        times: float64 (T,), seconds.
        values: float64 (cells, T), darkness above the baseline, grey values.
        cell: int64 (stations,), number of each station's cell.
        line: int64 (cells,), number of each cell's line.
        pixels: int64 (cells,), how many pixels it averages; 0 where a cell has none.
        noise: float64 (cells,), standard deviation of a value.
        baseline_frames: How many frames before contrast make the baseline; 0 if there are none and
            the background's grey is taken.
    """

    times: Floats
    values: Floats
    cell: NDArray[np.int64]
    line: NDArray[np.int64]
    pixels: NDArray[np.int64]
    noise: Floats
    baseline_frames: int


def curves_of(
    frames: NDArray[np.float32],
    times: Floats,
    first: int,
    background: float,
    stations: Stations,
    owners: NDArray[np.int64],
) -> Curves:
    """Average the pixels of each cell in each frame, less what lies beside the vessel.

    Blush, veins out of focus and drift add to a vessel's darkness as to its surroundings'; left in,
    they delay the peak by up to half a frame.

    Args:
        frames: float32 (T, H, W), vessels dark.
        times: float64 (T,), seconds.
        first: First frame with contrast; those before are the baseline.
        background: Grey value of the background, used where there are none.
        stations: Those of all lines.
        owners: int64 (H, W), station of each labelled pixel or -1.
    """
    cell, line = _cells(stations)
    darkness, pixels = _means(frames, cell, owners, len(line))
    around, known = _means(frames, cell, _surroundings(stations, owners), len(line))
    darkness -= np.where(known[:, None] > 0, around + background, 0.0)
    if first > 0:
        level = darkness[:, :first].mean(axis=1, keepdims=True)
    else:
        level = np.full((len(line), 1), -background)
    values = np.where(pixels[:, None] > 0, darkness - level, 0.0)
    return Curves(times, values, cell, line, pixels, _noise(values), first)


def mean_curve(curves: Curves, chosen: NDArray[np.bool_]) -> Floats:
    """Mean curve of some cells by their pixels, float64 (T,); zeros where they have none."""
    weight = np.where(chosen, curves.pixels, 0).astype(np.float64)
    return np.asarray(weight @ curves.values / max(float(weight.sum()), 1.0))


def roi_curve(
    frames: NDArray[np.float32], roi: NDArray[np.bool_], first: int, background: float
) -> Floats:
    """Curve of a region, float64 (T,), darkness above its baseline.

    Args:
        frames: float32 (T, H, W), vessels dark.
        roi: bool (H, W), at least one pixel.
        first: First frame with contrast.
        background: Grey value of the background, the baseline where `first` is 0.
    """
    darkness = -frames[:, roi].mean(axis=1, dtype=np.float64)
    level = float(darkness[:first].mean()) if first > 0 else -background
    return np.asarray(darkness - level)


def _cells(stations: Stations) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number of each station's cell, and each cell's line."""
    own = np.floor(stations.along / CELL_PX).astype(np.int64)
    new = np.concatenate(([0], (np.diff(own) != 0) | (np.diff(stations.line) != 0)))
    cell = np.cumsum(new).astype(np.int64)
    starts = np.flatnonzero(np.concatenate(([1], new[1:]))) if len(new) else np.empty(0, np.int64)
    return cell, stations.line[starts]


def _means(
    frames: NDArray[np.float32],
    cell: NDArray[np.int64],
    owners: NDArray[np.int64],
    count: int,
) -> tuple[Floats, NDArray[np.int64]]:
    rows, columns = np.nonzero(owners >= 0)
    of = cell[owners[rows, columns]]
    pixels = np.bincount(of, minlength=count)
    sums = np.stack([np.bincount(of, -frame[rows, columns], count) for frame in frames], axis=1)
    return sums / np.maximum(pixels, 1)[:, None], pixels


def _surroundings(stations: Stations, owners: NDArray[np.int64]) -> NDArray[np.int64]:
    """The nearest station of some pixels beside vessels, -1 elsewhere: int64 (H, W)."""
    beside = np.full(owners.shape, -1, np.int64)
    vessels = owners >= 0
    if not vessels.any():
        return beside
    inner = ndimage.binary_dilation(vessels, iterations=CLEAR_PX)
    ring = ndimage.binary_dilation(inner, iterations=RING_PX) & ~inner
    pixels = np.argwhere(ring)[::RING_STEP]
    if len(pixels):
        _, nearest = cKDTree(stations.points).query(pixels)
        beside[tuple(pixels.T)] = nearest
    return beside


def _noise(values: Floats) -> Floats:
    """Standard deviation of a value, from how the curves of three neighbours differ.

    Neighbouring cells carry the same bolus, so what they do not share is noise.
    """
    if len(values) < 3:
        return np.full(len(values), max(0.05 * float(np.ptp(values)), 1e-6) if values.size else 0.0)
    own = values - 0.5 * (np.roll(values, 1, 0) + np.roll(values, -1, 0))
    each = np.sqrt(np.mean(own**2, axis=1) / 1.5)
    return np.asarray(np.clip(each, 0.5 * np.median(each), 2 * np.median(each)) + 1e-9)
