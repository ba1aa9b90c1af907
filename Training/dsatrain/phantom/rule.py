"""The rule that says which pixels of a phantom are MAT and which are BV.

The written rule of DSCA's annotators is not published, so phantoms follow one of their own, by name
(`VesselSettings.mat_rule`), that can be read off the picture:

`trunk`
    MAT is the injected artery that feeds the brain, from the catheter's tip (or the edge of the
    exposed field) to where it ends: the common and internal carotid artery up to the carotid
    terminus, the vertebral artery and the basilar artery up to the basilar tip. It takes the part
    downstream of a stenosis along; an occlusion ends it. All other arteries are BV.
`trunk and first continuation`
    The same with M1.
`none`
    No MAT: all arteries are BV. Injections of the external carotid artery and of thin arteries
    of no name follow this rule, so that a picture alone decides whether there is MAT: one
    with a carotid siphon, a vertebrobasilar axis or a plain dominant trunk has some; one whose
    arteries all fan out to face, scalp and meninges has none.

In all of them:

- A BV pixel's centre lies inside the outline of an artery (at least 0.7 px of radius) of more than
  `VISIBLE_RADIUS_MM`, where it makes the MinIP over the arterial window darker by `VISIBLE_SHARE`
  of what the deepest arteries do in any frame and by `VISIBLE_NOISE` standard deviations of the
  noise at that place, averaged over the artery's width.
- MAT is whole: the trunk is marked up to the farthest place where it can be seen.
- A saccular aneurysm takes the class of the artery that it sits on.
- Where classes cross, MAT wins. Veins, blush, catheter and metal are background, and so is all that
  the collimator covers.
- Labels lie where the head is in the frame in which the arteries are darkest.
"""

import numpy as np
from numpy.typing import NDArray

from dsanet import labels
from dsanet.prepare.normalise import VESSEL_PERCENTILE
from dsatrain.phantom.arteries import Role
from dsatrain.phantom.projection import Samples
from dsatrain.phantom.settings import MatRule
from dsatrain.phantom.thickness import LEAST_RADIUS_PX
from dsatrain.phantom.vessels import Floats

VISIBLE_RADIUS_MM = 0.15
"""0.3 mm of lumen, the visible limit in the science notes."""
VISIBLE_NOISE = 1.5
"""A vessel is labelled if its depth in the MinIP exceeds this many standard deviations of noise,
averaged over its width as the eye does."""
VISIBLE_SHARE = 0.2
"""And this share of the deepest arteries' depth. How deep these are in units of the detector is not
seen on a picture whose window is set by them, neither by people nor by the network."""


def label_of(role: Role, rule: MatRule) -> int:
    """Give the class of a named artery, a value of `dsanet.labels`.

    >>> label_of("continuation", "trunk") == labels.BV
    True
    """
    if rule == "none" or role == "branch":
        return labels.BV
    if role == "continuation" and rule == "trunk":
        return labels.BV
    return labels.MAT


def deepest(samples: Samples, depth: Floats, exposed_px: int) -> float:
    """Give the depth that `dsanet.prepare.normalise` takes for that of a well-filled vessel.

    Args:
        samples: Pieces of arteries in the exposed field.
        depth: float64 (n,), natural-log units in the frame where they are deepest.
        exposed_px: Size of the field.

    Returns:
        The depth that is exceeded in `VESSEL_PERCENTILE` per cent of the field, in half of the
        arteries' area where they cover less than twice that; 0 where there are none. Pieces that
        lie one over another are counted side by side.
    """
    if not len(depth):
        return 0.0
    per_mm = samples.radius_px / samples.radius_mm
    area = 2 * np.maximum(samples.radius_px, LEAST_RADIUS_PX) * samples.length_mm * per_mm
    order = np.argsort(-depth)
    covered = np.cumsum(area[order])
    wanted = min(VESSEL_PERCENTILE / 100 * exposed_px, covered[-1] / 2)
    return float(depth[order][np.searchsorted(covered, wanted)])


def visible(
    samples: Samples, depth: Floats, noise: Floats, deepest_depth: float
) -> NDArray[np.bool_]:
    """Say which pieces of arteries are labelled.

    Args:
        samples: Pieces of arteries.
        depth: float64 (n,), natural-log units in the MinIP.
        noise: float64 (n,), standard deviation of a pixel's noise at their places.
        deepest_depth: From `deepest`.

    Returns:
        bool (n,).
    """
    averaged = noise / np.sqrt(np.maximum(2 * samples.radius_px, 1))
    plain = depth > np.maximum(VISIBLE_NOISE * averaged, VISIBLE_SHARE * deepest_depth)
    seen = plain & (samples.radius_mm > VISIBLE_RADIUS_MM)
    trunk = (samples.label == labels.MAT) & (samples.fill > 0.5)
    if np.any(seen & trunk):
        seen |= trunk & (samples.arrival <= samples.arrival[seen & trunk].max())
    return seen
