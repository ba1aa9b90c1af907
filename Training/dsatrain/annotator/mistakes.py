"""What an annotator sees at a glance: where labels and truth differ by more than a pixel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from skimage.morphology import skeletonize

from dsanet.labels import CLASSES

Labels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Box = tuple[slice, slice]


@dataclass(frozen=True, eq=False)
class ClassView:
    """One class of one label image.

    Attributes:
        mask: bool (H, W).
        outline: bool (H, W), its outermost pixels.
        near_outline: bool (H, W), within 1 px of these.
        centre: bool (H, W), its skeleton.
    """

    mask: Mask
    outline: Mask
    near_outline: Mask
    centre: Mask

    @classmethod
    def of(cls, mask: Mask) -> "ClassView":
        """Look at a mask."""
        outline = mask & _beside(~mask, beyond=True)
        near = outline | _beside(outline, beyond=False)
        return cls(mask, outline, near, skeletonize(mask))

    def within(self, box: Box) -> "ClassView":
        """Look at a part of the picture."""
        return ClassView(
            self.mask[box], self.outline[box], self.near_outline[box], self.centre[box]
        )


class Truth:
    """The true labels, looked at once."""

    def __init__(self, labels: Labels) -> None:
        """Look at true labels, uint8 (H, W)."""
        self.labels = labels
        self.views = {entry.value: ClassView.of(labels == entry.value) for entry in CLASSES}

    def mistakes(self, answer: Labels, box: Box = (slice(None), slice(None))) -> NDArray[np.uint8]:
        """Mark what keeps surface Dice and clDice below 1.

        Args:
            answer: uint8 (H, W).
            box: The part of the picture looked at.

        Returns:
            uint8, of the box's size: how many of these hold at a pixel for either class: it lies on
            one outline and farther than 1 px from the other, or on one skeleton and outside the
            other mask.
        """
        total = np.zeros(answer[box].shape, np.uint8)
        for value, whole in self.views.items():
            true, found = whole.within(box), ClassView.of(answer[box] == value)
            total += true.outline & ~found.near_outline
            total += found.outline & ~true.near_outline
            total += true.centre & ~found.mask
            total += found.centre & ~true.mask
        return total

    def reached(self, answer: Labels, goal: float) -> bool:
        """Say whether surface Dice at 1 px and clDice of each class have reached a goal."""
        return all(score >= goal for pair in self.scores(answer).values() for score in pair)

    def scores(self, answer: Labels) -> dict[int, tuple[float, float]]:
        """Surface Dice at 1 px and clDice of each class; 1 where neither has the class."""
        return {
            value: _scores(ClassView.of(answer == value), true)
            for value, true in self.views.items()
        }


def _beside(mask: Mask, *, beyond: bool) -> Mask:
    """Pixels that have the mask above, below, left or right of them, at 1 px."""
    wide = np.pad(mask, 1, constant_values=beyond)
    return wide[:-2, 1:-1] | wide[2:, 1:-1] | wide[1:-1, :-2] | wide[1:-1, 2:]


def _scores(found: ClassView, true: ClassView) -> tuple[float, float]:
    if not (found.mask.any() and true.mask.any()):
        both = float(found.mask.any() == true.mask.any())
        return both, both
    close = (true.outline & found.near_outline).sum() + (found.outline & true.near_outline).sum()
    surface = close / (true.outline.sum() + found.outline.sum())
    precise, sensitive = true.mask[found.centre].mean(), found.mask[true.centre].mean()
    total = precise + sensitive
    return float(surface), float(2 * precise * sensitive / total) if total else 0.0
