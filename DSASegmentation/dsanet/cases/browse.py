"""The list of a data set's cases: finding some, and what a reader says about one."""

from dataclasses import replace
from pathlib import Path

from dsanet.cases.case import CaseFacts
from dsanet.cases.folder import CaseEntry, list_cases, read_case, write_case
from dsanet.errors import CaseError


def find_cases(
    dataset: Path,
    *,
    status: str | None = None,
    reader: str | None = None,
    text: str = "",
    unedited: bool | None = None,
) -> list[CaseEntry]:
    """List the cases of a data set that fit; broken ones always do, so that nobody misses them.

    Args:
        dataset: The data set's folder.
        status: Of `STATUSES`; None is any.
        reader: The alias; None is any, empty is nobody.
        text: What the case's name or note must hold, upper case or lower.
        unedited: Whether the labels must be a model's to the last pixel; None is either.

    Returns:
        In the order of their names.

    Raises:
        CaseError: There is no such folder.
    """

    def fits(facts: CaseFacts, name: str) -> bool:
        return (
            status in (None, facts.status)
            and reader in (None, facts.reader)
            and unedited in (None, facts.is_unedited_prediction)
            and text.casefold() in f"{name}\n{facts.note}".casefold()
        )

    return [
        entry
        for entry in list_cases(dataset)
        if entry.record is None or fits(entry.record.facts, entry.name)
    ]


def set_status(folder: Path, status: str, *, reader: str, note: str | None = None) -> None:
    """Write down how far a reader is with a case; its labels stay as they are.

    Args:
        folder: The case's.
        status: Of `STATUSES`.
        reader: Alias of who says so.
        note: What another reader should look at; None leaves the note as it is.

    Raises:
        CaseError: The case is broken, the status is none, or nobody accepts it.
        WriteError: It could not be written; the case is as it was.
    """
    if status == "accepted" and not reader:
        msg = "accepted labels need the alias of who accepted them"
        raise CaseError(msg)
    case = read_case(folder)
    said = case.facts.note if note is None else note
    facts = replace(case.facts, status=status, reader=reader, note=said)
    write_case(folder, replace(case, facts=facts))
