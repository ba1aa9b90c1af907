"""The probabilities of a prediction in the scene: two hidden pictures, one a vessel class.

They tell where a look is worth most. 8 bits are kept, steps of 0.4 %: what is calibrated on a few
hundred pictures is known no better.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.labels import BACKGROUND, CLASS_COUNT, CLASSES
from DSASegmentationLib.nodes import imageOf, referenceOf
from DSASegmentationLib.runs import CHANCES, putVolume

MOST = 255
ROLES = tuple(zip(CHANCES, CLASSES, strict=True))


def addProbabilities(browser: Any, probabilities: NDArray[np.floating[Any]]) -> None:
    """Keep the probabilities of a prediction; those of an earlier one are replaced.

    Args:
        browser: The run's browser node.
        probabilities: (3, H, W), one plane a label value, summing to 1 at each pixel.
    """
    shares = np.nan_to_num(probabilities.astype(np.float32)).clip(0, 1)
    for role, entry in ROLES:
        volume = putVolume(browser, role, np.rint(shares[entry.value] * MOST).astype(np.uint8))
        volume.SetHideFromEditors(True)


def probabilitiesOf(browser: Any) -> NDArray[np.float32] | None:
    """Give the probabilities of a run's last prediction.

    Args:
        browser: A run's browser node.

    Returns:
        float32 (3, H, W), one plane a label value; None where the scene has them not.
    """
    volumes = {entry.value: referenceOf(browser, role) for role, entry in ROLES}
    if None in volumes.values():
        return None
    shares = {value: imageOf(node).astype(np.float32) / MOST for value, node in volumes.items()}
    found = np.zeros((CLASS_COUNT, *shares[CLASSES[0].value].shape), np.float32)
    for value, share in shares.items():
        found[value] = share
    found[BACKGROUND] = (1 - sum(shares.values())).clip(0)
    return found
