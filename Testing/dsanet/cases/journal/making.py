"""Small journals with rows != columns."""

import numpy as np

from dsanet.cases.journal import append, start_journal

PIXELS = "ab" * 32
SHAPE = (7, 5)


def some_labels(seed=0):
    return np.random.default_rng(seed).integers(0, 3, SHAPE).astype(np.uint8)


def write_edits(folder, count=3):
    """Start a journal and write changes down; give the labels after each line."""
    seen = [some_labels(0)]
    with start_journal(folder, seen[0], PIXELS, editor="rb") as journal:
        for seed in range(1, count + 1):
            seen.append(some_labels(seed))
            append(journal, seen[-2], seen[-1], editor="rb", cause="Paint")
    return seen
