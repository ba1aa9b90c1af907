"""Training samples: a phantom prepared as a run is in use, then cropped, mirrored and re-graded."""

from abc import ABC, abstractmethod
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from torch.nn import functional

from dsanet.prepare import PreparedRun, network_frames, with_window
from dsatrain.data.phantoms import prepared_phantom
from dsatrain.phantom import TRAINING_SHARES, make_phantom, sample_settings

POOL = 24
"""Runs that crops are drawn from at any moment, so that a batch mixes runs."""

CROPS_PER_RUN = 4

WIDE_SHARE = 1 / 3
"""Of the samples whose window reaches into empty and venous frames."""

ZOOMS = (0.75, 1.0, 1.0, 1.3, 1.7)
"""Magnifications of a crop, drawn evenly: runs come in 472 to 1432 px."""

WHOLE_SHARE = 0.4
"""Of the samples that show the whole run, made smaller."""

LARGEST_TURN_DEG = 15.0
LARGEST_PUSH_SHARE = 0.02
"""Of the crop's side: the largest displacement by which a crop is bent."""

SEEDS_APART = 1_000_003
"""Between the phantoms of two training seeds. Phantom seeds below it are never trained on."""

LANES_APART = 50_021
"""Between the phantoms of two lanes."""


@dataclass(frozen=True, eq=False)
class Sample:
    """What the network sees of one run, and the truth.

    Attributes:
        frames: float32 (T, h, w), normalised, of the arterial window.
        times: float32 (T,), seconds.
        minip: float32 (h, w), normalised.
        labels: uint8 (h, w).
        name: Where it came from, for people.
        replayed: Whether it is of what the model knew before, so that its parent's answer is a
            target too.
    """

    frames: NDArray[np.float32]
    times: NDArray[np.float32]
    minip: NDArray[np.float32]
    labels: NDArray[np.uint8]
    name: str = ""
    replayed: bool = False


def make_sample(prepared: PreparedRun, labels: NDArray[np.uint8], name: str = "") -> Sample:
    """Give the network's input exactly as the engine does, with the truth."""
    frames, times = network_frames(prepared)
    return Sample(
        frames=frames,
        times=(times - times[0]).astype(np.float32),
        minip=prepared.normalise(prepared.minip),
        labels=np.where(prepared.field, labels, 0).astype(np.uint8),
        name=name,
    )


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


def thin(sample: Sample, count: int, rng: np.random.Generator) -> Sample:
    """Keep at most `count` frames at random; the MinIP stays, as it is made before thinning."""
    total = len(sample.frames)
    if total <= count:
        return sample
    kept = np.sort(rng.choice(total, count, replace=False))
    return replace(sample, frames=sample.frames[kept], times=sample.times[kept])


