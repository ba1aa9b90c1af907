"""finetune(): from a plan to the child's package, told step by step, stoppable and resumable."""

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from dsanet.atomic import new_folder
from dsanet.errors import PackageError
from dsanet.packages import ModelPackage, load_package
from dsanet.packages.manifest import TRUNK_IN_OVERVIEW
from dsatrain.finetune.frozen import in_a_sentence
from dsatrain.finetune.pace import Pace, in_words
from dsatrain.finetune.plan import Plan
from dsatrain.finetune.trunk import trunk_threshold
from dsatrain.packaging import trial_engine, write_package
from dsatrain.train import Reached, Watch, reached, train
from dsatrain.train.lock import working_in
from dsatrain.train.loop import Stop

log = logging.getLogger(__name__)

TRAINING = "training"
"""The folder of checkpoints, `history.csv`, curves and pictures, beside the package."""

WATCH = Watch(report_every=10, checkpoint_minutes=1.0, validation_runs=1)

OnEvent = Callable[[dict[str, Any]], None]
"""Told what happens, as plain JSON values:

| `event` | other keys |
| --- | --- |
| `plan` | `name`, `parent`, `lines` |
| `step` | `step`, `steps`, `loss`, `seconds_left` (None at first) |
| `report` | a row of `history.csv`: `step`, `loss`, `BV dice` ... |
| `packaging` | `step` whose weights are kept |
| `done` | `package`, `name`, `weights_sha256`, `fingerprint` |

The command tells `progress` before that (`stage`, `done`, `count`), as `gate` and `rank` do.
"""


def finetune(
    plan: Plan,
    folder: Path,
    *,
    device: str = "auto",
    watch: Watch = WATCH,
    on_event: OnEvent = lambda _event: None,
    stop: Stop = lambda: False,
) -> ModelPackage | None:
    """Fine-tune, or go on with the fine-tuning that lies in a folder.

    Under torchrun every process calls this; the first one tells and writes.

    Args:
        plan: From `make_plan`.
        folder: Becomes the home of the package `NAME/` and of `training/`; it is made if missing.
        device: `auto`, `cuda`, `mps` or `cpu`.
        watch: How often to report and save.
        on_event: See `OnEvent`.
        stop: Asked after each step; True leaves a checkpoint, and the same call goes on.

    Returns:
        The child; None on other processes than the first.

    Raises:
        CancelledError: `stop` answered True.
        CaseError: A case has changed since the plan was made.
        HeldError: Another fine-tuning works in the folder.
        ValueError: The folder holds a fine-tuning of another plan.
        DSAError: The parent cannot be used, or a file not be written.
    """
    on_event(
        {"event": "plan", "name": plan.name, "parent": plan.parent.name, "lines": plan.lines()}
    )
    with new_folder(folder), working_in(folder, is_first=is_first()):
        return _finetune(plan, folder, device, watch, on_event, stop)


def is_first() -> bool:
    """Whether this is the process that tells and writes: alone, or the first under torchrun."""
    return os.environ.get("RANK", "0") == "0"


def _finetune(
    plan: Plan, folder: Path, device: str, watch: Watch, on_event: OnEvent, stop: Stop
) -> ModelPackage | None:
    """Train in a folder that nobody else works in, and package what came of it."""
    teller = _Teller(plan.config.steps, on_event)
    with in_a_sentence():
        trainer = train(
            plan.config,
            folder / TRAINING,
            plan.parent,
            data=plan.data(),
            watch=replace(watch, on_report=lambda row: on_event({"event": "report", **row})),
            device=device,
            on_step=teller.step,
            stop=stop,
        )
    if not trainer.place.is_first:
        return None
    found = reached(folder / TRAINING)
    on_event({"event": "packaging", "step": found.weights_step})
    package = _packaged(plan, found, folder / plan.name, device)
    on_event(
        {
            "event": "done",
            "package": str(package.folder),
            "name": package.name,
            "weights_sha256": package.weights_sha256,
            "fingerprint": package.fingerprint,
        }
    )
    return package


def _packaged(plan: Plan, found: Reached, folder: Path, device: str) -> ModelPackage:
    """Write the child's package, unless one of the same weights and plan is there already."""
    facts = {
        "training": {
            "steps_done": found.step,
            "weights_of_step": found.weights_step,
            **found.config.as_dict(),
        },
        **plan.facts(),
        "scores": None,
    }
    with suppress(PackageError):
        before = load_package(folder)
        if all(before.manifest.get(key) == value for key, value in facts.items()):
            return before
    network, weights, lowest = found.config.network, found.weights, plan.parent.trunk_in_overview
    if lowest is not None:
        with trial_engine(network, weights, device, facts) as engine:
            facts[TRUNK_IN_OVERVIEW] = trunk_threshold(engine, lowest)
    with new_folder(folder):
        write_package(folder, plan.name, network, weights, facts)
    return load_package(folder)


class _Teller:
    """Turns steps into events, and says once how long it takes."""

    def __init__(self, steps: int, on_event: OnEvent) -> None:
        self._steps, self._on_event = steps, on_event
        self._pace, self._said = Pace(steps), False

    def step(self, step: int, loss: float) -> None:
        left = self._pace.seconds_left(step)
        if left is not None and not self._said:
            log.info("about %s to go, measured on the first steps", in_words(left))
            self._said = True
        self._on_event(
            {
                "event": "step",
                "step": step,
                "steps": self._steps,
                "loss": round(loss, 4),
                "seconds_left": left and round(left, 1),
            }
        )
