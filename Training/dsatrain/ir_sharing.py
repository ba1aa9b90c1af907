"""OpenVINO IR whose constants lie in the file of weights, so that a package holds them once."""

import json
import re

from dsanet.packages.ir import own_constants_begin
from dsanet.packages.weights import LENGTH_BYTES, METADATA

_PLACE = re.compile(rb'element_type="(\w+)" shape="([^"]*)" offset="(\d+)" size="(\d+)"')
_CONSTANT = b'type="Const"'
_LARGEST_NUMBER_BYTES = 8
"""Constants begin at multiples of it, so that a number of any type may be read where it lies."""


def share_constants(graph: bytes, constants: bytes, weights: bytes) -> tuple[bytes, bytes]:
    """Point a graph at the weights wherever a constant is one of them.

    Args:
        graph: The IR's XML.
        constants: Its binary file.
        weights: The safetensors file of the same network.

    Returns:
        The graph, whose offsets count in `dsanet.packages.ir.all_constants`, and the constants that
        are not among the weights.

    Raises:
        ValueError: The graph states its constants in a way that is not known.
    """
    places = _places(weights)
    begin = own_constants_begin(len(weights))
    own = bytearray()

    def pointed(match: re.Match[bytes]) -> bytes:
        kind, shape, offset, size = match[1], match[2], int(match[3]), int(match[4])
        data = constants[offset : offset + size]
        place = places.get(data) if kind == b"f16" else None
        if place is None:
            own.extend(bytes(-len(own) % _LARGEST_NUMBER_BYTES))
            place = begin + len(own)
            own.extend(data)
        return b'element_type="%s" shape="%s" offset="%d" size="%d"' % (kind, shape, place, size)

    shared, count = _PLACE.subn(pointed, graph)
    if count != graph.count(_CONSTANT):
        msg = f"OpenVINO wrote {graph.count(_CONSTANT)} constants, of which {count} are understood"
        raise ValueError(msg)
    return shared, bytes(own)


def _places(weights: bytes) -> dict[bytes, int]:
    """Where each tensor of a safetensors file lies, by its content."""
    start = LENGTH_BYTES + int.from_bytes(weights[:LENGTH_BYTES], "little")
    header = json.loads(weights[LENGTH_BYTES:start])
    spans = [entry["data_offsets"] for name, entry in header.items() if name != METADATA]
    return {weights[start + first : start + end]: start + first for first, end in spans}
