"""The journal: every edit of a label image, on disk before the next one begins."""

from dsanet.cases.journal.journal import (
    JOURNAL_FILE,
    Journal,
    append,
    open_journal,
    replay,
    start_journal,
)
from dsanet.cases.journal.lines import Entry, Scan, labels_hash, scan
from dsanet.cases.journal.recovery import (
    DISCARDED,
    EXPORTED,
    SAVED,
    Recovery,
    journals_folder,
    new_journal_folder,
    recover,
    unfinished,
)

__all__ = [
    "DISCARDED",
    "EXPORTED",
    "JOURNAL_FILE",
    "SAVED",
    "Entry",
    "Journal",
    "Recovery",
    "Scan",
    "append",
    "journals_folder",
    "labels_hash",
    "new_journal_folder",
    "open_journal",
    "recover",
    "replay",
    "scan",
    "start_journal",
    "unfinished",
]
