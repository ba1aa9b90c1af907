"""Runs from another generator than `dsatrain.phantom`: flat trees that share none of its code.

A trunk enters at the lower edge, wanders and forks again and again by Murray's law (r^3 of a parent
is the sum over its children), in the picture's plane. X-rays pass through 2 sqrt(R^2 - d^2) of each
vessel, R = r + 0.3 px; vessels add up. Contrast moves along the tree and passes as a gamma variate.
Blur, smooth and white noise, a change of brightness, a smooth blush. No bones, catheter, veins or
motion. MAT is the trunk up to its first fork, BV the branches that are 1.4 px wide at least and
whose mean depth is twice the noise of a pixel and a tenth of the trunk's.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from dsanet.io import DSARun
from dsanet.io.run import RunFacts
from dsanet.labels import merge

Floats = NDArray[np.float64]
STEP_PX = 0.5
BINS = 12
MOST_PIECES, LEAST_BRANCHES = 120_000, 8_000


@dataclass(frozen=True, eq=False)
class Pieces:
    """Points along all vessels: (n,) each; places and radii in pixels, arrival in seconds."""

    row: Floats
    column: Floats
    radius: Floats
    arrival: Floats
    trunk: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class PlainTree:
    """A run and its labels, uint8 (H, W)."""

    run: DSARun
    labels: NDArray[np.uint8]


def plain_tree(seed: int) -> PlainTree:
    """Make a run of 384 to 640 px and 4 to 16 frames."""
    rng = np.random.default_rng((seed, 77))
    size = tuple(int(n) for n in rng.integers(384, 641, 2))
    pieces = grown(size, rng)
    while np.sum(~pieces.trunk) < LEAST_BRANCHES:
        pieces = grown(size, rng)
    times = np.arange(int(rng.integers(4, 17))) / rng.uniform(2.0, 5.0)
    arrival_s = pieces.arrival / pieces.arrival.max() * times[-1] * rng.uniform(0.3, 0.8)
    blur, noise = rng.uniform(0.5, 1.3), rng.uniform(0.006, 0.03)
    edges = np.linspace(0, arrival_s.max(), BINS)
    maps = thickness_by_bin(replace(pieces, arrival=arrival_s), edges, size)
    curves = passing(times[:, None] - edges[None], times[-1] * rng.uniform(0.3, 0.7))
    trunk_depth = rng.uniform(0.35, 0.7)
    factor = trunk_depth / np.quantile(maps.sum(axis=0)[cover(pieces, pieces.trunk, size)], 0.8)
    contrast = factor * np.tensordot(curves, maps, 1)
    depth = gaussian_filter(contrast.max(axis=0), blur)
    pixels = recorded(contrast, blur, noise, rng)
    at = np.round([pieces.row, pieces.column]).astype(int)
    _, vessel = np.unique(pieces.radius, return_inverse=True)
    mean = np.bincount(vessel, depth[at[0], at[1]]) / np.bincount(vessel)
    shown = (pieces.radius >= 0.7) & (mean[vessel] > max(2 * noise, 0.1 * trunk_depth))
    truth = merge(cover(pieces, shown & ~pieces.trunk, size), cover(pieces, pieces.trunk, size))
    facts = RunFacts(intensity_relationship="LOG", viewing_mode="SUB", times_stated=True)
    return PlainTree(DSARun(pixels, times, None, facts, f"plain-{seed}"), truth)


def grown(size: tuple[int, int], rng: np.random.Generator) -> Pieces:
    """Grow a tree, widest tips first; arrival counts in steps, slower in thin vessels."""
    rows, columns = size
    scale = min(size) / 512
    start = (rows - 1.0, columns * rng.uniform(0.35, 0.65), -np.pi / 2, 0.0)
    tips = [(*start, scale * rng.uniform(5, 9), rows * rng.uniform(0.2, 0.45), True)]
    found = []
    while tips and sum(map(len, found)) < MOST_PIECES:
        tips.sort(key=lambda tip: tip[4])
        row, column, heading, arrival, radius, length, trunk = tips.pop()
        course = wander((row, column, heading), int(length / STEP_PX), rng)
        moments = arrival + np.arange(1, len(course) + 1) * (scale * 6 / (radius + scale))
        inside = np.all((course[:, :2] >= 0) & (course[:, :2] <= np.array(size) - 1), axis=1)
        kept = int(np.argmin(inside)) if not inside.all() else len(course)
        if not kept:
            continue
        part = np.column_stack([course, moments, np.full(len(course), radius)])[:kept]
        found.append(np.column_stack([part, np.full(kept, float(trunk))]))
        if kept == len(course) and radius > 0.6:
            tips += [(*course[-1, :2], *fork, False) for fork in forks(part[-1], rng)]
    row, column, _, arrival, radius, trunk = np.concatenate(found).T
    return Pieces(row, column, radius, arrival, trunk > 0)


def wander(start: tuple[float, float, float], count: int, rng: np.random.Generator) -> Floats:
    """A smooth random course: row, column and heading of each step, (count, 3)."""
    turning = gaussian_filter(rng.standard_normal(max(count, 4)), 12) * 0.1
    heading = start[2] + np.cumsum(turning)
    row = start[0] + STEP_PX * np.cumsum(np.sin(heading))
    column = start[1] + STEP_PX * np.cumsum(np.cos(heading))
    return np.column_stack([row, column, heading])


def forks(end: Floats, rng: np.random.Generator) -> list[tuple[float, float, float, float]]:
    """Heading, arrival, radius and length of the two children of a vessel."""
    _, _, heading, arrival, radius = end
    share = rng.uniform(0.15, 0.5)
    side = rng.choice([-1, 1])
    children = []
    for part, turn in ((share, side * rng.uniform(0.5, 1.2)), (1 - share, -side * 0.35)):
        thinner = radius * part ** (1 / 3)
        children.append((heading + turn, arrival, thinner, thinner * rng.uniform(10, 30) + 10))
    return children


def thickness_by_bin(pieces: Pieces, edges: Floats, size: tuple[int, int]) -> Floats:
    """Length of each pixel's ray inside vessels of each arrival, float64 (B, H, W)."""
    maps = np.zeros((len(edges), size[0] * size[1]))
    for radius in np.unique(pieces.radius):
        of = pieces.radius == radius
        pixel, chord, nearest = chords(pieces, of, float(radius) + 0.3, size)
        bins = np.searchsorted(edges, pieces.arrival[of][nearest])
        np.add.at(maps, (np.minimum(bins, len(edges) - 1), pixel), chord)
    return maps.reshape(-1, *size)


