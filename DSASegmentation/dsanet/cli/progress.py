"""The progress bar on stderr, drawn by rich where it is installed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

STAGES = {
    "read": "Reading",
    "load": "Loading the model",
    "prepare": "Preparing",
    "infer": "Segmenting",
    "write": "Writing",
}
"""What is shown while a stage runs."""


@contextmanager
def progress_bar(*, enabled: bool) -> Iterator[Callable[[str, float], None]]:
    """Show a bar with the time left while the block runs, and clear it afterwards.

    Args:
        enabled: Whether to show one at all; without rich there is none.

    Yields:
        A function to be told the stage and the share of it that is done, 0 to 1.
    """
    try:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
    except ImportError:
        enabled = False
    if not enabled:
        yield lambda _stage, _done: None
        return
    columns = (TextColumn("{task.description:<18}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks = {
            stage: bar.add_task(title, total=1.0, visible=False, start=False)
            for stage, title in STAGES.items()
        }

        started: set[str] = set()

        def report(stage: str, done: float) -> None:
            if stage not in started:
                started.add(stage)
                bar.start_task(tasks[stage])
            bar.update(tasks[stage], completed=done, visible=True)

        yield report
