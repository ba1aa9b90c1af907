"""The sizes in which a model looks at a run.

A network that learned from pictures of some size, whole or in parts, knows vessels as wide as they
are there: in a run of 1024 px the trunk is twice as wide, and what it sees at once is half as much.
A smaller picture also has less noise. So large runs are made smaller, and a second look, smaller
still, helps to tell vessel from background. Which kind of vessel it is the first look says alone:
in the second, thin trunks are no longer seen as such. What that brings is measured by
`Testing/benchmarks/bench_answers.py`.
"""

from collections.abc import Iterator

import numpy as np

from dsanet.engine.backend import Array
from dsanet.engine.resize import shrunk
from dsanet.engine.scoring import NetworkInput, Progress
from dsanet.labels import BACKGROUND, BV, MAT
from dsanet.packages import ModelPackage


def looks(given: NetworkInput, package: ModelPackage) -> list[NetworkInput]:
    """The pictures of a run that a model is asked about, the largest first.

    Args:
        given: The run as it is.
        package: The model, which says how large it may be and how much smaller the second look is.
    """
    longest = max(given.minip.shape)
    first = min(1.0, (package.look_px or longest) / longest)
    shares = [first] if package.second_look is None else [first, first * package.second_look]
    return [shrunk(given, share) for share in shares]


def joined(found: list[Array]) -> Array:
    """One answer of all looks: the mean probability of vessel, divided as in the first.

    Args:
        found: Probabilities of each look, float32 (3, H, W), the first look's first.
    """
    first = found[0]
    if len(found) == 1:
        return first
    background = np.mean([one[BACKGROUND] for one in found], axis=0)
    vessel = first[BV] + first[MAT]
    of_bv = np.divide(first[BV], vessel, out=np.ones_like(vessel), where=vessel > 0)
    answer = np.empty_like(first)
    answer[BACKGROUND] = background
    answer[BV] = (1 - background) * of_bv
    answer[MAT] = (1 - background) * (1 - of_bv)
    return answer


def parts_of(progress: Progress | None, pictures: list[NetworkInput]) -> Iterator[Progress | None]:
    """Progress of the work on each picture; the work grows with its pixels.

    Args:
        progress: Told the share of all that is done.
        pictures: What is worked on, one after the other.
    """
    sizes = [picture.minip.size for picture in pictures]
    done = 0
    for size in sizes:
        yield progress and part_of(progress, done / sum(sizes), (done + size) / sum(sizes))
        done += size


def part_of(progress: Progress, start: float, end: float) -> Progress:
    """Progress of a part of the work, from one share of the whole to another."""
    return lambda stage, done: progress(stage, start + (end - start) * done)
