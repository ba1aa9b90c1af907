"""The four tasks: plan, fine-tune, judge, rank."""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsanet.packages import ModelPackage, check_name, default_home
from DSASegmentationLib.jobs.python import Python
from DSASegmentationLib.learning.report import REPORT_FILE, Report, readReport
from DSASegmentationLib.learning.task import OnEvent, Task, failed
from DSASegmentationLib.learning.training import TRAININGS, Training, trainingOf


@dataclass(frozen=True)
class Options:
    """What a user may decide about a fine-tuning; None leaves it to the recipe.

    Attributes:
        name: The child's; empty makes one of the parent's and the cases' hash.
        parent: Name or folder of the model to start from; empty is the active one.
        device: `auto`, `cuda`, `mps` or `cpu`.
        steps: Steps of the training.
        cropPx: Side of the square crops, pixels.
        batchSize: Crops in a step.
        python: What runs it; None is that of the application.
    """

    name: str = ""
    parent: str = ""
    device: str = "auto"
    steps: int | None = None
    cropPx: int | None = None
    batchSize: int | None = None
    python: Python | None = None

    def arguments(self) -> list[str]:
        """The same in the words of the command line."""
        values = {
            "--name": self.name,
            "--parent": self.parent,
            "--device": self.device,
            "--steps": self.steps,
            "--crop-px": self.cropPx,
            "--batch-size": self.batchSize,
        }
        return [f"{key}={value}" for key, value in values.items() if value]


RECIPE = Options()


@dataclass(frozen=True)
class Plan:
    """What a fine-tuning would do.

    Attributes:
        training: Where it would happen, or has begun to.
        lines: What it uses, what it leaves out and why, how long it takes; sentences.
    """

    training: Training
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Ranked:
    """One run in the order in which corrections teach most.

    Attributes:
        place: From 1.
        name: The run's.
        gain: What it is expected to teach, 0 to 1.
        why: One sentence.
    """

    place: int
    name: str
    gain: float
    why: str


def planning(
    dataset: Path, options: Options = RECIPE, listener: OnEvent | None = None
) -> Task[Plan]:
    """Find out what a fine-tuning would do; nothing is written.

    Args:
        dataset: The data set's folder.
        options: What was decided.
        listener: Told what happens.

    Raises:
        DSAError: There is no Python to start.
    """
    arguments = ["finetune", *options.arguments(), "--dry-run", "--progress-json", "--data"]
    return Task(arguments, dataset, _plan, python=options.python, listener=listener)


def fineTuning(
    dataset: Path, options: Options = RECIPE, listener: OnEvent | None = None
) -> Task[Training]:
    """Fine-tune, or go on with a fine-tuning of the same cases and options.

    Args:
        dataset: The data set's folder.
        options: What was decided.
        listener: Told what happens: the events of `dsatrain.finetune.run.OnEvent`.

    Raises:
        DSAError: There is no Python to start.
    """
    arguments = ["finetune", *options.arguments(), "--progress-json", "--data"]
    return Task(arguments, dataset, _child, python=options.python, listener=listener)


def gating(
    child: ModelPackage,
    dataset: Path,
    output: Path | None = None,
    *,
    parent: str = "",
    split: str = "test",
    options: Options = RECIPE,
    listener: OnEvent | None = None,
) -> Task[Report]:
    """Judge whether a child may take its parent's place.

    Args:
        child: The model to judge.
        dataset: Its accepted cases of the split judge.
        output: For the report; None is the child's training folder.
        parent: Name or folder of the model to compare with; empty is the active one.
        split: `test` or `train`.
        options: Device and Python.
        listener: Told `progress` with `stage`, `done` and `count`.

    Raises:
        DSAError: There is no Python to start.
    """
    where = output or trainingOf(child.name).gateFolder
    before = _stamp(where / REPORT_FILE)

    def read(_said: list[str], words: str) -> Report:
        if _stamp(where / REPORT_FILE) == before:
            raise failed(words)
        return readReport(where / REPORT_FILE)

    models = [str(child.folder), *([parent] if parent else [])]
    choices = ["--data", str(dataset.absolute()), "--split", split, "--device", options.device]
    arguments = ["gate", *models, *choices, "--progress-json", "--output"]
    return Task(arguments, where, read, python=options.python, listener=listener)


def ranking(
    folder: Path,
    count: int | None = None,
    options: Options = RECIPE,
    listener: OnEvent | None = None,
) -> Task[list[Ranked]]:
    """Say which unlabelled runs teach most when they are corrected.

    Args:
        folder: Of runs, or a data set.
        count: Only the first ones; None for all.
        options: Device and Python.
        listener: Told `progress` with `stage`, `done` and `count`.

    Raises:
        DSAError: There is no Python to start.
    """
    counted = ["--count", str(count)] if count else []
    arguments = ["rank", "--progress-json", "--device", options.device, *counted]
    return Task(arguments, folder, _ranked, python=options.python, listener=listener)


def _plan(said: list[str], words: str) -> Plan:
    event = _last(said, "plan")
    if words or event is None:
        raise failed(words)
    folder = default_home() / TRAININGS / check_name(str(event["name"]))
    return Plan(Training(folder), tuple(map(str, event["lines"])))


def _child(said: list[str], words: str) -> Training:
    event = _last(said, "done")
    if words or event is None:
        raise failed(words)
    return Training(Path(str(event["package"])).parent)


def _ranked(said: list[str], words: str) -> list[Ranked]:
    event = _last(said, "done")
    if words or event is None:
        raise failed(words)
    try:
        return [
            Ranked(int(each["place"]), str(each["name"]), float(each["gain"]), str(each["why"]))
            for each in event["runs"]
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise failed(words) from error


def _last(said: list[str], kind: str) -> dict[str, Any] | None:
    """The last event of a kind."""
    for line in reversed(said):
        with suppress(ValueError, AttributeError):
            event: dict[str, Any] = json.loads(line)
            if event.get("event") == kind:
                return event
    return None


def _stamp(path: Path) -> int:
    """Tells whether a file was written anew; 0 where there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
