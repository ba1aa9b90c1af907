"""Where the model is unsure: a map to lay over the run."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.labels import CLASS_COUNT
from DSASegmentationLib.errors import SceneError
from DSASegmentationLib.nodes import setFact
from DSASegmentationLib.probabilities import addProbabilities
from DSASegmentationLib.runs import UNCERTAINTY, putVolume, sizeOf

COLORS = "vtkMRMLColorTableNodeYellow"
"""Black to yellow; neither class has that colour."""

LEAST_SHOWN = 0.1
"""Below this the overlay is transparent."""

MOST = 1 - 1 / CLASS_COUNT
"""Where all classes are equally probable."""


def uncertainty(probabilities: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """Give the probability that the most probable class is the wrong one.

    Args:
        probabilities: (3, H, W), one plane a label value, summing to 1 at each pixel.

    Returns:
        float32 (H, W), from 0 to 2/3: 1 - max(p).

    >>> uncertainty(np.array([[[0.5]], [[0.25]], [[0.25]]], np.float16)).tolist()
    [[0.5]]
    """
    highest = probabilities.max(axis=0).astype(np.float32)
    return np.asarray(np.clip(1 - highest, 0, MOST), np.float32)


def addUncertainty(browser: Any, probabilities: NDArray[np.floating[Any]]) -> Any:
    """Put the uncertainty of a prediction into the scene; that of an earlier one is replaced.

    The probabilities themselves are kept too, see `probabilities`.

    Args:
        browser: The run's browser node.
        probabilities: Of `Prediction`.

    Returns:
        The vtkMRMLScalarVolumeNode, transparent where the model is sure.

    Raises:
        SceneError: It is of another size than the run.
    """
    image = uncertainty(probabilities)
    if image.shape != sizeOf(browser):
        msg = f"probabilities of {image.shape} rows and columns, {browser.GetName()} has other ones"
        raise SceneError(msg)
    addProbabilities(browser, probabilities)
    volume = putVolume(browser, UNCERTAINTY, image)
    volume.CreateDefaultDisplayNodes()
    display = volume.GetDisplayNode()
    display.SetAndObserveColorNodeID(COLORS)
    display.SetInterpolate(False)
    display.SetAutoWindowLevel(False)
    display.SetWindowLevelMinMax(-MOST, MOST)  # from half to full yellow: black hides vessels
    display.SetAutoThreshold(False)
    display.SetThreshold(LEAST_SHOWN, MOST)
    display.SetApplyThreshold(True)
    setFact(volume, "Shows", "1 - probability of the most probable class")
    return volume
