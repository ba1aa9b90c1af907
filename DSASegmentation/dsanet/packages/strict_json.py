"""JSON from strangers: one object, of bounded depth and numbers, each key once."""

import json
import math
import re
from typing import Any, NoReturn

from dsanet.errors import PackageError

MAX_DEPTH = 16
MAX_DIGITS = 20
"""Of a whole number; Python takes time that grows with their square."""

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)
"""Strings, which may hold brackets, and brackets. A string without end matches too, or a text of
quotes would be scanned anew from each of them."""


def parse_object(data: bytes, file: str) -> dict[str, Any]:
    """Parse a JSON object (RFC 8259), more strictly than the standard library does.

    Args:
        data: UTF-8 without a byte order mark; the caller has bounded its length.
        file: What the refusal names.

    Raises:
        PackageError: It is no JSON object, repeats a key, is nested deeper than `MAX_DEPTH`, or
            holds a number that is not finite or has more than `MAX_DIGITS` digits.
    """
    try:
        text = data.decode("utf-8")
        _refuse_depth(text)
        parsed = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_int=_whole,
            parse_float=_finite,
            parse_constant=_constant,
        )
    except ValueError as error:
        msg = f"{file} is not valid JSON: {error}"
        raise PackageError(msg) from error
    if not isinstance(parsed, dict):
        msg = f"{file} holds a {type(parsed).__name__}, expected a JSON object"
        raise PackageError(msg)
    return parsed


def _refuse_depth(text: str) -> None:
    depth = 0
    for found in _TOKENS.findall(text):
        depth += (found in ("[", "{")) - (found in ("]", "}"))
        if depth > MAX_DEPTH:
            msg = f"it is nested deeper than {MAX_DEPTH} levels"
            raise ValueError(msg)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        msg = f"the key {next(name for name in names if names.count(name) > 1)!r} is there twice"
        raise ValueError(msg)
    return found


def _whole(text: str) -> int:
    if len(text) > MAX_DIGITS:
        msg = f"a number has {len(text)} digits, expected at most {MAX_DIGITS}"
        raise ValueError(msg)
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        msg = f"the number {text[:MAX_DIGITS]} is too large"
        raise ValueError(msg)
    return value


def _constant(text: str) -> NoReturn:
    msg = f"{text} is no JSON number"
    raise ValueError(msg)
