"""What an annotator sees at a glance: where labels and truth differ by more than a pixel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from skimage.morphology import skeletonize

from dsanet.labels import CLASSES

Labels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Box = tuple[slice, slice]
Score = tuple[int, str]
"""A class and `surface` or `centre`."""


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
        self._seen = labels, self.views

    def mistakes(self, answer: Labels, lacking: frozenset[Score]) -> Mask:
        """Mark what keeps some of the scores below 1.

        Args:
            answer: uint8 (H, W).
            lacking: The scores that are looked at.

        Returns:
            bool (H, W): for one of the classes the pixel lies on one outline and farther than 1 px
            from the other (surface Dice), or on one skeleton and outside the other mask (clDice).
        """
        total = np.zeros(answer.shape, np.bool_)
        found_views = self._look(answer)
        for value, true in self.views.items():
            found = found_views[value]
            for kind, wrong in KINDS.items():
                if (value, kind) in lacking:
                    total |= wrong(true, found) > 0
        return total

    def saved(
        self,
        before: Labels,
        after: Labels,
        box: Box,
        lacking: frozenset[Score],
        *,
        careful: bool = True,
    ) -> int:
        """Count the mistakes that a change takes away.

        Args:
            before: uint8, of the box's size.
            after: Alike.
            box: The part of the picture that these are.
            lacking: The scores that are not good enough yet.
            careful: Whether harm done to the others counts, too.
        """
        saved = 0
        for value, whole in self.views.items():
            old, new = before == value, after == value
            if np.array_equal(old, new):
                continue
            true, views = whole.within(box), (ClassView.of(old), ClassView.of(new))
            for kind, wrong in KINDS.items():
                then, now = (int(wrong(true, view).sum()) for view in views)
                if (value, kind) in lacking:
                    saved += then - now
                elif careful:
                    saved += min(then - now, 0)
        return saved

    def lacking(self, answer: Labels, goal: float) -> frozenset[Score]:
        """Say which scores, surface Dice at 1 px and clDice of each class, are below a goal."""
        scores = self.scores(answer).items()
        return frozenset(
            (value, kind)
            for value, pair in scores
            for kind, score in zip(KINDS, pair, strict=True)
            if score < goal
        )

    def scores(self, answer: Labels) -> dict[int, tuple[float, float]]:
        """Surface Dice at 1 px and clDice of each class; 1 where neither has the class."""
        found = self._look(answer)
        return {value: _scores(found[value], true) for value, true in self.views.items()}

    def _look(self, answer: Labels) -> dict[int, ClassView]:
        """Look at an answer, which nobody alters, once while it is the last."""
        if answer is not self._seen[0]:
            views = {value: ClassView.of(answer == value) for value in self.views}
            self._seen = answer, views
        return self._seen[1]


def _off_outline(true: ClassView, found: ClassView) -> NDArray[np.uint8]:
    missed = (true.outline & ~found.near_outline).astype(np.uint8)
    return np.asarray(missed + (found.outline & ~true.near_outline))


def _off_centre(true: ClassView, found: ClassView) -> NDArray[np.uint8]:
    missed = (true.centre & ~found.mask).astype(np.uint8)
    return np.asarray(missed + (found.centre & ~true.mask))


KINDS = {"surface": _off_outline, "centre": _off_centre}
"""What counts as wrong for surface Dice and for clDice, in the order of a class's scores."""


def _beside(mask: Mask, *, beyond: bool) -> Mask:
    """Pixels that have the mask above, below, left or right of them, at 1 px."""
    found = np.zeros_like(mask)
    found[1:] = mask[:-1]
    found[:-1] |= mask[1:]
    found[:, 1:] |= mask[:, :-1]
    found[:, :-1] |= mask[:, 1:]
    if beyond:
        found[[0, -1]] = found[:, [0, -1]] = True
    return found


def _scores(found: ClassView, true: ClassView) -> tuple[float, float]:
    if not (found.mask.any() and true.mask.any()):
        both = float(found.mask.any() == true.mask.any())
        return both, both
    close = (true.outline & found.near_outline).sum() + (found.outline & true.near_outline).sum()
    surface = close / (true.outline.sum() + found.outline.sum())
    precise, sensitive = true.mask[found.centre].mean(), found.mask[true.centre].mean()
    total = precise + sensitive
    return float(surface), float(2 * precise * sensitive / total) if total else 0.0
