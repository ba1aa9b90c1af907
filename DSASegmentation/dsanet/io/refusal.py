"""How refusals are worded: what was found, what is expected, what to do."""

from typing import NoReturn

from dsanet.errors import ReadError

EXPORT_AGAIN = "copy or export the run again"
LONGEST_QUOTE = 400
"""Characters of what was found that a message repeats; a header may hold pages of text."""


def wording(found: str, expected: str, action: str = EXPORT_AGAIN) -> str:
    """Word a refusal; `read_run` puts the file's name in front.

    Args:
        found: A clause, such as "Rows (0028,0010) is 0".
        expected: What follows the word "expected".
        action: What the user can do.

    >>> wording("Rows (0028,0010) is 0", "at least 1")
    'Rows (0028,0010) is 0, expected at least 1; copy or export the run again'
    """
    return f"{found[:LONGEST_QUOTE]}, expected {expected}; {action}"


def refuse(found: str, expected: str, action: str = EXPORT_AGAIN) -> NoReturn:
    """Refuse an input, worded as `wording` does.

    Raises:
        ReadError: Always.
    """
    raise ReadError(wording(found, expected, action))
