"""The check of an OpenVINO IR, before OpenVINO reads it.

The IR is a graph in XML, whose constants lie in the weights beside it and, behind these, in a
small binary file of its own; in packages of format 1 in a binary file alone. Whoever makes a
package can state any hash, so the graph itself is looked at: only layers that compute, of
OpenVINO's own operation sets, in the order in which they are computed; no sub-graphs, no
extensions, nothing that reads a file; constants that lie within these files; the inputs and outputs
of a DSANet. What it computes, and how much memory that takes, only a run can tell: it belongs into
a process of its own, and a run of the weights beside it, where torch is, tells whether the two are
one network, as `model.json` says.

Format: docs.openvino.ai, "Intermediate Representation in OpenVINO", version 11.
"""

import re
from math import prod
from typing import NoReturn
from xml.parsers import expat

from dsanet.errors import PackageError

MAX_ELEMENTS = 300_000
"""One and a half times those of the largest network that a configuration can describe."""

VERSION = "11"

ALIGNMENT = 64
"""A graph's own constants begin at a multiple of it behind the weights, as OpenVINO's do."""

LAYERS = {
    *("Parameter", "Const", "Result", "Convert", "ConvertLike"),
    *("Add", "Subtract", "Multiply", "Divide", "Negative", "Power", "Sqrt", "Exp", "Sin", "Cos"),
    *("Maximum", "Minimum", "Gelu", "Swish", "SoftMax", "Softmax", "MVN", "GroupNormalization"),
    *("Convolution", "GroupConvolution", "MatMul", "ScaledDotProductAttention", "MaxPool"),
    *("ReduceMax", "ReduceMean", "ReduceSum", "Interpolate", "Pad", "Concat", "Split"),
    *("VariadicSplit", "Slice", "StridedSlice", "Gather", "ShapeOf", "Range", "Broadcast", "Tile"),
    *("Reshape", "Squeeze", "Unsqueeze", "Transpose"),
}
"""Those of every DSANet as OpenVINO 2026.4 writes it, and their near relatives."""

INPUT_RANKS = {"frame_encoder": (4,), "fusion": (4, 4, 4, 4, 4, 4, 5, 2)}
OUTPUTS = {"frame_encoder": 5, "fusion": 1}

_ITEM_BYTES = {"f32": 4, "f16": 2, "i64": 8, "i32": 4, "u8": 1, "boolean": 1}
_CHILDREN = {
    "": {"net"},
    "net": {"layers", "edges", "rt_info"},
    "layers": {"layer"},
    "layer": {"data", "input", "output", "rt_info"},
    "input": {"port"},
    "output": {"port"},
    "port": {"dim", "rt_info"},
    "edges": {"edge"},
}
"""Which elements an element may hold; `rt_info` holds notes of any form."""

_MAX_DEPTH = 16
_DECLARATION = re.compile(rb'<\?xml version="1\.0"(?: encoding="(?:utf|UTF)-8")?\s*\?>')
_OPSET = re.compile(r"opset[0-9]{1,2}")
_NUMBER = re.compile(r"[0-9]{1,18}")


