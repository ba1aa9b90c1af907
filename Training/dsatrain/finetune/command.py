"""`dsatrain finetune`: the plan first, then progress for a person or as JSON lines."""

import argparse
import logging
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from dsanet.cli.streams import show
from dsanet.packages import default_home, find_package
from dsatrain.finetune.choose import choose
from dsatrain.finetune.pace import in_words
from dsatrain.finetune.plan import Plan, make_plan
from dsatrain.finetune.run import OnEvent, finetune, is_first
from dsatrain.stopping import at_once
from dsatrain.telling import OnProgress, tell_event, telling
from dsatrain.train.command import stoppable

log = logging.getLogger(__name__)

LOOKING = "looking"
"""The stage before the plan: each case is read and checked."""

SETTINGS = ("steps", "batch_size", "crop_px", "learning_rate", "seed", "loaders")
"""Of `TrainConfig`, that the command line may change."""


def run_command(arguments: argparse.Namespace) -> None:
    """Run `dsatrain finetune`.

    Raises:
        DSAError: The parent or the data cannot be used, or a file not be written.
        KeyboardInterrupt: It was stopped; the same command goes on.
    """
    parent = find_package(arguments.parent)
    with _looking(arguments) as on_progress:
        chosen = choose(arguments.data, parent, arguments.device, partial(on_progress, LOOKING))
    changes = {name: getattr(arguments, name) for name in SETTINGS}
    plan = make_plan(parent, chosen, arguments.name, replays=not arguments.no_replay, **changes)
    folder = arguments.output or default_home() / "trainings" / plan.name
    with _telling(plan, folder, arguments) as on_event:
        if arguments.dry_run:
            on_event({"event": "plan", "name": plan.name, "lines": plan.lines()})
            return
        with stoppable() as asked, ExitStack() as moment:
            moment.enter_context(at_once())

            def tell(event: dict[str, Any]) -> None:
                """Steps are finished when it is stopped; before and after them nothing is lost."""
                if event["event"] in ("step", "packaging"):
                    moment.close()
                if event["event"] == "packaging":
                    moment.enter_context(at_once())
                on_event(event)

            finetune(plan, folder, device=arguments.device, on_event=tell, stop=asked)


@contextmanager
def _looking(arguments: argparse.Namespace) -> Iterator[OnProgress]:
    """What the first process tells while it looks at the cases."""
    if not is_first():
        yield lambda _stage, _done, _count: None
        return
    with telling(as_json=arguments.progress_json) as on_progress:
        yield on_progress


@contextmanager
def _telling(plan: Plan, folder: Path, arguments: argparse.Namespace) -> Iterator[OnEvent]:
    """What the first process tells: JSON lines, or words and on a terminal a bar."""
    if not is_first():
        yield lambda _event: None
    elif arguments.progress_json:
        yield lambda event: tell_event(**event)
    else:
        with _bar(plan.config.steps) as step:
            yield _Words(folder, arguments.data, step).tell


class _Words:
    """Tells events to a person."""

    def __init__(self, folder: Path, data: Path, step: OnEvent) -> None:
        self._folder, self._data, self._step = folder, data, step

    def tell(self, event: dict[str, Any]) -> None:
        if event["event"] == "plan":
            show("".join(f"{line}\n" for line in (*event["lines"], f"folder {self._folder}")))
        elif event["event"] == "step":
            self._step(event)
        elif event["event"] == "done":
            show(self._next(event))

    def _next(self, event: dict[str, Any]) -> str:
        name, folder = event["name"], event["package"]
        report = self._folder / "gate"
        return (
            f"{name} {event['weights_sha256']} is ready in {folder}\n"
            f"next: dsatrain gate {folder} --data {self._data} --output {report}\n"
            f"then: dsanet models import {folder}\n"
            f"      dsanet models activate {name} --gate {report / 'gate.json'}\n"
        )


@contextmanager
def _bar(steps: int) -> Iterator[OnEvent]:
    """A bar on a terminal, else nothing: the log tells the rows of the history."""
    if not sys.stderr.isatty():
        yield lambda _event: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("fine-tuning", total=steps)

        def on_step(event: dict[str, Any]) -> None:
            left = event["seconds_left"]
            words = f", {in_words(left)} left" if left else ""
            told = f"fine-tuning, loss {event['loss']:.3f}{words}"
            bar.update(task, completed=event["step"], description=told)

        yield on_step