def chords(
    pieces: Pieces, of: NDArray[np.bool_], radius: float, size: tuple[int, int]
) -> tuple[NDArray[np.int64], Floats, NDArray[np.int64]]:
    """Pixels of vessels of one radius: flat index, chord, and which of the pieces is nearest."""
    side = np.arange(-int(np.ceil(radius)), int(np.ceil(radius)) + 1)
    row, column = (values[of][:, None, None] for values in (pieces.row, pieces.column))
    rows = np.round(row).astype(int) + side[:, None] + 0 * side
    columns = np.round(column).astype(int) + side + 0 * side[:, None]
    left = radius**2 - (rows - row) ** 2 - (columns - column) ** 2
    inside = (left > 0) & (rows >= 0) & (rows < size[0]) & (columns >= 0) & (columns < size[1])
    piece = np.broadcast_to(np.arange(len(rows))[:, None, None], rows.shape)[inside]
    pixel, left = (rows * size[1] + columns)[inside], left[inside]
    order = np.lexsort((-left, pixel))
    first = order[np.unique(pixel[order], return_index=True)[1]]
    return pixel[first], 2 * np.sqrt(left[first]), piece[first]


def cover(pieces: Pieces, chosen: NDArray[np.bool_], size: tuple[int, int]) -> NDArray[np.bool_]:
    """The pixels whose centres lie in chosen pieces, bool (H, W)."""
    mask = np.zeros(size[0] * size[1], bool)
    for radius in np.unique(pieces.radius[chosen]):
        of = chosen & (pieces.radius == radius)
        mask[chords(pieces, of, max(float(radius), 0.7), size)[0]] = True
    return mask.reshape(size)


def passing(after: Floats, peak_s: float) -> Floats:
    """Concentration by time since arrival: a gamma variate, 1 at its peak."""
    share = np.clip(after + 0.05 * peak_s, 0, None) / peak_s
    return np.asarray((share * np.exp(1 - share)) ** 1.5)


def recorded(
    contrast: Floats, blur: float, noise: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Grey values of 8 bits, vessels dark."""
    count, *size = contrast.shape
    blush = gaussian_filter(rng.random(size), min(size) / 9)
    blush = (blush - blush.min()) / np.ptp(blush) * rng.uniform(0, 0.08)
    grain = rng.uniform(0, 0.8)
    level = rng.uniform(0.6, 0.85) + rng.normal(0, 0.01, count)
    frames = []
    for frame, image in enumerate(contrast):
        speckle = rng.standard_normal(size)
        speckle = (1 - grain) * speckle + grain * gaussian_filter(speckle, 0.8) * 3
        seen = gaussian_filter(image, blur) + blush * frame / count + noise * speckle
        frames.append(level[frame] - 0.6 * seen)
    return np.round(np.clip(np.stack(frames), 0, 1) * 255).astype(np.uint8)
