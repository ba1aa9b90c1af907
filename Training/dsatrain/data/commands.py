"""`dsatrain import` and `dsatrain export`: arguments, and one line on standard output a run.

Only the standard library is imported before a command runs, so that `--help` answers at once.
"""

import argparse
import re
from collections import Counter
from collections.abc import Iterable
from importlib import import_module

from dsanet.cli.arguments import path
from dsanet.cli.streams import show
from dsanet.errors import DSAError
from dsatrain.data.orientations import AS_STORED, ORIENTATIONS

IMPORTERS = {
    "dsca": "dsatrain.data.dsca",
    "dias": "dsatrain.data.dias",
    "nnunet": "dsatrain.data.nnunet",
    "cases": "dsatrain.data.case_sets",
}
REFUSED = "refused"


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `import` and `export` to a command line.

    Args:
        commands: What `add_subparsers` gave.
    """
    bring = commands.add_parser("import", help="bring labelled runs into a data set")
    bring.add_argument("kind", choices=list(IMPORTERS), help="layout of the source")
    bring.add_argument("source", type=path, metavar="SOURCE", help="is never changed")
    bring.add_argument("dataset", type=path, metavar="DEST", help="data set, new or existing")
    bring.add_argument(
        "--orientation", choices=list(ORIENTATIONS), default=AS_STORED, help="turn all labels"
    )
    bring.add_argument(
        "--patient",
        type=_pattern,
        metavar="REGEX",
        help="finds the patient in a case's name (nnunet); without it each case is a patient",
    )
    bring.set_defaults(command=_import)

    give = commands.add_parser("export", help="write a data set in another layout")
    give.add_argument("kind", choices=["nnunet"])
    give.add_argument("dataset", type=path, metavar="DATASET")
    give.add_argument("destination", type=path, metavar="DEST", help="becomes nnUNet_raw")
    give.add_argument(
        "--frames", type=_natural, default=0, help="as channels after the MinIP; 0 for none"
    )
    give.set_defaults(command=_export)


def _pattern(text: str) -> "re.Pattern[str]":
    try:
        return re.compile(text)
    except re.error as error:
        msg = f"{text!r} is no regular expression: {error}"
        raise argparse.ArgumentTypeError(msg) from error


def _natural(text: str) -> int:
    if not text.isdecimal() or int(text) > 100:
        msg = f"{text!r} is no whole number from 0 to 100"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def _import(arguments: argparse.Namespace) -> None:
    from dsatrain.data.importing import import_runs

    runs = import_module(IMPORTERS[arguments.kind]).find_runs(arguments.source)
    outcomes = import_runs(
        runs, arguments.dataset, orientation=arguments.orientation, patient=arguments.patient
    )
    _report(outcomes)


def _export(arguments: argparse.Namespace) -> None:
    from dsatrain.data.nnunet_export import export_nnunet

    _report(export_nnunet(arguments.dataset, arguments.destination, arguments.frames))


def _report(outcomes: Iterable[object]) -> None:
    """Show each outcome as it comes, then how many there are of each kind.

    Raises:
        DSAError: Some were refused.
    """
    counts: Counter[str] = Counter()
    for outcome in outcomes:
        counts[outcome.result] += 1
        show(f"{outcome}\n")
    show(", ".join(f"{count} {result}" for result, count in counts.items()) + "\n")
    if counts[REFUSED]:
        msg = f"{counts[REFUSED]} of {counts.total()} were refused; the lines above say why"
        raise DSAError(msg)
