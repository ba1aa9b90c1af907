"""How samples are varied: a part of a run at some size, bent, softened, roughened, re-graded."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from torch.nn import functional

from dsatrain.sample import Sample

ZOOMS = (0.75, 1.0, 1.0, 1.3, 1.7)
"""Magnifications of a crop, drawn evenly: runs come in 472 to 1432 px. They add to that by which a
run larger than `look_px` is made smaller, as it is in use."""

WHOLE_SHARE = 0.4
"""Of the samples that show the whole run, made smaller."""

NOISY_SHARE = 1 / 3
"""Of the samples that get more noise, where that is asked for."""
LEAST_NOISE_SHARE = 0.1
"""Of the largest deviation: the smallest that is drawn."""
COARSEST_GRAIN_PX = 1.2

LARGEST_TURN_DEG = 15.0
LARGEST_PUSH_SHARE = 0.02
"""Of the crop's side: the largest displacement by which a crop is bent."""


@dataclass(frozen=True)
class CropSettings:
    """How crops are drawn of a run.

    Attributes:
        crop_px: Side of a crop.
        max_frames: Most frames; any number up to it is drawn as often.
        whole_share: How often a crop is the whole run.
        look_px: As large as runs are shown to the network in use: larger ones are made smaller to
            it before ZOOMS; None is as large as they are.
        most_noise: Largest standard deviation of the noise that is added to a share of the
            samples, in normalised greys; 0 for none. Phantoms have 0.01 to 0.3, their arteries are
            1 to 2 deep.
    """

    crop_px: int
    max_frames: int
    whole_share: float = WHOLE_SHARE
    look_px: int | None = None
    most_noise: float = 0.0


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


def roughen(sample: Sample, most_noise: float, rng: np.random.Generator) -> Sample:
    """Add noise to a share of the samples, fine or grainy, other noise to each frame.

    Hospitals' doses differ more than tenfold.
    """
    if not most_noise or rng.random() >= NOISY_SHARE:
        return sample
    deviation = most_noise * np.exp(rng.uniform(np.log(LEAST_NOISE_SHARE), 0))
    grain_px = float(rng.uniform(0, COARSEST_GRAIN_PX))

    def rough(images: NDArray[np.float32]) -> NDArray[np.float32]:
        noise = rng.standard_normal(images.shape, np.float32)
        noise = gaussian_filter(noise, (*(0,) * (images.ndim - 2), grain_px, grain_px))
        return images + np.float32(deviation / max(float(noise.std()), 1e-9)) * noise

    return replace(sample, frames=rough(sample.frames), minip=rough(sample.minip))


def regrade(sample: Sample, rng: np.random.Generator) -> Sample:
    """Mirror, scale contrast, bend the grey curve, add a little noise, stretch time."""
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


def crop_side(sample: Sample, settings: CropSettings, rng: np.random.Generator) -> int:
    """Draw the side of the square to cut; in a share of the samples it holds the whole run.

    Whether a run has a main artery trunk shows in the whole picture, not in a part of it. No square
    is larger than the run, beyond which there is only padding.
    """
    whole = max(sample.minip.shape)
    if rng.random() < settings.whole_share:
        return whole
    shown = min(1.0, (settings.look_px or whole) / whole)
    return min(round(settings.crop_px / (shown * float(rng.choice(ZOOMS)))), whole)


def augment(sample: Sample, settings: CropSettings, rng: np.random.Generator) -> Sample:
    """Draw a crop of a run, the same part of all frames, and vary its look.

    Args:
        sample: A whole run.
        settings: How to draw.
        rng: Decides everything.
    """
    return vary(thin(sample, int(rng.integers(1, settings.max_frames + 1)), rng), settings, rng)


def vary(sample: Sample, settings: CropSettings, rng: np.random.Generator) -> Sample:
    """The same, with all frames of the run."""
    cut = crop(sample, crop_side(sample, settings, rng), rng)
    seen = soften(bend(magnify(cut, settings.crop_px), rng), rng)
    return regrade(roughen(seen, settings.most_noise, rng), rng)
