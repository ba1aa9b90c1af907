"""Samples of different lengths become batches with padding frames."""

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from dsatrain.sample import Sample

AHEAD = 16
"""Batches that each loader makes in advance."""

TUBE_ROUNDS = 2
"""A skeleton is thickened by so many pixels: Skeleton Recall, section 3.1."""


class Crops(Protocol):
    """A source of samples."""

    def item(self, index: int) -> Sample:
        """The sample at an index; it depends on the source and the index alone."""
        ...


@dataclass(frozen=True)
class Batch:
    """Tensors as `DSANet.forward` takes them.

    Attributes:
        frames: float32 (B, T, h, w), padding frames 0.
        minip: float32 (B, h, w).
        times: float32 (B, T), padding frames at the last time.
        valid: bool (B, T), False for padding frames.
        labels: int64 (B, h, w).
        skeletons: int64 (B, h, w), `tubed_skeleton` of the labels; None where not asked for.
        names: Where each sample came from, for people.
        replayed: bool (B,), the samples of what the model knew before; None for none of them.
    """

    frames: Tensor
    minip: Tensor
    times: Tensor
    valid: Tensor
    labels: Tensor
    skeletons: Tensor | None = None
    names: tuple[str, ...] = ()
    replayed: Tensor | None = None

    def to(self, device: torch.device) -> "Batch":
        """The same batch on a device."""
        moved = {key: v.to(device) if isinstance(v, Tensor) else v for key, v in vars(self).items()}
        return Batch(**moved)

    def only(self, chosen: Tensor) -> "Batch":
        """The samples that are chosen by a bool (B,)."""
        kept = {key: v[chosen] if isinstance(v, Tensor) else v for key, v in vars(self).items()}
        names = [name for name, keep in zip(self.names, chosen.tolist(), strict=False) if keep]
        return Batch(**{**kept, "names": tuple(names)})


def collate(samples: list[Sample], skeletons: bool = False) -> Batch:
    """Stack samples of equal height and width.

    Args:
        samples: At least one.
        skeletons: Whether to add the labels' skeletons.
    """
    longest = max(len(sample.times) for sample in samples)
    height, width = samples[0].minip.shape
    frames = torch.zeros(len(samples), longest, height, width)
    times = torch.zeros(len(samples), longest)
    valid = torch.zeros(len(samples), longest, dtype=torch.bool)
    for row, sample in enumerate(samples):
        number = len(sample.times)
        frames[row, :number] = torch.from_numpy(sample.frames)
        times[row] = float(sample.times[-1])
        times[row, :number] = torch.from_numpy(sample.times)
        valid[row, :number] = True
    return Batch(
        frames=frames,
        minip=_stacked([sample.minip for sample in samples]),
        times=times,
        valid=valid,
        labels=_stacked([sample.labels for sample in samples]).long(),
        skeletons=_stacked([tubed_skeleton(s.labels) for s in samples]).long()
        if skeletons
        else None,
        names=tuple(sample.name for sample in samples),
        replayed=torch.tensor([sample.replayed for sample in samples]),
    )


def tubed_skeleton(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Keep the labels within 2 px of the whole vessel's centreline.

    Args:
        labels: uint8 (h, w).

    Source: Kirchhoff et al., Skeleton Recall Loss, ECCV 2024, section 3.1.
    """
    from skimage.morphology import skeletonize

    line = skeletonize(labels > 0)
    tube = binary_dilation(line, iterations=TUBE_ROUNDS) if line.any() else line
    return np.where(tube, labels, 0).astype(np.uint8)


def batches(
    make_crops: Callable[[int], Crops],
    *,
    batch_size: int,
    start_step: int = 0,
    loaders: int = 1,
    rank: int = 0,
    skeletons: bool = False,
) -> Iterator[Batch]:
    """Give batch after batch; other processes make the samples.

    Loader l makes the batches l, l + loaders, ... from a source of its own, so that no two make the
    same phantom, and a training that is resumed goes on with the same batches.

    Args:
        make_crops: Gives the source of a lane; lane `rank * loaders + l` is loader l's.
        batch_size: Samples a batch.
        start_step: Batches to leave out, for a training that is resumed.
        loaders: Processes that make samples.
        rank: The number of this training process among those that train together.
        skeletons: Whether batches have skeletons.
    """
    stream = _Stream(make_crops, batch_size, start_step, loaders, rank)
    return iter(
        DataLoader(
            stream,
            batch_size=None,
            num_workers=loaders,
            prefetch_factor=AHEAD,
            collate_fn=partial(collate, skeletons=skeletons),
            worker_init_fn=_leave_signals_to_the_parent,
        )
    )


class _Stream(IterableDataset[list[Sample]]):
    """The batches of one loader, as lists of samples."""

    def __init__(
        self,
        make_crops: Callable[[int], Crops],
        batch_size: int,
        start_step: int,
        loaders: int,
        rank: int,
    ) -> None:
        self.make_crops, self.batch_size, self.start_step = make_crops, batch_size, start_step
        self.loaders, self.rank = loaders, rank

    def __iter__(self) -> Iterator[list[Sample]]:
        worker = get_worker_info()
        first_step = self.start_step + (worker.id if worker else 0)
        lane = first_step % self.loaders
        crops = self.make_crops(self.rank * self.loaders + lane)
        for turn in count(first_step // self.loaders):
            first = turn * self.batch_size
            yield [crops.item(first + place) for place in range(self.batch_size)]


def _leave_signals_to_the_parent(_loader: int) -> None:
    """Ctrl-C reaches every process of a terminal; the training decides when its loaders end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _stacked(images: list[NDArray[np.generic]]) -> Tensor:
    return torch.stack([torch.from_numpy(image) for image in images])
