"""Graphs of OpenVINO made to harm: each is refused by name before OpenVINO sees it."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from dsanet.errors import PackageError
from dsanet.packages import load_package

XML = '<?xml version="1.0"?>\n'
Hostile = Callable[[Any], object]


def graph(old: str, new: str, name: str = "fusion.xml") -> Hostile:
    """Replace the first of a text in the IR, and state the true hash."""

    def change(forge: Any) -> None:
        text = forge.get(name).decode()
        assert old in text
        forge.put(name, text.replace(old, new, 1).encode())

    return change


def graph_text(text: str | bytes) -> Hostile:
    data = text.encode() if isinstance(text, str) else text
    return lambda forge: forge.put("fusion.xml", data)


def swap_graphs(forge: Any) -> None:
    forge.put("fusion.xml", forge.get("frame_encoder.xml"))
    forge.put("fusion.bin", forge.get("frame_encoder.bin"))


HOSTILE: dict[str, tuple[Hostile, str]] = {
    "xxe": (
        graph(
            '<?xml version="1.0"?>', XML + '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
        ),
        "fusion.xml holds a declaration <!",
    ),
    "billion laughs": (
        graph_text(
            XML
            + "<!DOCTYPE l [<!ENTITY a0 'ha'>"
            + "".join(f"<!ENTITY a{n + 1} '{f'&a{n};' * 10}'>" for n in range(9))
            + "]><net>&a9;</net>"
        ),
        "holds a declaration <!",
    ),
    "utf-16 graph": (graph_text("<!DOCTYPE a>".encode("utf-16")), "expected an XML declaration"),
    "other encoding": (
        graph_text('<?xml version="1.0" encoding="cp037"?><net/>'),
        "expected an XML declaration in UTF-8",
    ),
    "junk graph": (graph_text(b"junk" * 1000), "fusion.xml begins with b'junk"),
    "junk behind": (graph_text(XML + "junk"), "fusion.xml is not valid XML"),
    "html": (graph_text(XML + "<html></html>"), "has an element 'html' in 'its root'"),
    "ir 10": (graph(' version="11"', ' version="10"'), "IR of version '10', expected '11'"),
    "extension": (graph('type="Gelu" version="opset7"', 'type="Gelu" version="extension"'), "Gelu"),
    "custom layer": (graph('type="Gelu"', 'type="EvilOp"'), "layer of type 'EvilOp'"),
    "sub-graph": (graph('type="Gelu"', 'type="Loop"'), "layer of type 'Loop'"),
    "body": (graph("<layers>", "<layers><body></body>"), "has an element 'body' in 'layers'"),
    "file read": (graph('type="Const"', 'type="ReadValue"'), "layer of type 'ReadValue'"),
    "constant beyond": (graph('offset="', 'offset="99999999'), "constant that ends at byte"),
    "constant negative": (graph('offset="', 'offset="-'), "offset='-.*', expected a whole"),
    "constant huge": (
        graph('shape="2, 1, 3, 3"', 'shape="2, 99999999999"'),
        "do not fit its shape",
    ),
    "constant of text": (graph('element_type="f16"', 'element_type="string"'), "do not fit"),
    "circle": (graph('to-layer="', 'to-layer="0" x="'), "edge from layer"),
    "edge to nowhere": (graph('to-layer="', 'to-layer="99999" x="'), "to layer 99999"),
    "layer twice": (graph('<layer id="1"', '<layer id="0"'), "has two layers 0"),
    "input of integers": (graph('element_type="f32"', 'element_type="i64"'), "input of type 'i64'"),
    "another network": (swap_graphs, "fusion.xml is another network"),
    "deep graph": (graph_text(XML + '<net version="11">' + "<rt_info>" * 10_000), "or 16 levels"),
    "wide graph": (
        graph_text(XML + '<net version="11"><rt_info>' + "<a/>" * 2_000_000),
        "more than 300000 elements",
    ),
    "10^5 attributes": (
        graph_text(XML + "<net " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>"),
        "IR of version 'None'",
    ),
}


@pytest.mark.timeout(60, func_only=True)
@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_graph_is_refused_and_leaves_nothing(case: str, refuses: Any) -> None:
    refuses(*HOSTILE[case])


def test_a_bomb_takes_little_memory(forge: Any) -> None:
    HOSTILE["wide graph"][0](forge)
    tracemalloc.start()
    with pytest.raises(PackageError):
        load_package(forge.folder)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30e6
