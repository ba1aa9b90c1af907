"""The boundary between the panel and what it calls: an error becomes a sentence."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import slicer.util

from dsanet.errors import DSAError

logger = logging.getLogger(__name__)


@contextmanager
def showingErrors(title: str, *, waitCursor: bool = False) -> Iterator[None]:
    """Show an error as a sentence; what Qt calls has nobody to catch it.

    Args:
        title: What was tried, for an error that nobody foresaw.
        waitCursor: Whether to show that it takes a moment.

    Raises:
        Exception: Errors other than `DSAError` are shown and raised again, as Slicer does.
    """
    foreseen = None
    with slicer.util.tryWithErrorDisplay(title, waitCursor=waitCursor):
        try:
            yield
        except DSAError as error:
            foreseen = error
    if foreseen is not None:
        showError(foreseen)


def showError(error: DSAError) -> None:
    """Show the sentence of an error that says what was found and what to do."""
    logger.info("shown to the user: %s", error)
    slicer.util.errorDisplay(str(error))
