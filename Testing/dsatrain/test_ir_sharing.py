import numpy as np
import pytest
import torch
from safetensors.torch import save

from dsanet.packages.ir import all_constants
from dsatrain.ir_sharing import share_constants

WEIGHTS = {"a": torch.tensor([1.0, 2.0]).half(), "b": torch.tensor([3.0]).half()}


def graph(*places: tuple[int, int]) -> bytes:
    return "".join(f'<data offset="{at}" size="{size}" />' for at, size in places).encode()


def places_in(text: bytes) -> list[tuple[int, int]]:
    numbers = [int(part) for part in text.split(b'"')[1::2]]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def test_constants_are_found_in_the_weights_and_the_others_kept():
    weights = save(WEIGHTS)
    axes = np.array([7, 8], np.int64).tobytes()
    constants = np.array([3, 1, 2], np.float16).tobytes() + axes + b"\5"
    before = graph((0, 2), (2, 4), (6, 16), (22, 1), (6, 16))
    after, own = share_constants(before, constants, weights)
    held = all_constants(weights, own)
    wanted = [constants[at : at + size] for at, size in places_in(before)]
    assert [held[at : at + size] for at, size in places_in(after)] == wanted
    assert own == axes + b"\5"


@pytest.mark.parametrize("count", [1, 3])
def test_own_constants_lie_where_their_numbers_may(count):
    kept = [np.array([n], np.uint8).tobytes() for n in range(count)]
    kept.append(np.array([9], np.int64).tobytes())
    spans = [(sum(map(len, kept[:n])), len(kept[n])) for n in range(len(kept))]
    after, own = share_constants(graph(*spans), b"".join(kept), save(WEIGHTS))
    assert all(at % 8 == 0 for at, _ in places_in(after))
    assert own.endswith(kept[-1])
