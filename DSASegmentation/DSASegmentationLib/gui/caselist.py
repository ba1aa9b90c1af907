"""The list of a data set's cases."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt
from slicer.i18n import tr as _

from dsanet.cases import CaseEntry, read_case
from dsanet.cases.browse import find_cases
from dsanet.cases.compare import compare

ROWS = 6
"""Lines that are seen without scrolling."""


class CaseList(qt.QTreeWidget):
    """Cases with status, reader and note.

    Attributes:
        onSelect: Called when other cases are chosen.
    """

    def __init__(self, onSelect: Callable[[], None]) -> None:
        qt.QTreeWidget.__init__(self)
        self.onSelect = onSelect
        self._entries: dict[str, CaseEntry] = {}
        self.setHeaderLabels([_("Case"), _("Status"), _("Who"), _("Note")])
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setSelectionMode(qt.QAbstractItemView.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(qt.Qt.ScrollBarAlwaysOff)
        self.setMinimumHeight(ROWS * 20)
        self.setToolTip(_("Choose one case to read about it, or two of one run to compare them"))
        self.connect("itemSelectionChanged()", self._selected)

    def fill(self, dataset: Path | None) -> None:
        """List the cases of a data set; None for none.

        Raises:
            CaseError: There is no such folder.
        """
        found = find_cases(dataset) if dataset else []
        self._entries = {entry.name: entry for entry in found}
        self.blockSignals(True)
        self.clear()
        for entry in found:
            item = qt.QTreeWidgetItem(cells(entry))
            item.setToolTip(0, entry.name)
            item.setToolTip(3, entry.problem or cells(entry)[3])
            self.addTopLevelItem(item)
        for column in range(3):
            self.resizeColumnToContents(column)
        self.blockSignals(False)

    def filter(self, text: str) -> None:
        """Show the cases whose line holds all words of a text; broken ones always."""
        words = text.casefold().split()
        for number in range(self.topLevelItemCount):
            item = self.topLevelItem(number)
            entry = self._entries[item.text(0)]
            line = " ".join(cells(entry)).casefold()
            hidden = entry.record is not None and not all(word in line for word in words)
            item.setHidden(hidden)

    def chosen(self) -> list[CaseEntry]:
        """The cases that are chosen, in the order of the list."""
        names = {item.text(0) for item in self.selectedItems()}
        return [entry for name, entry in self._entries.items() if name in names]

    def text(self) -> str:
        """Say what is chosen, or how many cases there are.

        Raises:
            CaseError: Two cases are chosen that cannot be compared, or are broken.
        """
        chosen = self.chosen()
        if len(chosen) == 1:
            return aboutCase(chosen[0])
        if len(chosen) == 2:
            return comparison(*chosen)
        return summary(list(self._entries.values()))

    def _selected(self) -> None:
        self.onSelect()


def cells(entry: CaseEntry) -> list[str]:
    """Give the columns of a case."""
    if entry.record is None:
        return [entry.name, _("broken"), "", entry.problem]
    facts = entry.record.facts
    test = " " + _("(test)") if facts.split == "test" else ""
    return [entry.name, statusWord(facts.status) + test, facts.reader, facts.note]


def statusWord(status: str) -> str:
    """Give a status in the user's language."""
    words = {
        "not started": _("not started"),
        "in progress": _("in progress"),
        "accepted": _("accepted"),
        "set aside": _("set aside"),
    }
    return words.get(status, status)


def aboutCase(entry: CaseEntry) -> str:
    """Describe a case."""
    if entry.record is None:
        return _("{case} is broken: {why}").format(case=entry.name, why=entry.problem)
    facts, (frames, rows, columns) = entry.record.facts, entry.record.shape
    changed = facts.changed_pixels
    parts = [
        _("{frames} frames of {rows} x {columns}").format(
            frames=frames, rows=rows, columns=columns
        ),
        facts.equipment,
        facts.source,
        "" if changed is None else _("{count} pixels corrected").format(count=changed),
        *facts.warnings,
    ]
    return f"{entry.name}: " + ", ".join(part for part in parts if part)


def comparison(first: CaseEntry, second: CaseEntry) -> str:
    """Say how far two readers agree.

    Raises:
        CaseError: The cases are of two runs, or broken.
    """
    found = compare(read_case(first.folder), read_case(second.folder))
    dice = [f"{name} {value:.3f}" for name, value in found.dice.items() if value is not None]
    return _("{first} and {second}: Dice {dice}; {count} pixels differ").format(
        first=first.name, second=second.name, dice=", ".join(dice) or "-", count=found.changed
    )


def summary(entries: list[CaseEntry]) -> str:
    """Count cases by status."""
    if not entries:
        return _("No cases yet: correct and accept runs, then add them to the data set.")
    words = [statusWord(e.record.facts.status) if e.record else _("broken") for e in entries]
    counts = {word: words.count(word) for word in sorted(set(words))}
    listed = ", ".join(f"{count} {word}" for word, count in counts.items())
    return _("{count} cases: {listed}").format(count=len(entries), listed=listed)


def signature(dataset: Path | None) -> tuple[Any, ...]:
    """Give what changes when a case comes, goes or is written anew; quick for many cases."""
    try:
        found = (
            [] if dataset is None else [(p.name, p.stat().st_mtime_ns) for p in dataset.iterdir()]
        )
    except OSError:
        found = []
    return (dataset, *sorted(pair for pair in found if not pair[0].startswith(".")))
