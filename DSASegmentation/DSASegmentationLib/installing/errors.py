"""What goes wrong while something is installed."""

from dsanet.errors import DSAError


class InstallError(DSAError):
    """Something could not be installed or removed."""
