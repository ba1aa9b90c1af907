"""The round of uncertain places of a run, the most rewarding first."""

from typing import Any

import numpy as np

from dsanet.edit import UncertainPlace, uncertain_places
from DSASegmentationLib.nodes import imageOf, referenceOf
from DSASegmentationLib.probabilities import probabilitiesOf
from DSASegmentationLib.runs import FIELD
from DSASegmentationLib.segments import labelsOf, proposedLabelsOf, segmentationOf


class PlaceTour:
    """Where the user is on the round.

    Attributes:
        places: All of them, in the order of the round.
        at: Which of them is looked at, from 0; -1 before the first.
    """

    def __init__(self, browser: Any) -> None:
        """Find the places of a run as its segments are now; those already corrected drop out.

        Args:
            browser: A run's browser node, or None: there are none.
        """
        self.places = placesOf(browser) if browser is not None else []
        self.at = -1

    def step(self, count: int) -> UncertainPlace | None:
        """Go some places on, or back if negative, round and round; None if there are none."""
        if not self.places:
            return None
        first = self.at < 0 and count < 0
        self.at = (0 if first else self.at) + count
        self.at %= len(self.places)
        return self.places[self.at]


def placesOf(browser: Any) -> list[UncertainPlace]:
    """Find the uncertain places of a run.

    Args:
        browser: A run's browser node.

    Returns:
        See `dsanet.edit.uncertain_places`; none where the scene has no probabilities, as that of
        an earlier version, or no segments.
    """
    segmentation, chances = segmentationOf(browser), probabilitiesOf(browser)
    if segmentation is None or chances is None:
        return []
    labels = labelsOf(segmentation, browser)
    proposed = proposedLabelsOf(segmentation, browser)
    field = referenceOf(browser, FIELD)
    exposed = np.ones(labels.shape, np.bool_) if field is None else imageOf(field).astype(np.bool_)
    edited = None if proposed is None else labels != proposed
    return uncertain_places(chances, labels, exposed, edited=edited)
