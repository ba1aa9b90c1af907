"""Job: one run on its way through the worker into the scene."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from dsanet.errors import DSAError
from dsanet.prepare import PrepareChoices

State = Literal["waiting", "running", "done", "failed", "cancelled"]
ENDED: tuple[State, ...] = ("done", "failed", "cancelled")

WAITING = "Waiting"
STAGES = {
    "start": "Starting",
    "read": "Reading",
    "load": "Loading the model",
    "prepare": "Preparing",
    "infer": "Segmenting",
    "show": "Showing",
}
"""What is shown while a stage runs."""

MEASURED = ("infer", "show")
"""The stages that tell how far they are; of the others only the beginning and the end are known."""


@dataclass(eq=False)
class Job:
    """One run on its way. `Segmenter` alone changes it, and only in `Segmenter.poll` and `cancel`.

    Attributes:
        run: The run's browser node.
        model: Name or folder of the model package; None is the active one.
        choices: What the preparation is to keep to.
        decided: What the run had as its choices when the job began.
        listener: Told of every change, from `Segmenter.poll`.
        state: Where it is.
        stage: The same for people: of `STAGES`, or `WAITING`, or how it ended.
        share: How much of the stage is done, 0 to 1; None where nobody can tell.
        segmentation: The vtkMRMLSegmentationNode, once done.
        error: Why it failed.
        warnings: What the user should know about the prediction, one sentence each.
    """

    run: Any
    model: str | None
    choices: PrepareChoices
    decided: PrepareChoices
    listener: "Callable[[Job], None] | None" = None
    state: State = "waiting"
    stage: str = WAITING
    share: float | None = None
    segmentation: Any = None
    error: DSAError | None = None
    warnings: tuple[str, ...] = field(default=())

    @property
    def ended(self) -> bool:
        """Whether nothing will happen any more."""
        return self.state in ENDED

    @property
    def standing(self) -> tuple[Any, ...]:
        """What a listener wants to hear of when it changes."""
        return self.state, self.stage, self.share

    def enter(self, stage: str, share: float = 0.0) -> None:
        """Note how far the job is.

        Args:
            stage: Of the keys of `STAGES`.
            share: Of the stage.
        """
        self.state, self.stage = "running", STAGES[stage]
        self.share = share if stage in MEASURED else None

    def end(self, state: State, error: DSAError | None = None) -> None:
        """Note how the job ended; a second end changes nothing.

        Args:
            state: Of `ENDED`.
            error: Why, if it failed.
        """
        if not self.ended:
            self.state, self.stage, self.error = state, state.capitalize(), error
            self.share = 1.0 if state == "done" else None
