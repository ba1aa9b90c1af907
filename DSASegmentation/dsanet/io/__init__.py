"""Reading: a file or folder becomes a DSARun."""

from dsanet.io.limits import Limits
from dsanet.io.read import read_run, read_runs
from dsanet.io.run import DSARun, RunFacts, Spacing

__all__ = ["DSARun", "Limits", "RunFacts", "Spacing", "read_run", "read_runs"]
