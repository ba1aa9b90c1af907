"""Errors of the host, in dsanet's tree."""

from dsanet.errors import DSAError


class SceneError(DSAError):
    """The scene does not hold what is asked for, or cannot take what is given."""
