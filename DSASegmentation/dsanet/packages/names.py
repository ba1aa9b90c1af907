"""What a model may be called: a name that is one plain folder on every system."""

import re

from dsanet.errors import PackageError

_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DEVICES = {
    *("con", "prn", "aux", "nul"),
    *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)),
}
"""Windows takes these for devices, whatever their case and whatever follows a first dot.

Source: learn.microsoft.com, "Naming Files, Paths, and Namespaces".
"""

NAME_RULE = (
    "1 to 64 letters a-z, digits, dots, hyphens and underscores, with a letter or digit first, no"
    " dot last, and no device of Windows such as NUL"
)


def is_name(text: str) -> bool:
    """Whether a model may have this name.

    >>> [is_name(text) for text in ("carotid-2.v1", "", "..", "a/b", "my model", "nul.1", "a.")]
    [True, False, False, False, False, False, False]
    """
    return (
        _PATTERN.fullmatch(text) is not None
        and not text.endswith(".")
        and text.partition(".")[0].lower() not in _DEVICES
    )


def check_name(name: object) -> str:
    """Return a model's name if it may be one.

    Raises:
        PackageError: It may not.
    """
    if not isinstance(name, str) or not is_name(name):
        msg = f"the name is {name!r}, expected {NAME_RULE}"
        raise PackageError(msg)
    return name
