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
  `VISIBLE_RADIUS_MM`, where it makes the MinIP over the arterial window darker by `VISIBLE_DROP` of
  the background's grey and by `VISIBLE_NOISE` standard deviations of the noise at that place,
  averaged over the artery's width.
- MAT is whole: the trunk is marked up to the farthest place where it can be seen.
- A saccular aneurysm takes the class of the artery that it sits on.
- Where classes cross, MAT wins. Veins, blush, catheter and metal are background, and so is all that
  the collimator covers.
- Labels lie where the head is in the frame in which the arteries are darkest.
"""

import numpy as np
from numpy.typing import NDArray

from dsanet import labels
from dsatrain.phantom.arteries import Role
from dsatrain.phantom.projection import Samples
from dsatrain.phantom.settings import MatRule
from dsatrain.phantom.vessels import Floats

VISIBLE_RADIUS_MM = 0.15
"""0.3 mm of lumen, the visible limit in the science notes."""
VISIBLE_NOISE = 1.5
"""A vessel is labelled if its depth in the MinIP exceeds this many standard deviations of noise,
averaged over its width as the eye does."""
VISIBLE_DROP = 0.10
"""And by this share of the background's grey; DSCA's annotators marked vessels at a mean contrast
ratio of 0.47 to 0.80 a run (science notes, section 1.4), so hardly any above 0.9."""


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


def visible(samples: Samples, depth: Floats, noise: Floats, gain: float) -> NDArray[np.bool_]:
    """Say which pieces of arteries are labelled.

    Args:
        samples: Pieces of arteries.
        depth: float64 (n,), natural-log units in the MinIP.
        noise: float64 (n,), standard deviation of a pixel's noise at their places.
        gain: Share of the background's grey that one natural-log unit takes away.

    Returns:
        bool (n,).
    """
    averaged = noise / np.sqrt(np.maximum(2 * samples.radius_px, 1))
    plain = depth > np.maximum(VISIBLE_NOISE * averaged, VISIBLE_DROP / gain)
    seen = plain & (samples.radius_mm > VISIBLE_RADIUS_MM)
    trunk = (samples.label == labels.MAT) & (samples.fill > 0.5)
    if np.any(seen & trunk):
        seen |= trunk & (samples.arrival <= samples.arrival[seen & trunk].max())
    return seen
