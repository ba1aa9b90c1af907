"""How refusals are worded: what was found, what is expected, what to do."""

from typing import NoReturn

from dsanet.errors import ReadError

EXPORT_AGAIN = "copy or export the run again"


def refuse(found: str, expected: str, action: str = EXPORT_AGAIN) -> NoReturn:
    """Refuse an input; `read_run` puts the file's name in front.

    Args:
        found: A clause, such as "Rows (0028,0010) is 0".
        expected: A noun phrase or clause that follows "expected".
        action: What the user can do.

    Raises:
        ReadError: Always.
    """
    msg = f"{found}, expected {expected}; {action}"
    raise ReadError(msg)
