"""`dsanet cases`: the cases of a data set."""

import argparse
from collections.abc import Callable
from typing import Any

from dsanet.cases import CaseEntry, read_case
from dsanet.cases.browse import find_cases, set_status
from dsanet.cases.compare import compare
from dsanet.cases.sets import import_cases, pack_cases
from dsanet.cli.streams import show
from dsanet.export import to_json


def run_command(arguments: argparse.Namespace) -> None:
    """Run `dsanet cases`.

    Raises:
        CaseError: A case or data set is missing, broken or refused.
        WriteError: Something could not be written; nothing has changed.
    """
    values, text = ACTIONS[arguments.action](arguments)
    show(to_json(values) if arguments.json else text)


def _list(arguments: argparse.Namespace) -> tuple[Any, str]:
    found = find_cases(
        arguments.input,
        status=arguments.status,
        reader=arguments.reader,
        text=arguments.text,
        unedited=arguments.unedited,
    )
    return [describe(entry) for entry in found], "".join(f"{_line(entry)}\n" for entry in found)


def describe(entry: CaseEntry) -> dict[str, Any]:
    """Describe a case as JSON values; of a broken one only the problem.

    Args:
        entry: From the list of a data set.
    """
    if entry.record is None:
        return {"name": entry.name, "problem": entry.problem}
    facts = entry.record.facts
    names = ("status", "reader", "note", "split", "source", "changed_pixels", "proposal")
    return {"name": entry.name, "problem": "", **{name: getattr(facts, name) for name in names}}


def _line(entry: CaseEntry) -> str:
    if entry.record is None:
        return f"{entry.name:<24} broken: {' '.join(entry.problem.split())}"
    facts = entry.record.facts
    changed = facts.changed_pixels
    how = "" if changed is None else "unedited" if changed == 0 else f"{changed} pixels changed"
    note = " ".join(facts.note.split())
    return f"{entry.name:<24} {facts.status:<12} {facts.reader:<10} {how:<24} {note}".rstrip()


def _status(arguments: argparse.Namespace) -> tuple[Any, str]:
    set_status(arguments.input, arguments.status, reader=arguments.reader, note=arguments.note)
    text = f"{arguments.input.name} is {arguments.status} by {arguments.reader}\n"
    return {"status": arguments.status, "reader": arguments.reader}, text


def _compare(arguments: argparse.Namespace) -> tuple[Any, str]:
    found = compare(read_case(arguments.input), read_case(arguments.other))
    scores = [
        f"{name} Dice {'none' if score is None else f'{score:.4f}'}"
        for name, score in found.dice.items()
    ]
    text = f"{', '.join(scores)}, {found.changed} pixels differ\n"
    return {"dice": found.dice, "changed_pixels": found.changed}, text


def _pack(arguments: argparse.Namespace) -> tuple[Any, str]:
    names = pack_cases(arguments.input, arguments.output, arguments.case)
    text = f"packed {len(names)} cases into {arguments.output}\n"
    return {"packed": names, "file": str(arguments.output)}, text


def _import(arguments: argparse.Namespace) -> tuple[Any, str]:
    found = import_cases(arguments.input, arguments.dataset)
    text = f"{len(found.added)} cases added, {len(found.present)} were there already\n"
    return {"added": list(found.added), "present": list(found.present)}, text


ACTIONS: dict[str, Callable[[argparse.Namespace], tuple[Any, str]]] = {
    "list": _list,
    "status": _status,
    "compare": _compare,
    "pack": _pack,
    "import": _import,
}
"""What each action does; it answers as JSON values and in words."""