def own_constants_begin(weight_bytes: int) -> int:
    """Where a graph's own constants begin, counted in bytes from the beginning of the weights.

    Args:
        weight_bytes: The size of the weights' file.
    """
    return -(-weight_bytes // ALIGNMENT) * ALIGNMENT


def all_constants(weights: bytes, own: bytes) -> bytes:
    """What the offsets of a graph count in: the weights' file, a gap of zeros, its own constants.

    Args:
        weights: The content of the weights' file.
        own: That of the graph's binary file.
    """
    return weights.ljust(own_constants_begin(len(weights)), b"\0") + own


def check_ir(part: str, file: str, xml: bytes, constant_bytes: int) -> None:
    """Check the graph of one part of the network.

    Args:
        part: `frame_encoder` or `fusion`.
        file: The file's name.
        xml: Its content.
        constant_bytes: How many bytes its offsets count in, see `all_constants`.

    Raises:
        PackageError: It is not the plain graph of this part.
    """
    _refuse_entities(file, xml)
    graph = _Graph(file, constant_bytes)
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = graph.start
    parser.EndElementHandler = graph.end
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        _refuse(file, f"is not valid XML: {error}")
    if tuple(graph.input_ranks) != INPUT_RANKS[part] or graph.outputs != OUTPUTS[part]:
        _refuse(
            file,
            f"is another network: its inputs have {graph.input_ranks} axes and it has"
            f" {graph.outputs} outputs, expected {list(INPUT_RANKS[part])} and {OUTPUTS[part]}",
        )


def _refuse(file: str, found: str) -> NoReturn:
    msg = f"{file} {found}"
    raise PackageError(msg)


def _refuse_entities(file: str, xml: bytes) -> None:
    """Refuse all but elements: entities, document types, comments, instructions, encodings."""
    declaration = _DECLARATION.match(xml)
    if declaration is None:
        _refuse(file, f"begins with {xml[:20]!r}, expected an XML declaration in UTF-8")
    for mark in (b"<!", b"<?"):
        if mark in xml[declaration.end() :]:
            _refuse(file, f"holds a declaration {mark.decode()}, expected elements alone")


class _Graph:
    """What the parser has met, checked element by element."""

    def __init__(self, file: str, constant_bytes: int) -> None:
        self.input_ranks: list[int] = []
        self.outputs = 0
        self._file = file
        self._constant_bytes = constant_bytes
        self._open = [""]
        self._elements = 0
        self._layer_ids: set[int] = set()
        self._layer_type = ""
        self._checks = {
            "net": self._net,
            "layer": self._layer,
            "data": self._data,
            "edge": self._edge,
        }

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Check one element."""
        self._elements += 1
        if self._elements > MAX_ELEMENTS or len(self._open) > _MAX_DEPTH:
            _refuse(
                self._file,
                f"holds more than {MAX_ELEMENTS} elements or {_MAX_DEPTH} levels of them",
            )
        noted = "rt_info" in self._open
        if not noted and name not in _CHILDREN.get(self._open[-1], ()):
            _refuse(self._file, f"has an element {name[:40]!r} in {self._open[-1] or 'its root'!r}")
        self._open.append(name)
        if not noted and name in self._checks:
            self._checks[name](attributes)

    def end(self, _name: str) -> None:
        """Leave one element."""
        self._open.pop()

    def _net(self, attributes: dict[str, str]) -> None:
        version = attributes.get("version")
        if version != VERSION:
            _refuse(self._file, f"is IR of version {str(version)[:20]!r}, expected {VERSION!r}")

    def _layer(self, attributes: dict[str, str]) -> None:
        kind, version = attributes.get("type", ""), attributes.get("version", "")
        if kind not in LAYERS or not _OPSET.fullmatch(version):
            _refuse(
                self._file,
                f"has a layer of type {kind[:40]!r} of {version[:20]!r}, which no DSANet has",
            )
        number = self._number(attributes, "id")
        if number in self._layer_ids:
            _refuse(self._file, f"has two layers {number}")
        self._layer_ids.add(number)
        self._layer_type = kind
        self.outputs += kind == "Result"

    def _data(self, attributes: dict[str, str]) -> None:
        if self._layer_type == "Parameter":
            self._parameter(attributes)
        if self._layer_type == "Const":
            self._constant(attributes)

    def _parameter(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("element_type")
        if kind != "f32":
            _refuse(self._file, f"has an input of type {str(kind)[:20]!r}, expected 'f32'")
        self.input_ranks.append(len(attributes.get("shape", "").split(",")))

    def _constant(self, attributes: dict[str, str]) -> None:
        """Check that a constant is of its stated shape and lies within the files."""
        item = _ITEM_BYTES.get(attributes.get("element_type", ""), 0)
        offset, size = (self._number(attributes, key) for key in ("offset", "size"))
        sides = [side.strip() for side in attributes.get("shape", "").split(",") if side.strip()]
        if not all(map(_NUMBER.fullmatch, sides)) or item * prod(map(int, sides)) != size:
            _refuse(self._file, f"has a constant of {size} bytes that do not fit its shape")
        if offset + size > self._constant_bytes:
            _refuse(
                self._file,
                f"has a constant that ends at byte {offset + size} of {self._constant_bytes}",
            )

    def _edge(self, attributes: dict[str, str]) -> None:
        """Check that an edge leads from a layer to a later one, so that there is no circle."""
        first, second = (self._number(attributes, key) for key in ("from-layer", "to-layer"))
        if not (first < second and {first, second} <= self._layer_ids):
            _refuse(self._file, f"has an edge from layer {first} to layer {second}")

    def _number(self, attributes: dict[str, str], key: str) -> int:
        text = attributes.get(key, "")
        if not _NUMBER.fullmatch(text):
            _refuse(self._file, f"has {key}={text[:20]!r}, expected a whole number")
        return int(text)
