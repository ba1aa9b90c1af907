"""Which of a training's validated weights are the ones to keep, and when to stop looking."""

from typing import Any

from torch import Tensor

from dsanet.labels import CLASSES

JUDGED = tuple(entry.name for entry in CLASSES)


class Selection:
    """The best weights so far, and how long ago they were."""

    def __init__(self, patience: int = 0) -> None:
        """Begin without any.

        Args:
            patience: Validations in a row without a better one after which it is over; 0 for never.
        """
        self.patience = patience
        self.step = -1
        self.score = float("-inf")
        self.weights: dict[str, Tensor] = {}
        self.waited = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing better is expected."""
        return 0 < self.patience <= self.waited

    def offer(self, step: int, dice: dict[str, float | None], weights: dict[str, Tensor]) -> None:
        """Take validated weights where they are better than all before.

        Args:
            step: Steps done.
            dice: By class name, 0 to 1, None for a class that no run holds; the mean of BV and MAT
                decides.
            weights: On the CPU, not changed afterwards.
        """
        found = [value for name in JUDGED if (value := dice[name]) is not None]
        score = sum(found) / len(found) if found else 0.0
        self.waited += 1
        if score > self.score:
            self.step, self.score, self.weights, self.waited = step, score, weights, 0

    def state(self) -> dict[str, Any]:
        """All of it, for `dsatrain.train.checkpoints`."""
        return {key: value for key, value in vars(self).items() if key != "patience"}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up what `state` gave."""
        vars(self).update(state)