def crop(sample: Sample, size: int, rng: np.random.Generator) -> Sample:
    """Cut a square, two times of three around a vessel pixel; small runs are padded with 0."""
    height, width = sample.minip.shape
    centre = rng.integers(0, (height, width))
    wanted = rng.choice([0, 1, 2])
    candidates = np.argwhere(sample.labels == wanted) if wanted else np.empty((0, 2), int)
    if len(candidates):
        centre = candidates[rng.integers(len(candidates))]
    shift = rng.integers(-size // 4, size // 4 + 1, 2)
    top, left = (
        int(np.clip(c + s - size // 2, 0, max(0, n - size)))
        for c, s, n in zip(centre, shift, (height, width), strict=True)
    )

    def cut(array: NDArray[Any]) -> NDArray[Any]:
        part = array[..., top : top + size, left : left + size]
        margins = [(0, 0)] * (part.ndim - 2) + [(0, size - n) for n in part.shape[-2:]]
        return np.pad(part, margins)

    return replace(
        sample, frames=cut(sample.frames), minip=cut(sample.minip), labels=cut(sample.labels)
    )


def magnify(sample: Sample, size: int) -> Sample:
    """Bring a square sample to another size: images bilinearly, labels by the nearest pixel."""
    if sample.minip.shape == (size, size):
        return sample

    def resized(array: NDArray[Any], mode: str) -> NDArray[Any]:
        stack = torch.from_numpy(np.atleast_3d(array.T).T.astype(np.float32))[:, None]
        smooth = {"antialias": True} if mode == "bilinear" else {}
        image = functional.interpolate(stack, size=(size, size), mode=mode, **smooth)
        return image[:, 0].numpy().reshape(*array.shape[:-2], size, size)

    return replace(
        sample,
        frames=resized(sample.frames, "bilinear"),
        minip=resized(sample.minip, "bilinear"),
        labels=resized(sample.labels, "nearest-exact").astype(np.uint8),
    )


def bend(sample: Sample, rng: np.random.Generator) -> Sample:
    """Rotate and bend every second sample a little, all frames alike; what comes in is background.

    Heads are tilted, and no two trees have the same curves.
    """
    if rng.random() < 0.5:
        return sample
    size = len(sample.minip)
    angle = np.deg2rad(rng.uniform(-LARGEST_TURN_DEG, LARGEST_TURN_DEG))
    push = gaussian_filter(rng.standard_normal((2, size, size)), (0, size / 10, size / 10))
    push *= rng.uniform(0, LARGEST_PUSH_SHARE) * size / max(float(np.abs(push).max()), 1e-9)
    rows, columns = np.indices((size, size)) - (size - 1) / 2
    across = np.cos(angle) * columns - np.sin(angle) * rows + push[0]
    down = np.sin(angle) * columns + np.cos(angle) * rows + push[1]
    grid = torch.from_numpy(np.stack([across, down], axis=-1) * 2 / size).float()[None]

    def bent(array: NDArray[Any], mode: str) -> NDArray[Any]:
        stack = torch.from_numpy(array.reshape(1, -1, size, size).astype(np.float32))
        moved = functional.grid_sample(stack, grid, mode, "zeros", align_corners=False)
        return moved.numpy().reshape(array.shape).astype(array.dtype)

    return replace(
        sample,
        frames=bent(sample.frames, "bilinear"),
        minip=bent(sample.minip, "bilinear"),
        labels=bent(sample.labels, "nearest"),
    )


def soften(sample: Sample, rng: np.random.Generator) -> Sample:
    """Blur every second sample, as larger detector pixels and interpolated frames do."""
    if rng.random() < 0.5:
        return sample
    sigma = float(rng.uniform(0.4, 1.6))
    frames = gaussian_filter(sample.frames, (0, sigma, sigma))
    return replace(sample, frames=frames, minip=gaussian_filter(sample.minip, sigma))


def regrade(sample: Sample, rng: np.random.Generator) -> Sample:
    """Mirror, scale contrast, bend the grey curve, add noise, stretch time."""
    frames, minip, labels = sample.frames, sample.minip, sample.labels
    if rng.random() < 0.5:
        frames, minip, labels = (np.flip(a, -1) for a in (frames, minip, labels))
    gain = np.float32(rng.uniform(0.7, 1.35))
    bend = np.float32(rng.uniform(0.8, 1.25))
    noise = np.float32(rng.choice([0, 0, 0.03, 0.06]) * rng.random())
    stretch = np.float32(np.exp(rng.uniform(-0.5, 0.5)))

    def graded(image: NDArray[np.float32]) -> NDArray[np.float32]:
        bent = np.sign(image) * np.abs(image) ** bend * gain
        if noise:
            bent = bent + noise * rng.standard_normal(image.shape, np.float32)
        return np.clip(bent, -4, 4).astype(np.float32)

    return replace(
        sample,
        frames=graded(frames),
        times=sample.times * stretch,
        minip=graded(minip),
        labels=np.ascontiguousarray(labels),
    )


def crop_side(
    sample: Sample, crop_px: int, rng: np.random.Generator, whole_share: float = WHOLE_SHARE
) -> int:
    """Draw the side of the square to cut; in a share of the samples it holds the whole run.

    Whether a run has a main artery trunk shows in the whole picture, not in a part of it. No square
    is larger than the run, beyond which there is only padding.
    """
    whole = max(sample.minip.shape)
    if rng.random() < whole_share:
        return whole
    return min(round(crop_px / float(rng.choice(ZOOMS))), whole)


def augment(
    sample: Sample,
    crop_px: int,
    max_frames: int,
    rng: np.random.Generator,
    whole_share: float = WHOLE_SHARE,
) -> Sample:
    """Draw a crop of a run, the same part of all frames, and vary its look.

    Args:
        sample: A whole run.
        crop_px: Side of the crop.
        max_frames: Most frames; any number up to it is drawn as often.
        rng: Decides everything.
        whole_share: How often the crop is the whole run.
    """
    sample = thin(sample, int(rng.integers(1, max_frames + 1)), rng)
    cut = crop(sample, crop_side(sample, crop_px, rng, whole_share), rng)
    return regrade(soften(bend(magnify(cut, crop_px), rng), rng), rng)


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

    Attributes:
        whole_share: Of the samples that show the whole run.
    """

    whole_share = WHOLE_SHARE

    def __init__(self, seed: int, crop_px: int, max_frames: int, lane: int = 0) -> None:
        """Describe a source of crops.

        Args:
            seed: The training's, from 1.
            crop_px: Side of a crop.
            max_frames: Most frames of a crop.
            lane: Sources of different lanes give different crops.
        """
        self.seed = seed
        self.crop_px = crop_px
        self.max_frames = max_frames
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
        return augment(sample, self.crop_px, self.max_frames, rng, self.whole_share)

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
