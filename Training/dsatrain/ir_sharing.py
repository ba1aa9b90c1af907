"""OpenVINO IR whose constants lie in the file of weights, so that a package holds them once."""

import json
import re

from dsanet.packages.ir import own_constants_begin

_PLACE = re.compile(rb'offset="(\d+)" size="(\d+)"')
_LENGTH_BYTES = 8
"""Of the header's length at the beginning of a safetensors file."""


def share_constants(graph: bytes, constants: bytes, weights: bytes) -> tuple[bytes, bytes]:
    """Point a graph at the weights wherever a constant is one of them.

    Args:
        graph: The IR's XML.
        constants: Its binary file.
        weights: The safetensors file of the same network.

    Returns:
        The graph, whose offsets count in `dsanet.packages.ir.all_constants`, and the constants that
        are not among the weights.
    """
    places = _places(weights)
    begin = own_constants_begin(len(weights))
    own = bytearray()

    def pointed(match: re.Match[bytes]) -> bytes:
        offset, size = int(match[1]), int(match[2])
        data = constants[offset : offset + size]
        if data not in places:
            own.extend(bytes(-len(own) % _LENGTH_BYTES))
            places[data] = begin + len(own)
            own.extend(data)
        return b'offset="%d" size="%d"' % (places[data], size)

    return _PLACE.sub(pointed, graph), bytes(own)


def _places(weights: bytes) -> dict[bytes, int]:
    """Where each tensor of a safetensors file lies, by its content."""
    start = _LENGTH_BYTES + int.from_bytes(weights[:_LENGTH_BYTES], "little")
    header = json.loads(weights[_LENGTH_BYTES:start])
    spans = [entry["data_offsets"] for name, entry in header.items() if name != "__metadata__"]
    return {weights[start + first : start + end]: start + first for first, end in spans}
