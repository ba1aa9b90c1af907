"""`dsanet models`: the model packages that can be used, and the changes to them."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dsanet.cli.interrupt import ctrl_c_until
from dsanet.cli.streams import show, tell
from dsanet.errors import PackageError
from dsanet.export import to_json
from dsanet.packages import ModelEntry, Registry, read_gate


def run_command(arguments: argparse.Namespace) -> None:
    """Run `dsanet models`: list them, broken ones too, and say when the active one is unusable.

    Raises:
        PackageError: The user's folder of models cannot be read.
    """
    registry = Registry()
    entries = registry.list_models()
    show(_json(entries) if arguments.json else _table(entries))
    if not any(entry.active and entry.status == "ready" for entry in entries):
        try:
            registry.active()
        except PackageError as error:
            tell(f"dsanet: {error}\n")


def describe(entry: ModelEntry) -> dict[str, Any]:
    """Describe a model.

    Args:
        entry: From the registry's list.

    Returns:
        JSON values; hash, OpenVINO and manifest are None for a broken one.
    """
    package, activation = entry.package, entry.activation
    return {
        "name": entry.name,
        "status": entry.status,
        "active": entry.active,
        "bundled": entry.bundled,
        "problem": entry.problem,
        "folder": str(entry.folder),
        "activated": activation
        and {key: getattr(activation, key) for key in ("time", "user", "reason", "permit")},
        "weights_sha256": package and package.weights_sha256,
        "openvino": package and package.has_ir,
        "manifest": package and package.manifest,
    }


def _import(arguments: argparse.Namespace) -> None:
    package = Registry().import_package(arguments.source, arguments.sha256)
    name = package.name
    _report(
        arguments,
        f"{name} is there: use --model {name}; dsatrain gate {name} tells whether it may be active",
    )


def _export(arguments: argparse.Namespace) -> None:
    Registry().export_package(arguments.name, arguments.output)
    _report(arguments, f"exported {arguments.name} to {arguments.output}")


def _activate(arguments: argparse.Namespace) -> None:
    with _without_ctrl_c():
        gate = read_gate(arguments.gate) if arguments.gate else None
        package = Registry().activate(
            arguments.name, arguments.reason, gate=gate, override=arguments.override
        )
    _report(arguments, f"{package.name} is active now")


def _remove(arguments: argparse.Namespace) -> None:
    with _without_ctrl_c():
        Registry().remove(arguments.name)
    _report(arguments, f"removed {arguments.name}")


def _roll_back(arguments: argparse.Namespace) -> None:
    with _without_ctrl_c():
        came_to = Registry().roll_back(arguments.reason)
    for skipped in came_to.skipped:
        tell(f"dsanet: skipped: {skipped}\n")
    _report(arguments, f"{came_to.package.name} is active again")


CHANGES: dict[str, Callable[[argparse.Namespace], None]] = {
    "import": _import,
    "export": _export,
    "activate": _activate,
    "remove": _remove,
    "rollback": _roll_back,
}
"""What each sub-command does.

Each raises PackageError where the package or the name is refused, and WriteError where the change
could not be written; nothing has changed then.
"""


@contextmanager
def _without_ctrl_c() -> Iterator[None]:
    """Pass over Ctrl-C for the moment of a change; whoever interrupts is told nothing changed."""
    with ctrl_c_until("change") as watching:
        watching(lambda _stage, _done: None)("change", 0.0)
        yield


def _report(arguments: argparse.Namespace, text: str) -> None:
    show(_json(Registry().list_models()) if arguments.json else f"{text}\n")


def _json(entries: list[ModelEntry]) -> str:
    return to_json([describe(entry) for entry in entries])


def _table(entries: list[ModelEntry]) -> str:
    return "".join(f"{_line(entry)}\n" for entry in entries)


def _line(entry: ModelEntry) -> str:
    state = " ".join(
        word
        for word, said in (
            ("active", entry.active),
            ("bundled", entry.bundled),
            ("broken", entry.status == "broken"),
        )
        if said
    )
    head = f"{entry.name:<24} {state:<16}"
    if entry.package is None:
        return f"{head} {' '.join(entry.problem.split())}"
    runs_on = "torch, OpenVINO" if entry.package.has_ir else "torch"
    return f"{head} {runs_on:<16} {entry.folder}"
