"""The check of a weights file, before any library parses it.

Format: safetensors (github.com/huggingface/safetensors, README, "Format"): eight bytes with the
header's length, little endian; the header, a JSON object of `{"dtype", "shape", "data_offsets"}` by
name; the data without gaps. Nothing in it can run; what is left to refuse are lies and bombs.
"""

from math import prod
from typing import Any, NoReturn

import numpy as np

from dsanet.errors import PackageError
from dsanet.packages.shapes import BYTES_PER_WEIGHT, Shapes, weight_bytes
from dsanet.packages.strict_json import parse_object

LENGTH_BYTES = 8
MAX_HEADER_BYTES = 1 << 20
"""Four times the header of the largest network that a configuration can describe."""

METADATA = "__metadata__"


def check_weights_size(file: str, size: int, shapes: Shapes) -> None:
    """Refuse a weights file that cannot hold the network, or far more than it.

    Args:
        file: The file's name.
        size: Its bytes.
        shapes: What the architecture needs.

    Raises:
        PackageError: The size does not fit.
    """
    needed = LENGTH_BYTES + weight_bytes(shapes)
    if not needed <= size <= needed + MAX_HEADER_BYTES:
        msg = f"{file} has {size} bytes, but the architecture's weights take {needed}"
        raise PackageError(msg)


def check_weights(file: str, data: bytes, shapes: Shapes) -> None:
    """Check that a safetensors file holds exactly these weights, all finite.

    Args:
        file: The file's name.
        data: Its content.
        shapes: What the architecture needs.

    Raises:
        PackageError: The file is cut off or padded, or its names, types, shapes, offsets or values
            are not those of the architecture.
    """
    length = int.from_bytes(data[:LENGTH_BYTES], "little")
    if length > min(MAX_HEADER_BYTES, len(data) - LENGTH_BYTES):
        _refuse(file, f"states a header of {length} bytes, expected at most {MAX_HEADER_BYTES}")
    start = LENGTH_BYTES + length
    header = parse_object(data[LENGTH_BYTES:start], f"the header of {file}")
    header.pop(METADATA, None)
    _check_names(file, set(header), set(shapes))
    end = 0
    for name, entry in sorted(header.items(), key=lambda item: _begin(file, *item)):
        end = _check_entry(file, name, entry, shapes[name], end)
    if end != len(data) - start:
        _refuse(file, f"has {len(data) - start} bytes of data, expected {end}")
    _check_finite(file, data, start, header, shapes)


def _refuse(file: str, found: str) -> NoReturn:
    msg = f"{file} {found}"
    raise PackageError(msg)


def _check_names(file: str, found: set[str], expected: set[str]) -> None:
    for kind, names in (("lacks", expected - found), ("has unknown", found - expected)):
        if names:
            example = min(names)[:80]
            _refuse(
                file,
                f"does not fit its architecture: it {kind} weights, {len(names)} of them, such as"
                f" {example!r}",
            )


def _begin(file: str, name: str, entry: Any) -> int:
    """Where a weight's data begin."""
    offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
    if not isinstance(offsets, list) or not _whole_numbers(offsets) or len(offsets) != 2:
        _refuse(file, f"states no two whole numbers as the offsets of {name}")
    return int(offsets[0])


def _whole_numbers(values: list[Any]) -> bool:
    """Whether there is no float and no bool among them, which may equal a whole number."""
    return all(type(value) is int for value in values)


def _check_entry(
    file: str, name: str, entry: dict[str, Any], shape: tuple[int, ...], begin: int
) -> int:
    """Check one weight, which must begin where the last one ended, and return where it ends."""
    dtype, found, offsets = (entry.get(key) for key in ("dtype", "shape", "data_offsets"))
    if dtype != "F16":
        _refuse(file, f"has {name} as {str(dtype)[:20]!r}, expected 'F16'")
    if not isinstance(found, list) or found != list(shape) or not _whole_numbers(found):
        _refuse(
            file,
            f"does not fit its architecture: {name} has the shape {str(found)[:80]}, expected"
            f" {list(shape)}",
        )
    end = begin + BYTES_PER_WEIGHT * prod(shape)
    if offsets != [begin, end]:
        _refuse(file, f"has {name} at the bytes {offsets}, expected {[begin, end]}")
    return end


def _check_finite(
    file: str, data: bytes, start: int, header: dict[str, Any], shapes: Shapes
) -> None:
    for name, entry in header.items():
        first = start + entry["data_offsets"][0]
        values = np.frombuffer(data, "<f2", prod(shapes[name]), first)
        if not np.isfinite(values).all():
            _refuse(file, f"has values in {name} that are not finite numbers")
