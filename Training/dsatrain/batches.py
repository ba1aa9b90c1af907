"""Samples of different lengths become batches with padding frames."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from dsatrain.samples import PhantomCrops, Sample


@dataclass(frozen=True)
class Batch:
    """Tensors as `DSANet.forward` takes them.

    Attributes:
        frames: float32 (B, T, h, w), padding frames 0.
        minip: float32 (B, h, w).
        times: float32 (B, T), padding frames at the last time.
        valid: bool (B, T), False for padding frames.
        labels: int64 (B, h, w).
    """

    frames: Tensor
    minip: Tensor
    times: Tensor
    valid: Tensor
    labels: Tensor


def collate(samples: list[Sample]) -> Batch:
    """Stack samples of equal height and width."""
    longest = max(len(sample.times) for sample in samples)
    height, width = samples[0].minip.shape
    frames = torch.zeros(len(samples), longest, height, width)
    times = torch.zeros(len(samples), longest)
    valid = torch.zeros(len(samples), longest, dtype=torch.bool)
    for row, sample in enumerate(samples):
        count = len(sample.times)
        frames[row, :count] = torch.from_numpy(sample.frames)
        times[row] = float(sample.times[-1])
        times[row, :count] = torch.from_numpy(sample.times)
        valid[row, :count] = True
    return Batch(
        frames=frames,
        minip=torch.stack([torch.from_numpy(sample.minip) for sample in samples]),
        times=times,
        valid=valid,
        labels=torch.stack([torch.from_numpy(sample.labels).long() for sample in samples]),
    )


class _Stream(IterableDataset[Sample]):
    def __init__(self, crops: PhantomCrops, start: int) -> None:
        self.crops = crops
        self.start = start

    def __iter__(self) -> Iterator[Sample]:
        return self.crops.items(self.start)


def batches(
    crops: PhantomCrops, batch_size: int, start_step: int, *, ahead: int = 16
) -> Iterator[Batch]:
    """Give batch after batch; a second process makes the phantoms.

    Args:
        crops: Where samples come from.
        batch_size: Samples a batch.
        start_step: Batches to leave out, for a run that is resumed.
        ahead: Batches made in advance.
    """
    stream = _Stream(crops, start_step * batch_size)
    return iter(
        DataLoader(
            stream,
            batch_size=batch_size,
            num_workers=1,
            prefetch_factor=ahead,
            collate_fn=collate,
        )
    )
