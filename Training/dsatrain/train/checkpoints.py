"""The last two states of a training on disk, each vouched for by the hash in its name."""

import hashlib
import io
import logging
import re
from pathlib import Path
from typing import Any

import torch

from dsanet import atomic
from dsanet.errors import WriteError

log = logging.getLogger(__name__)

KEPT = 2
_NAME = re.compile(r"checkpoint-(\d{8})-([0-9a-f]{16})\.pt")


def store(folder: Path, step: int, state: dict[str, Any]) -> None:
    """Write a checkpoint; older ones than the last two go once it has been read back.

    Args:
        folder: The training's folder.
        step: Steps done.
        state: Tensors and plain values.

    Raises:
        WriteError: It could not be written, or reads back as something else; the older ones stay.
    """
    buffer = io.BytesIO()
    torch.save(state, buffer)
    data = buffer.getvalue()
    path = folder / f"checkpoint-{step:08d}-{_digest(data)}.pt"
    atomic.write_bytes(path, data)
    if not _is_whole(path):
        msg = f"{path} does not read back as it was written; the disk may be failing"
        raise WriteError(msg)
    for old in _found(folder)[KEPT:]:
        old.unlink(missing_ok=True)


def newest(folder: Path) -> dict[str, Any] | None:
    """Read the newest checkpoint that is whole; None where there is none at all.

    Raises:
        ValueError: There are checkpoints, and all are damaged.
    """
    found = _found(folder)
    for path in found:
        if _is_whole(path):
            return dict(torch.load(path, weights_only=True, map_location="cpu"))
        log.warning("%s is damaged; trying the one before", path)
    if found:
        msg = f"all checkpoints in {folder} are damaged; begin again in another folder"
        raise ValueError(msg)
    return None


def _found(folder: Path) -> list[Path]:
    """The newest first."""
    paths = [path for path in folder.glob("checkpoint-*.pt") if _NAME.fullmatch(path.name)]
    return sorted(paths, key=lambda path: path.name, reverse=True)


def _is_whole(path: Path) -> bool:
    stated = _NAME.fullmatch(path.name)
    return stated is not None and _digest(path.read_bytes()) == stated[2]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
