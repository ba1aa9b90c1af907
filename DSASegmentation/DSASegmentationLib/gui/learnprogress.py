"""How far a task of learning is: from what it tells to a bar and words."""

from dataclasses import dataclass
from typing import Any

from slicer.i18n import tr as _

STEPS, PACKAGING = "steps", "packaging"
"""Stages of a fine-tuning; the others are named by the `progress` events of dsatrain."""

MINUTE = 60


@dataclass(frozen=True)
class Progress:
    """What a task has told last.

    Attributes:
        stage: What is done now; empty before anything was told.
        done: How much of it.
        count: How much there is; 0 where that is not known.
        secondsLeft: Until the last step of a fine-tuning; None where that is not known.
    """

    stage: str = ""
    done: int = 0
    count: int = 0
    secondsLeft: float | None = None

    def after(self, event: dict[str, Any]) -> "Progress":
        """Take in an event; one that tells no progress changes nothing."""
        kind = event.get("event")
        if kind == "progress":
            stage = str(event.get("stage", ""))
            return Progress(stage, int(event.get("done", 0)), int(event.get("count", 0)))
        if kind == "step":
            step, steps = int(event.get("step", 0)), int(event.get("steps", 0))
            return Progress(STEPS, step, steps, event.get("seconds_left"))
        return Progress(PACKAGING) if kind == PACKAGING else self

    def text(self, otherwise: str) -> str:
        """Say it.

        Args:
            otherwise: What to say of a stage that has no words, as before the first one.
        """
        words = _words().get(self.stage, otherwise)
        if self.stage == STEPS:
            return words if self.secondsLeft is None else f"{words}, {_left(self.secondsLeft)}"
        if not self.count:
            return words
        counted = _("{words}, {done} of {count}")
        return counted.format(words=words, done=self.done, count=self.count)


def _words() -> dict[str, str]:
    return {
        STEPS: _("Fine-tuning"),
        PACKAGING: _("Packing the model"),
        "looking": _("Looking at the cases"),
        "reading cases": _("Reading the test cases"),
        "cases": _("Judging on test cases"),
        "making phantoms": _("Making phantoms"),
        "phantoms": _("Judging on phantoms"),
        "runs": _("Ranking runs"),
    }


def _left(seconds: float) -> str:
    if seconds < MINUTE:
        return _("{seconds:.0f} s left").format(seconds=seconds)
    return _("{minutes:.0f} min left").format(minutes=seconds / MINUTE)
