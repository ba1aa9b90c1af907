"""The lock on a folder of results: one batch at a time writes to it."""

from contextlib import AbstractContextManager
from pathlib import Path

from dsanet import lock

LOCK_FILE = ".dsanet-batch.lock"
"""Stays in the folder; it also tells that the folder holds the results of a batch."""


def locked(folder: Path) -> AbstractContextManager[None]:
    """Hold a folder for this process while the block runs.

    Args:
        folder: An existing folder.

    Raises:
        WriteError: On entering: another batch holds it, or the lock file cannot be made.
    """
    held = (
        f"another batch is writing to {folder}; wait until it has ended or choose another output"
        " folder"
    )
    return lock.locked(folder / LOCK_FILE, held)
