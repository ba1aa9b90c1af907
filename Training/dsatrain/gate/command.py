"""`dsatrain gate`: judges a child, writes the report; the exit code says whether it passed."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from dsanet.cli.streams import show
from dsanet.errors import DSAError
from dsanet.packages import find_package
from dsanet.packages.gate_record import ACCEPT
from dsatrain.gate.judging import OnProgress, judge
from dsatrain.gate.report import report_json, report_table, write_report


class NotAcceptedError(DSAError):
    """The verdict is not `accept`; the report tells why."""


def run_command(arguments: argparse.Namespace) -> None:
    """Run `dsatrain gate`.

    Raises:
        NotAcceptedError: The child may not take its parent's place.
        DSAError: A model cannot be used or the report not be written.
    """
    child, parent = find_package(arguments.child), find_package(arguments.parent)
    with _bar() as on_progress:
        report = judge(
            child,
            parent,
            arguments.data,
            split=arguments.split,
            device=arguments.device,
            on_progress=on_progress,
        )
    path = write_report(report, arguments.output)
    show(report_json(report) if arguments.json else report_table(report))
    if report.verdict != ACCEPT:
        msg = f"{report.verdict}: {report.reasons[0]}; {path} tells all"
        raise NotAcceptedError(msg)


@contextmanager
def _bar() -> Iterator[OnProgress]:
    """A bar on a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield lambda _what, _done, _count: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("gate", total=None)

        def on_progress(what: str, done: int, count: int) -> None:
            bar.update(task, completed=done, total=count, description=what)

        yield on_progress
