"""The command line `dsanet`."""

from dsanet.cli.main import main

__all__ = ["main"]
