"""Which cases of a data set are fit for a purpose, and why others are not."""

from collections.abc import Callable

from dsanet.cases import CaseEntry


def divided(
    entries: list[CaseEntry], reason_against: Callable[[CaseEntry], str]
) -> tuple[list[CaseEntry], list[tuple[CaseEntry, str]]]:
    """Part cases into those that are fit and those that are not.

    Args:
        entries: From `dsanet.cases.list_cases`.
        reason_against: Gives why a case is not fit, empty where it is.

    Returns:
        The fit ones, and each other one with its reason; both in the order given.
    """
    reasons = [(entry, reason_against(entry)) for entry in entries]
    chosen = [entry for entry, reason in reasons if not reason]
    return chosen, [(entry, reason) for entry, reason in reasons if reason]


def not_accepted(entry: CaseEntry) -> str:
    """Why no reader vouches for a case: it is broken or not accepted; empty where one does."""
    if entry.record is None:
        return entry.problem
    status = entry.record.facts.status
    return "" if status == "accepted" else f"its status is {status}, not accepted"


def not_of(entry: CaseEntry, split: str) -> str:
    """Why a case is no accepted one of a split; empty where it is.

    Args:
        entry: The case.
        split: `train` or `test`.
    """
    if entry.record is None or not_accepted(entry):
        return not_accepted(entry)
    found = entry.record.facts.split
    return "" if found == split else f"it is a {found} case"
