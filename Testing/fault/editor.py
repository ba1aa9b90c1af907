"""Edits labels and exports cases for ever: a parent that has imported everything forks an editor
for each line on its standard input, so that one can be killed and the next begin at once.

`python editor.py`; each line is a folder. The editor answers `pid N`, then each number that is on
disk: `edit N` and `case N`.
"""

import os
import sys
from pathlib import Path

import numpy as np

from dsanet.cases import Case, CaseFacts, write_case
from dsanet.cases.journal import append, open_journal, start_journal
from dsanet.cases.journal.journal import JOURNAL_FILE

SHAPE = (60, 44)
EDITS_A_CASE = 5


def labels_after(number: int) -> np.ndarray:
    """The labels after an edit: any process can tell what they must be."""
    labels = np.zeros(SHAPE, np.uint8)
    labels[number % 50 : number % 50 + 9, number % 31 : number % 31 + 12] = 1 + number % 2
    return labels


def case_of(number: int) -> Case:
    return Case(
        frames=np.full((2, *SHAPE), float(number), np.float32),
        times=np.array([0.0, 0.5]),
        field=np.ones(SHAPE, bool),
        arterial_window=(0, 1),
        labels=labels_after(number),
        facts=CaseFacts("fault", "0" * 16, "ab" * 32, note=str(number)),
    )


def tell(text: str) -> None:
    os.write(1, f"{text}\n".encode())


def edit_for_ever(folder: Path) -> None:
    if (folder / JOURNAL_FILE).exists():
        journal = open_journal(folder)
    else:
        journal = start_journal(folder, labels_after(0), "ab" * 32)
    while True:
        number = journal.last.number + 1
        append(journal, journal.labels, labels_after(number), cause="Paint")
        tell(f"edit {number}")
        if number % EDITS_A_CASE == 0:
            write_case(folder / "case", case_of(number))
            tell(f"case {number}")


def main() -> None:
    tell("ready")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            edit_for_ever(Path(line.rstrip("\n")))
        tell(f"pid {child}")
        os.waitpid(child, 0)
        tell("ended")


if __name__ == "__main__":
    main()
