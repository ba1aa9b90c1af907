"""The one tree of errors that dsanet raises on purpose.

A message is one sentence that a user can act on: which file, which tag, what was found, what is
expected, what to do. Everything else that escapes the package is a defect.
"""


class DSAError(Exception):
    """Base of every error that dsanet raises on purpose."""


class ReadError(DSAError):
    """An input file or folder cannot be read as a DSA run."""


class PrepareError(DSAError):
    """A run was read but cannot be prepared for segmentation."""


class PackageError(DSAError):
    """A model package is missing, damaged or not of a known kind."""


class EngineError(DSAError):
    """No backend can run the model, or the one that was asked for failed."""


class CaseError(DSAError):
    """A case of a data set is missing, damaged, or holds what no case may hold."""


class MeasureError(DSAError):
    """Labels do not belong to the run they are to be measured in, or nothing can be graded."""


class WriteError(DSAError):
    """A result could not be written; what was there before is unchanged."""


class HeldError(WriteError):
    """Another process is writing there; nothing was changed."""


class CancelledError(DSAError):
    """The caller asked to stop; nothing was changed."""
