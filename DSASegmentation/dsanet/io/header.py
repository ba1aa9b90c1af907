"""Single attributes of a DICOM header, read without trusting them."""

import math
from collections.abc import Sequence
from typing import Any

from pydicom.datadict import dictionary_description, tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException

from dsanet.io.refusal import refuse

UNREADABLE = (ValueError, TypeError, OverflowError, NotImplementedError, BytesLengthException)
"""What pydicom raises when the bytes of a value do not fit its type."""


def tag_number(keyword: str) -> int:
    """Look up the tag of a keyword of the DICOM dictionary, as one number.

    >>> f"{tag_number('NumberOfFrames'):08X}"
    '00280008'
    """
    number = tag_for_keyword(keyword)
    if number is None:
        msg = f"{keyword} is no keyword of the DICOM dictionary"
        raise ValueError(msg)
    return number


def attribute_name(keyword: str) -> str:
    """Name an attribute as messages do.

    >>> attribute_name('NumberOfFrames')
    'Number of Frames (0028,0008)'
    """
    number = tag_number(keyword)
    return f"{dictionary_description(number)} ({number >> 16:04X},{number & 0xFFFF:04X})"


def values(dataset: Dataset, keyword: str) -> tuple[Any, ...]:
    """Return the values of an attribute, empty when it is absent, empty or unreadable."""
    try:
        found = dataset.get(keyword)
    except UNREADABLE:
        return ()
    if found is None or found == "":
        return ()
    if isinstance(found, Sequence) and not isinstance(found, str | bytes):
        return tuple(found)
    return (found,)


def texts(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    """Return the values of an attribute as text without outer blanks."""
    return tuple(str(value).strip() for value in values(dataset, keyword))


def text(dataset: Dataset, keyword: str) -> str:
    """Return an attribute's first value as text, empty when there is none."""
    return next(iter(texts(dataset, keyword)), "")


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """Return the values of an attribute as finite numbers, empty when one of them is none."""
    try:
        found = tuple(float(value) for value in values(dataset, keyword))
    except UNREADABLE:
        return ()
    return found if all(math.isfinite(value) for value in found) else ()


def positive_number(dataset: Dataset, keyword: str) -> float | None:
    """Return an attribute that is one finite number above zero, else None."""
    found = numbers(dataset, keyword)
    return found[0] if len(found) == 1 and found[0] > 0 else None


def integer(dataset: Dataset, keyword: str, default: int | None = None) -> int:
    """Return an attribute that the pixels cannot be read without.

    Args:
        dataset: Where to look.
        keyword: DICOM keyword.
        default: What an absent or empty attribute means; None when it must be present.

    Raises:
        ReadError: It is absent without a default, or not one integer.
    """
    try:
        found = dataset.get(keyword)
        if found is None or found == "":
            found = default
        number = int(found)
    except UNREADABLE:
        refuse(f"{attribute_name(keyword)} is missing or damaged", "one integer")
    if number != found:
        refuse(f"{attribute_name(keyword)} is {found}", "one integer")
    return number
