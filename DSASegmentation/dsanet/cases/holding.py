"""Holding a data set: one process at a time writes cases into it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dsanet import atomic, lock
from dsanet.cases.patients import DATASET_FILE

LOCK_FILE = ".lock"


@contextmanager
def held_dataset(dataset: Path) -> Iterator[None]:
    """Hold a data set while the block runs; it is made if missing, and gone again if that fails.

    Args:
        dataset: The data set's folder.

    Raises:
        WriteError: Another process holds it, or it cannot be made.
    """
    held = f"another program is writing to {dataset}; try again when it has ended"
    is_new = not dataset.exists()
    with atomic.new_folder(dataset):
        try:
            with lock.locked(dataset / LOCK_FILE, held):
                yield
        except BaseException:
            for name in (LOCK_FILE, DATASET_FILE) if is_new else ():
                with suppress(OSError):
                    (dataset / name).unlink()
            raise
