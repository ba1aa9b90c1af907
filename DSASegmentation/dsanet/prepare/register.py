"""The translation that brings a mask onto a frame, to a fraction of a pixel, by SimpleITK.

Mutual information was measured against what else is at hand, on 15 pairs of native phantoms of
1024 x 1024 moved by several pixels, vessels filled in one of the two. Distance from the true shift
in pixels (median, 90th percentile): mutual information 0.14 and 0.37, correlation 0.28 and 0.72,
trimmed least squares 1.4 and 3.8. Vessels pull the others away from the bones.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import SimpleITK
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.prepare.coarse import exposed_weight

SMALLEST_SIDE = 16
"""Coarse pictures with fewer rows or columns hold too little to be registered."""

BINS = 32
SAMPLED = 0.5
FIRST_STEP, LAST_STEP, MOST_STEPS = 1.0, 0.02, 40
"""Histogram bins, share of the pixels that are compared, the optimizer's steps in coarse pixels."""

EDGE_SIGMA = 3.0
"""Gaussian sigma in coarse pixels; what is wider than bone edges does not tell two shifts apart."""

ALIKE = 0.5
"""Two pictures whose edges correlate by less are searched for a large shift."""

TRUST = 0.05
"""A measured shift is preferred unless the edges correlate by so much less: vessels that have
filled disturb this correlation, not mutual information."""

FAR_SHARE = 0.04
"""Further than this share of the longer side a shift is only believed of pictures that are alike:
noise alone agrees best with itself anywhere."""

SEARCH_SIDE = 64
OVERLAP = 0.4
"""Side in pixels of the pictures for that search, and the share of the field that must overlap."""

sitk: Any = SimpleITK  # it comes without types
Picture = NDArray[np.float32]
Field = NDArray[np.bool_]
Shift = tuple[float, float]


@dataclass(frozen=True)
class Match:
    """How a mask lies on a frame.

    Attributes:
        shift: Rows down and columns to the right by which the mask has to move, in coarse pixels,
            to a hundredth.
        alike: Correlation of the edges of the two after that, -1 to 1.
    """

    shift: Shift
    alike: float


def match(mask: Picture, frame: Picture, field: Field, start: Shift = (0.0, 0.0)) -> Match:
    """Find the translation that brings a mask onto a frame.

    Args:
        mask: float32 (h, w), coarse.
        frame: float32 (h, w), coarse.
        field: bool (h, w), the pixels that count in both.
        start: Rows and columns at which the search begins.

    Returns:
        The measured shift, or the start or none where that fits clearly better; a shift far from
        the start, which is searched for when none of these fits, only where it fits well.
    """
    if min(mask.shape) < SMALLEST_SIDE:
        return Match(start, 1.0)

    def tried(shift: Shift) -> Match:
        return Match(shift, alike(mask, frame, field, shift))

    def far(one: Match) -> bool:
        steps = (abs(one.shift[axis] - start[axis]) for axis in (0, 1))
        return bool(max(steps) > FAR_SHARE * max(mask.shape))

    found = [tried(shift) for shift in dict.fromkeys((start, (0.0, 0.0)))]
    found.append(tried(_refined(mask, frame, field, start)))
    if max(one.alike for one in found) < ALIKE:
        found.append(tried(_refined(mask, frame, field, _searched(mask, frame, field))))
    believed = [one for one in found if one.alike >= ALIKE or not far(one)]
    best = max(one.alike for one in believed)
    return next(one for one in reversed(believed) if one.alike >= best - TRUST)


def alike(mask: Picture, frame: Picture, field: Field, shift: Shift) -> float:
    """Correlate the edges of a frame with those of the moved mask, where the two overlap.

    Args:
        mask: float32 (h, w), coarse.
        frame: float32 (h, w), coarse.
        field: bool (h, w), the pixels that count in both.
        shift: Rows down and columns to the right by which the mask is moved.

    Returns:
        -1 to 1; -1 where less than 0.4 of the field overlaps, 1 where nothing is to be seen.
    """
    moved = ndimage.shift(np.where(field, mask, np.nan), shift, order=1, cval=np.nan)
    both = field & np.isfinite(moved)
    if both.sum() < OVERLAP * field.sum():
        return -1.0
    pair = [_edges(picture, both)[both] for picture in (moved, frame)]
    if min(float(part.std()) for part in pair) == 0:
        return 1.0
    return float(np.corrcoef(pair)[0, 1])


def _edges(picture: Picture, field: Field) -> Picture:
    inside = np.where(field, picture - picture[field].mean(), 0)
    around = ndimage.gaussian_filter(inside, EDGE_SIGMA) / exposed_weight(field, EDGE_SIGMA)
    return np.where(field, inside - around, 0).astype(np.float32)


def _refined(mask: Picture, frame: Picture, field: Field, start: Shift) -> Shift:
    """Maximise the mutual information of Mattes et al. (IEEE TMI 22:120, 2003) from a start on."""
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(BINS)
    method.SetMetricSamplingStrategy(method.REGULAR)
    method.SetMetricSamplingPercentage(SAMPLED, seed=1)
    inside = sitk.GetImageFromArray(field.astype(np.uint8))
    method.SetMetricFixedMask(inside)
    method.SetMetricMovingMask(inside)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(FIRST_STEP, LAST_STEP, MOST_STEPS)
    # ITK moves the grid and names columns first: the picture goes the other way.
    method.SetInitialTransform(sitk.TranslationTransform(2, (-start[1], -start[0])))
    try:
        found = method.Execute(sitk.GetImageFromArray(frame), sitk.GetImageFromArray(mask))
    except RuntimeError:
        return start
    column, row = found.GetParameters()
    return (round(-row, 2), round(-column, 2)) if np.isfinite(row + column) else start


def _searched(mask: Picture, frame: Picture, field: Field) -> Shift:
    """Find a shift of any size by normalised correlation (Padfield, IEEE TIP 21:2706, 2012)."""
    factor = max(1, -(-max(mask.shape) // SEARCH_SIDE))
    small = field[::factor, ::factor]
    edges = (ndimage.uniform_filter(_edges(picture, field), factor) for picture in (frame, mask))
    fixed, moving = (sitk.GetImageFromArray(picture[::factor, ::factor]) for picture in edges)
    inside = sitk.GetImageFromArray(small.astype(np.float32))
    try:
        found = sitk.MaskedFFTNormalizedCorrelation(
            fixed, moving, inside, inside, int(OVERLAP * small.sum())
        )
    except RuntimeError:
        return 0.0, 0.0
    scores = sitk.GetArrayViewFromImage(found)
    row, column = np.unravel_index(int(scores.argmax()), scores.shape)
    rows, columns = small.shape
    return float((row - rows + 1) * factor), float((column - columns + 1) * factor)
