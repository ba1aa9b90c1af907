"""Holding a data set: one process at a time writes cases into it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dsanet import atomic, lock
from dsanet.cases.patients import DATASET_FILE

LOCK_FILE = ".lock"


@contextmanager
def held_dataset(dataset: Path) -> Iterator[None]:
    """Hold a data set while the block runs.

    It is made if missing, and gone again if the block fails before anything is in it.

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
            if is_new:
                _empty(dataset)
            raise


def _empty(dataset: Path) -> None:
    """Remove what holding has made. With cases the number stays: their patients' keys need it."""
    with suppress(OSError):
        made = {dataset / name for name in (LOCK_FILE, DATASET_FILE)}
        if set(dataset.iterdir()) <= made:
            for path in made:
                path.unlink(missing_ok=True)
