"""The arguments of the commands that change which models there are."""

import argparse
from collections.abc import Callable

from dsanet.cli.options import path


def add_model_changes(parser: argparse.ArgumentParser) -> None:
    """Add import, export, activate, remove and rollback to `dsanet models`.

    Args:
        parser: That of `dsanet models`.
    """
    changes = parser.add_subparsers(title="changes", metavar="CHANGE")

    taken = changes.add_parser("import", help="take in a model package")
    taken.add_argument("source", type=path, metavar="PATH", help="its folder or .zip file")
    taken.add_argument(
        "--sha256", default="", metavar="HEX", help="the fingerprint or weights it must have"
    )

    given = changes.add_parser("export", help="write a model as one .zip file")
    _add_name(given)
    given.add_argument("--output", type=path, required=True, metavar="FILE.zip", help="where to")

    active = changes.add_parser("activate", help="use a model whenever none is named")
    _add_name(active)
    _add_reason(active)
    permit = active.add_mutually_exclusive_group()
    permit.add_argument(
        "--gate", type=path, metavar="REPORT", help="gate.json of dsatrain gate that accepted it"
    )
    permit.add_argument("--override", default="", metavar="REASON", help="why it needs no gate")

    removed = changes.add_parser("remove", help="remove an imported model that is not active")
    _add_name(removed)

    back = changes.add_parser("rollback", help="activate the model that was active before")
    _add_reason(back)

    for name, change in changes.choices.items():
        change.set_defaults(command=_command(name))
        # Suppressed, so that what was said before the change's name still counts.
        for option, told in (
            ("--json", "print the models as JSON afterwards"),
            ("--debug", "show where an error came from"),
        ):
            change.add_argument(option, action="store_true", default=argparse.SUPPRESS, help=told)


def _add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="as dsanet models shows it")


def _add_reason(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", default="", metavar="TEXT", help="why, for the record")


def _command(name: str) -> Callable[[argparse.Namespace], None]:
    def run(arguments: argparse.Namespace) -> None:
        from dsanet.cli.models import CHANGES

        CHANGES[name](arguments)

    return run
