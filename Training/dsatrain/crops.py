"""Sources of training samples: crops of runs that come one after the other, for ever."""

from abc import ABC, abstractmethod
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsanet.prepare import PreparedRun, with_window
from dsatrain.augment import CropSettings, augment
from dsatrain.data.phantoms import prepared_phantom
from dsatrain.phantom import TRAINING_SHARES, make_phantom, sample_settings
from dsatrain.sample import Sample, make_sample

POOL = 24
"""Runs that crops are drawn from at any moment, so that a batch mixes runs."""

CROPS_PER_RUN = 4

WIDE_SHARE = 1 / 3
"""Of the samples whose window reaches into empty and venous frames."""

SEEDS_APART = 1_000_003
"""Between the phantoms of two training seeds. Phantom seeds below it are never trained on."""

LANES_APART = 50_021
"""Between the phantoms of two lanes."""


def jitter_window(
    window: tuple[int, int], frame_count: int, rng: np.random.Generator
) -> tuple[int, int]:
    """Move the true arterial window's ends.

    Two times of three by as much as the automatic window usually misses them; else outwards by any
    amount, so that only the order and times of the frames tell arteries from veins.
    """
    if rng.random() < WIDE_SHARE:
        return int(rng.integers(0, window[0] + 1)), int(rng.integers(window[1], frame_count))
    first = window[0] + int(rng.integers(-2, 2))
    last = window[1] + int(rng.choice([-1, 0, 0, 0, 1, 1, 2, 3]))
    first = min(max(first, 0), frame_count - 1)
    return first, min(max(last, first), frame_count - 1)


@dataclass(frozen=True, eq=False)
class Drawn:
    """A labelled run that crops are drawn from.

    Attributes:
        prepared: With the true arterial window.
        labels: uint8 (H, W).
        name: For people.
    """

    prepared: PreparedRun
    labels: NDArray[np.uint8]
    name: str


class PooledCrops(ABC):
    """Crops of runs that come one after the other, for ever; a batch mixes runs.

    Item i depends on the source, seed, lane and i alone: it is drawn from the run at place
    i // CROPS_PER_RUN and the POOL - 1 before it.
    """

    def __init__(self, seed: int, settings: CropSettings, lane: int = 0) -> None:
        """Describe a source of crops.

        Args:
            seed: The training's, from 1.
            settings: How crops are drawn of a run.
            lane: Sources of different lanes give different crops.
        """
        self.seed = seed
        self.settings = settings
        self.lane = lane
        self._cache: OrderedDict[int, Drawn] = OrderedDict()

    @abstractmethod
    def number_at(self, place: int) -> int:
        """Which run stands at a place of the endless order."""

    @abstractmethod
    def load(self, number: int) -> Drawn:
        """Make or read a run."""

    def item(self, index: int) -> Sample:
        """The crop at an index; raises what `load` does."""
        rng = np.random.default_rng((self.seed, self.lane, index))
        newest = index // CROPS_PER_RUN
        place = int(rng.integers(max(0, newest - POOL + 1), newest + 1))
        if index % CROPS_PER_RUN == 0:
            place = newest
        drawn = self._drawn(self.number_at(place))
        prepared = drawn.prepared
        window = jitter_window(prepared.arterial_window, len(prepared.frames), rng)
        sample = make_sample(with_window(prepared, window), drawn.labels, drawn.name)
        return augment(sample, self.settings, rng)

    def _drawn(self, number: int) -> Drawn:
        if number not in self._cache:
            self._cache[number] = self.load(number)
            while len(self._cache) > POOL + 1:
                self._cache.popitem(last=False)
        return self._cache[number]


class PhantomCrops(PooledCrops):
    """Crops from ever new phantoms; those of different lanes are different."""

    def number_at(self, place: int) -> int:
        """Each place has a phantom of its own."""
        return place

    def load(self, number: int) -> Drawn:
        """Make a phantom."""
        seed = self.seed * SEEDS_APART + self.lane * LANES_APART + number
        phantom = make_phantom(sample_settings(seed, shares=TRAINING_SHARES))
        return Drawn(prepared_phantom(phantom), phantom.labels, phantom.run.name)
