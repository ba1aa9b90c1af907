"""How far a batch is: a bar on a terminal, or a line for each run."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dsanet.batch import Event
from dsanet.cli.progress import STAGES

Report = Callable[[Event], None]

BATCH_STAGES = {"look": "Looking for runs", "check": "Checking", **STAGES}
"""What is shown while a stage runs."""

LONGEST_PATH = 40
"""Letters of a run's path beside the bar; its end says more than its beginning."""


@contextmanager
def batch_bar(*, enabled: bool) -> Iterator[Report | None]:
    """Show a bar over all runs on standard error while the block runs, and clear it afterwards.

    Args:
        enabled: Whether to show one at all.

    Yields:
        What to tell the progress, None where there is no bar, as without rich.
    """
    try:
        from rich.console import Console
        from rich.markup import escape
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    except ImportError:
        enabled = False
    if not enabled:
        yield None
        return
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[left]:<14}"),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, left="")

        def report(event: Event) -> None:
            if event.row is not None and event.row.status in ("refused", "failed"):
                bar.console.print(line_of(event), end="", markup=False, highlight=False)
            looking = event.stage == "look"
            bar.update(
                task,
                total=None if looking else event.total,
                completed=event.total if looking else event.ended,
                left=left_text(event.seconds_left),
                description=escape(_what(event)),
            )

        yield report


def line_of(event: Event) -> str:
    """Describe a run that has ended in one line.

    Args:
        event: With a row.
    """
    row = event.row
    if row is None:
        return ""
    facts = [f"{name} {count}" for name, count in row.facts.get("pixels", {}).items()]
    facts += [f"{row.seconds:.1f} s"] if row.seconds is not None else []
    left = left_text(event.seconds_left) if event.ended < event.total else ""
    parts = [f"{row.status} {row.path.as_posix()}", row.reason, ", ".join(facts), left]
    words = "; ".join(part for part in parts if part)
    return f"[{event.ended}/{event.total}] {' '.join(words.split())}\n"


def left_text(seconds: float | None) -> str:
    """Say how long it still takes.

    >>> left_text(None), left_text(42), left_text(170), left_text(7300)
    ('', '42 s left', '3 min left', '2 h 2 min left')
    """
    if seconds is None:
        return ""
    if seconds < 100:
        return f"{seconds:.0f} s left"
    minutes = round(seconds / 60)
    return f"{minutes} min left" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min left"


def _what(event: Event) -> str:
    stage = STAGES.get(
        event.stage, {"look": "Looking for runs", "check": "Checking"}.get(event.stage, "")
    )
    path = event.path.as_posix()
    shown = path if len(path) <= LONGEST_PATH else f"...{path[3 - LONGEST_PATH :]}"
    return stage if event.stage in ("look", "end") else f"{stage} {shown}"
