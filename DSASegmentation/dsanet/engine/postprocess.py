"""From scores to the answer: probabilities, labels, and what to tell the user about them."""

import numpy as np
from numpy.typing import NDArray

from dsanet import labels
from dsanet.engine.backend import Array
from dsanet.prepare import PreparedRun


def softmax(scores: Array, temperatures: tuple[float, ...] = (1.0, 1.0, 1.0)) -> Array:
    """Probabilities of scores.

    Args:
        scores: float32 (3, H, W).
        temperatures: What each class's scores are divided by so that a probability of 0.8 is
            right eight times of ten; `ModelPackage.temperatures`.

    Returns:
        float32 (3, H, W), summing to 1 at each pixel.
    """
    if set(temperatures) != {1.0}:
        scores = scores / np.array(temperatures, np.float32)[:, None, None]
    raised: Array = np.exp(scores - scores.max(axis=0))
    np.divide(raised, raised.sum(axis=0), out=raised)
    return raised


def visible(prepared: PreparedRun) -> NDArray[np.bool_]:
    """Where there is anything to see: nowhere in a picture of one grey value."""
    grey = prepared.minip[prepared.field]
    return prepared.field & bool(grey.size and grey.min() < grey.max())


def to_labels(
    probabilities: Array, seen: NDArray[np.bool_], vessel_threshold: float | None = None
) -> NDArray[np.uint8]:
    """The more probable vessel where one is probable enough; background elsewhere.

    The most probable class gives the fewest wrong pixels, a lower threshold the higher Dice: of
    calibrated probabilities the best one is half the Dice that it reaches (Lipton, Elkan and
    Naryanaswamy 2014, "Optimal Thresholding of Classifiers to Maximize F1 Measure").

    Args:
        probabilities: (3, H, W).
        seen: bool (H, W), from `visible`; background where there is nothing to see.
        vessel_threshold: The probability of BV and MAT together from which on a pixel is vessel;
            None takes the most probable class.

    Returns:
        uint8 (H, W), values of `dsanet.labels`.
    """
    background, bv, mat = probabilities
    if vessel_threshold is None:
        is_vessel = background < np.maximum(bv, mat)
    else:
        is_vessel = 1 - background >= vessel_threshold
    vessel = np.where(mat > bv, labels.MAT, labels.BV)
    return np.where(is_vessel & seen, vessel, labels.BACKGROUND).astype(np.uint8)


def warnings(found: NDArray[np.uint8], *, unseen: bool = False) -> tuple[str, ...]:
    """What a user should know about labels, one sentence each.

    Args:
        found: uint8 (H, W).
        unseen: Whether MAT was given to BV because no trunk was plain and an overview showed none.
    """
    if not found.any():
        return ("No vessel was found in this run.",)
    if unseen:
        return (
            "No main artery trunk (MAT) was found in this run: what looks like one from near does"
            " not in the whole picture, and is BV.",
        )
    if not np.any(found == labels.MAT):
        return ("No main artery trunk (MAT) was found in this run.",)
    return ()
