"""Errors of the worker itself, and how any exception becomes a DSAError."""

import traceback

from dsanet.errors import DSAError


class WorkerError(DSAError):
    """The worker broke down, or met an error that nobody foresaw.

    Attributes:
        details: Several lines for whoever looks for the cause: a traceback, or what the worker last
            wrote to standard error. May be empty.
    """

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.details = details


def as_dsa_error(error: Exception) -> DSAError:
    """Word any exception for the user; a DSAError stays what it is.

    >>> as_dsa_error(KeyError("x"))
    WorkerError("unexpected KeyError ('x'); please report it with the details")
    """
    if isinstance(error, DSAError):
        return error
    details = "".join(traceback.format_exception(error))
    if isinstance(error, MemoryError):
        msg = "memory is full; close other programs or use a shorter run, then try again"
        return WorkerError(msg, details)
    reason = " ".join(f"{type(error).__name__} ({error})".split())
    return WorkerError(f"unexpected {reason}; please report it with the details", details)
