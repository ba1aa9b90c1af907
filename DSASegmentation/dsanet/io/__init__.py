"""Reading: a file or folder becomes a DSARun."""

from dsanet.io.folder_survey import Survey, survey
from dsanet.io.limits import Limits
from dsanet.io.read import find_sources, read_run, read_runs, read_source
from dsanet.io.run import DSARun, RunFacts, Spacing
from dsanet.io.scope import OutOfScopeError, RotationError
from dsanet.io.sources import RunSource

__all__ = [
    "DSARun",
    "Limits",
    "OutOfScopeError",
    "RotationError",
    "RunFacts",
    "RunSource",
    "Spacing",
    "Survey",
    "find_sources",
    "read_run",
    "read_runs",
    "read_source",
    "survey",
]
