"""Where one process of a training stands: alone, or one of many under torchrun."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed


@dataclass(frozen=True)
class Place:
    """One process among those that train together.

    Attributes:
        rank: Its number, from 0.
        count: How many there are.
        device: Where it computes.
    """

    rank: int
    count: int
    device: torch.device

    @property
    def is_first(self) -> bool:
        """Whether it is the one that writes."""
        return self.rank == 0

    def highest(self, number: int) -> int:
        """Give the highest of the numbers that all processes state; each of them must ask."""
        if self.count == 1:
            return number
        told = torch.tensor(number, device=self.device)
        distributed.all_reduce(told, distributed.ReduceOp.MAX)
        return int(told)


@contextmanager
def joined(device: str = "auto") -> Iterator[Place]:
    """Join the processes that torchrun started; alone without it.

    Args:
        device: `cuda`, `mps` or `cpu`; `auto` takes the first of these that is there. Under
            torchrun each process of a node takes the GPU of its local rank.

    Raises:
        ValueError: The device is not there.
    """
    kind = _kind(device)
    if "RANK" not in os.environ:
        yield Place(0, 1, torch.device(kind))
        return
    chosen = torch.device(kind, int(os.environ["LOCAL_RANK"]) if kind == "cuda" else 0)
    if kind == "cuda":
        torch.cuda.set_device(chosen)
    distributed.init_process_group("nccl" if kind == "cuda" else "gloo")
    try:
        yield Place(distributed.get_rank(), distributed.get_world_size(), chosen)
    finally:
        distributed.destroy_process_group()


def _kind(device: str) -> str:
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if device == "auto":
        return next(name for name, available in there.items() if available)
    if not there.get(device, False):
        msg = f"torch {torch.__version__} finds no device {device!r} on this machine"
        raise ValueError(msg)
    return device
