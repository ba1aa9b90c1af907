"""`dsatrain gate`: judges a child, writes the report; the exit code says whether it passed."""

import argparse

from dsanet.atomic import new_folder
from dsanet.cli.streams import show
from dsanet.errors import DSAError
from dsanet.packages import find_package
from dsanet.packages.gate_record import ACCEPT
from dsatrain.gate.judging import judge
from dsatrain.gate.report import report_json, report_table, write_report
from dsatrain.stopping import at_once, uninterrupted
from dsatrain.telling import tell_event, telling
from dsatrain.train.lock import working_in


class NotAcceptedError(DSAError):
    """The verdict is not `accept`; the report tells why."""


def run_command(arguments: argparse.Namespace) -> None:
    """Run `dsatrain gate`.

    Raises:
        NotAcceptedError: The child may not take its parent's place.
        HeldError: Another gate works in the output folder.
        DSAError: A model cannot be used or the report not be written.
    """
    child, parent = find_package(arguments.child), find_package(arguments.parent)
    with new_folder(arguments.output) as folder, working_in(folder):
        with at_once(), telling(as_json=arguments.progress_json) as on_progress:
            report = judge(
                child,
                parent,
                arguments.data,
                split=arguments.split,
                device=arguments.device,
                on_progress=on_progress,
            )
        with uninterrupted():
            path = write_report(report, folder)
    if arguments.progress_json:
        tell_event("done", verdict=report.verdict, report=str(path))
    else:
        show(report_json(report) if arguments.json else report_table(report))
    if report.verdict != ACCEPT:
        msg = f"{report.verdict}: {report.reasons[0]}; {path} tells all"
        raise NotAcceptedError(msg)
