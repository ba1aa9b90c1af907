"""What a command tells while it works: JSON lines to a program, a bar to a person."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dsanet.cli.streams import show

OnProgress = Callable[[str, int, int], None]
"""Told the stage in a word, how much of it is done, and how much there is."""


def tell_event(event: str, **values: object) -> None:
    """Write an event as one line of JSON.

    Args:
        event: Its kind: `progress` with `stage`, `done` and `count`, or `done` at the end.
        values: Its other keys, as JSON values.
    """
    show(json.dumps({"event": event, **values}) + "\n")


@contextmanager
def telling(*, as_json: bool) -> Iterator[OnProgress]:
    """Tell progress: as JSON lines; else as a bar on a terminal; else not at all."""
    if as_json:
        yield lambda stage, done, count: tell_event("progress", stage=stage, done=done, count=count)
    elif sys.stderr.isatty():
        with _bar() as on_progress:
            yield on_progress
    else:
        yield lambda _stage, _done, _count: None


@contextmanager
def _bar() -> Iterator[OnProgress]:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda stage, done, count: bar.update(
            task, description=stage, completed=done, total=count
        )
