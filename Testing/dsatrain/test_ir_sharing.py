import re

import numpy as np
import pytest
import torch
from safetensors.torch import save

from dsanet.packages.ir import all_constants
from dsatrain.ir_sharing import share_constants

WEIGHTS = {"a": torch.tensor([1.0, 2.0]).half(), "b": torch.tensor([3.0]).half()}


def graph(*places: tuple[str, int, int]) -> bytes:
    form = '<layer type="Const"><data element_type="{}" shape="1, 2" offset="{}" size="{}" />'
    return "".join(form.format(*place) for place in places).encode()


def places_in(text: bytes) -> list[tuple[int, int]]:
    found = re.findall(rb'offset="([0-9]+)" size="([0-9]+)"', text)
    return [(int(at), int(size)) for at, size in found]


def test_constants_are_found_in_the_weights_and_the_others_kept():
    weights = save(WEIGHTS)
    axes = np.array([7, 8], np.int64).tobytes()
    constants = np.array([3, 1, 2], np.float16).tobytes() + axes + b"\5"
    before = graph(("f16", 0, 2), ("f16", 2, 4), ("i64", 6, 16), ("u8", 22, 1), ("i64", 6, 16))
    after, own = share_constants(before, constants, weights)
    held = all_constants(weights, own)
    wanted = [constants[at : at + size] for at, size in places_in(before)]
    assert [held[at : at + size] for at, size in places_in(after)] == wanted
    assert own == axes + b"\5" + bytes(7) + axes


@pytest.mark.parametrize("count", [1, 3])
def test_own_constants_lie_where_their_numbers_may(count):
    kept = [np.array([n], np.uint8).tobytes() for n in range(count)]
    kept.append(np.array([9], np.int64).tobytes())
    spans = [("u8", sum(map(len, kept[:n])), len(kept[n])) for n in range(len(kept))]
    after, own = share_constants(graph(*spans), b"".join(kept), save(WEIGHTS))
    assert all(at % 8 == 0 for at, _ in places_in(after))
    assert own.endswith(kept[-1])


def test_other_numbers_are_not_taken_from_the_weights():
    weights = save({"a": torch.zeros(4).half(), "b": torch.ones(1).half()})
    after, own = share_constants(graph(("i64", 0, 8)), bytes(8), weights)
    assert own == bytes(8)
    assert places_in(after)[0][0] % 8 == 0


def test_constants_that_are_stated_otherwise_are_refused():
    odd = b'<layer type="Const"><data size="8" offset="0" element_type="i64" shape="1" />'
    with pytest.raises(ValueError, match="1 constants, of which 0 are understood"):
        share_constants(odd, bytes(8), save(WEIGHTS))
