"""Training samples: a phantom prepared as a run is in use, then cropped, mirrored and re-graded."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from torch.nn import functional

from dsanet.prepare import PrepareChoices, PreparedRun, network_frames, prepare, with_window
from dsatrain.phantom import make_phantom, sample_settings

POOL = 24
"""Phantoms that crops are drawn from at any moment, so that a batch mixes runs."""

CROPS_PER_PHANTOM = 4

WIDE_SHARE = 1 / 3
"""Of the samples whose window reaches into empty and venous frames."""

ZOOMS = (0.75, 1.0, 1.0, 1.3, 1.7)
"""Magnifications of a crop, drawn evenly: runs come in 472 to 1432 px."""

SEEDS_APART = 1_000_003
"""Between the phantoms of two training seeds. Phantom seeds below it are never trained on."""


@dataclass(frozen=True, eq=False)
class Sample:
    """What the network sees of one run, and the truth.

    Attributes:
        frames: float32 (T, h, w), normalised, of the arterial window.
        times: float32 (T,), seconds.
        minip: float32 (h, w), normalised.
        labels: uint8 (h, w).
    """

    frames: NDArray[np.float32]
    times: NDArray[np.float32]
    minip: NDArray[np.float32]
    labels: NDArray[np.uint8]


def make_sample(prepared: PreparedRun, labels: NDArray[np.uint8]) -> Sample:
    """Give the network's input exactly as the engine does, with the truth."""
    frames, times = network_frames(prepared)
    return Sample(
        frames=frames,
        times=(times - times[0]).astype(np.float32),
        minip=prepared.normalise(prepared.minip),
        labels=np.where(prepared.field, labels, 0).astype(np.uint8),
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
    return Sample(sample.frames[kept], sample.times[kept], sample.minip, sample.labels)


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

    return Sample(cut(sample.frames), sample.times, cut(sample.minip), cut(sample.labels))


def magnify(sample: Sample, size: int) -> Sample:
    """Bring a square sample to another size: images bilinearly, labels by the nearest pixel."""
    if sample.minip.shape == (size, size):
        return sample

    def resized(array: NDArray[Any], mode: str) -> NDArray[Any]:
        stack = torch.from_numpy(np.atleast_3d(array.T).T.astype(np.float32))[:, None]
        smooth = {"antialias": True} if mode == "bilinear" else {}
        image = functional.interpolate(stack, size=(size, size), mode=mode, **smooth)
        return image[:, 0].numpy().reshape(*array.shape[:-2], size, size)

    return Sample(
        frames=resized(sample.frames, "bilinear"),
        times=sample.times,
        minip=resized(sample.minip, "bilinear"),
        labels=resized(sample.labels, "nearest-exact").astype(np.uint8),
    )


def soften(sample: Sample, rng: np.random.Generator) -> Sample:
    """Blur every second sample, as larger detector pixels and interpolated frames do."""
    if rng.random() < 0.5:
        return sample
    sigma = float(rng.uniform(0.4, 1.6))
    frames = gaussian_filter(sample.frames, (0, sigma, sigma))
    return Sample(frames, sample.times, gaussian_filter(sample.minip, sigma), sample.labels)


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

    return Sample(
        graded(frames), sample.times * stretch, graded(minip), np.ascontiguousarray(labels)
    )


class PhantomCrops:
    """An endless, resumable stream of crops from ever new phantoms.

    Item i depends on the seed and i alone: it is drawn from phantoms i // CROPS_PER_PHANTOM and the
    POOL - 1 before it.
    """

    def __init__(self, seed: int, crop_px: int, max_frames: int) -> None:
        self.seed = seed
        self.crop_px = crop_px
        self.max_frames = max_frames
        self._cache: OrderedDict[int, tuple[PreparedRun, NDArray[np.uint8], tuple[int, int]]] = (
            OrderedDict()
        )

    def items(self, start: int) -> Iterator[Sample]:
        """Items start, start + 1, ..."""
        index = start
        while True:
            yield self.item(index)
            index += 1

    def item(self, index: int) -> Sample:
        """The crop at an index."""
        rng = np.random.default_rng((self.seed, index))
        newest = index // CROPS_PER_PHANTOM
        number = int(rng.integers(max(0, newest - POOL + 1), newest + 1))
        if index % CROPS_PER_PHANTOM == 0:
            number = newest
        prepared, labels, window = self._phantom(number)
        jittered = with_window(prepared, jitter_window(window, len(prepared.frames), rng))
        count = int(rng.integers(1, self.max_frames + 1))
        sample = thin(make_sample(jittered, labels), count, rng)
        cut = crop(sample, round(self.crop_px / float(rng.choice(ZOOMS))), rng)
        return regrade(soften(magnify(cut, self.crop_px), rng), rng)

    def _phantom(self, number: int) -> tuple[PreparedRun, NDArray[np.uint8], tuple[int, int]]:
        if number not in self._cache:
            phantom = make_phantom(sample_settings(self.seed * SEEDS_APART + number))
            choices = PrepareChoices(arterial_window=phantom.arterial_window, subtract="never")
            prepared = prepare(phantom.run, choices)
            self._cache[number] = prepared, phantom.labels, phantom.arterial_window
            while len(self._cache) > POOL + 1:
                self._cache.popitem(last=False)
        return self._cache[number]
