"""The alignment audit: do the labels lie on the vessels of the picture, the stated way round?

Labels that were transposed or mirrored train without any sign of error, and one case can even be
learnt by heart; in square pictures no size gives them away. So each way to lay the labels over the
picture is tried, and the stated one must fit the dark structures of the MinIP clearly best.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from dsanet.prepare import PreparedRun
from dsanet.prepare.coarse import shrink, shrink_field, small_structures
from dsatrain.data.orientations import AS_STORED, ORIENTATIONS

MARGIN = 0.15
"""By so much one way must fit better than all others to be certain. In 40 phantoms, whole and cut
square, the right way was better by 0.20 at least."""

FITS = 0.65
"""What lies on vessels fits at least so well; 0.5 is chance."""

COVERED = 0.5
"""Share of a coarse pixel that labels must cover to count."""


@dataclass(frozen=True)
class Alignment:
    """How well labels fit their picture.

    Attributes:
        verdict: `right`, `wrong` (another way fits clearly better) or `unclear`.
        stated: Fit of the labels as they are: the probability that a labelled pixel is darker than
            an unlabelled one, 0 to 1; 0.5 is chance.
        best: The way that fits best, of `ORIENTATIONS`.
        best_fit: Its fit.
        next_fit: The best fit of the ways other than the stated one; 0.5 where there is none.
    """

    verdict: str
    stated: float
    best: str
    best_fit: float
    next_fit: float

    def __str__(self) -> str:
        """Say it in words, for reports and notes."""
        if self.verdict == "right":
            return f"labels fit ({self.stated:.2f}, next best {self.next_fit:.2f})"
        if self.verdict == "wrong":
            return (
                f"labels do not fit as stored ({self.stated:.2f}) but {self.best}"
                f" ({self.best_fit:.2f})"
            )
        if self.stated < 1 - FITS:
            return f"labels lie on bright pixels ({self.stated:.2f}), vessels should be dark"
        return f"labels fit about as well {self.best} ({self.stated:.2f}, {self.best_fit:.2f})"


def audit(prepared: PreparedRun, labels: NDArray[np.uint8]) -> Alignment:
    """Try all ways to lay labels over a run's MinIP.

    Args:
        prepared: The run.
        labels: uint8 (H, W); all but 0 is vessel.

    Returns:
        How well they fit; `unclear` where nothing is labelled.
    """
    field = shrink_field(prepared.field)
    depth = small_structures(shrink(prepared.minip[None]), field)[0][field]
    ranks = rankdata(depth)
    fits = {}
    for name, orient in ORIENTATIONS.items():
        turned = orient(labels)
        if turned.shape == labels.shape:
            fits[name] = _fit(ranks, shrink(turned[None] > 0)[0][field] >= COVERED)
    stated = fits.pop(AS_STORED)
    other = max(fits, key=lambda name: fits[name])
    verdict = "unclear"
    if stated >= max(FITS, fits[other] + MARGIN):
        verdict = "right"
    elif fits[other] >= max(FITS, stated + MARGIN):
        verdict = "wrong"
    best = AS_STORED if verdict == "right" else other
    return Alignment(verdict, stated, best, max(stated, fits[other]), fits[other])


def _fit(ranks: NDArray[np.float64], chosen: NDArray[np.bool_]) -> float:
    """Area under the ROC curve, from the Mann-Whitney U statistic."""
    inside = int(np.count_nonzero(chosen))
    outside = len(chosen) - inside
    if not inside or not outside:
        return 0.5
    return float((ranks[chosen].sum() - inside * (inside + 1) / 2) / (inside * outside))
