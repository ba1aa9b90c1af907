"""Scores of a whole image from a backend: tile by tile, blended, checked to be numbers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dsanet import labels
from dsanet.engine.backend import Array, Backend, NotFiniteError
from dsanet.engine.tiling import Region, tile_weights
from dsanet.errors import CancelledError
from dsanet.model import FIXED_FRAMES, STRIDE, DSANetConfig, resampling_weights
from dsanet.prepare import PreparedRun, network_frames

Progress = Callable[[str, float], None]
"""Told the stage, `prepare` or `infer`, and the share of it that is done, 0 to 1."""

Cancel = Callable[[], bool]
"""Asked after each frame; True stops with CancelledError."""


@dataclass(frozen=True, eq=False)
class NetworkInput:
    """What the network sees of a run.

    Attributes:
        frames: float32 (T, H, W), normalised.
        minip: float32 (H, W), normalised.
        times: float32 (T,), seconds.
    """

    frames: Array
    minip: Array
    times: Array

    @classmethod
    def of(cls, prepared: PreparedRun, config: DSANetConfig) -> "NetworkInput":
        """Normalise a prepared run, and resample it for a network of eight fixed frames."""
        frames, times = network_frames(prepared)
        if config.temporal == "fixed8" and len(frames) != FIXED_FRAMES:
            weights = resampling_weights(times)
            frames, times = np.tensordot(weights, frames, 1), weights @ times
        minip = prepared.normalise(prepared.minip)
        return cls(frames, minip, times.astype(np.float32))


def score_tiles(
    backend: Backend,
    given: NetworkInput,
    regions: list[Region],
    report: Progress,
    cancel: Cancel | None,
) -> Array:
    """Score an image region by region.

    Args:
        backend: What scores.
        given: The whole image.
        regions: Tiles that cover it.
        report: Told the share of `infer` that is done.
        cancel: Asked after each frame and after each region.

    Returns:
        float32 (3, H, W), scores before softmax.

    Raises:
        CancelledError: `cancel` answered True.
        NotFiniteError: A score is no number.
        EngineError: The backend failed.
    """
    steps = _Steps(len(regions) * (len(given.frames) + 1), report, cancel)
    total = np.zeros((labels.CLASS_COUNT, *given.minip.shape), np.float32)
    weight_sum = np.zeros(given.minip.shape, np.float32)
    for rows, columns in regions:
        tile = given.minip[rows, columns]
        h, w = tile.shape
        frames = _pad(given.frames[:, rows, columns])
        scores = backend.score(frames, _pad(tile), given.times, steps.done)[:, :h, :w]
        if not np.isfinite(scores).all():
            msg = f"{backend.name} on {backend.device} answered with values that are no numbers"
            raise NotFiniteError(msg)
        weights = tile_weights(h, w) if len(regions) > 1 else np.ones((h, w), np.float32)
        total[:, rows, columns] += scores * weights
        weight_sum[rows, columns] += weights
        steps.done()
    np.divide(total, weight_sum, out=total)
    return total


def stop_if(cancel: Cancel | None) -> None:
    """Ask the caller whether to stop.

    Raises:
        CancelledError: The caller wants to stop.
    """
    if cancel is not None and cancel():
        msg = "segmentation was cancelled"
        raise CancelledError(msg)


class _Steps:
    """Counts frames and regions that are done, and stops where the caller asks for it."""

    def __init__(self, total: int, report: Progress, cancel: Cancel | None) -> None:
        self._total, self._report, self._cancel = total, report, cancel
        self._count = 0

    def done(self) -> None:
        """Count one more.

        Raises:
            CancelledError: The caller wants to stop.
        """
        stop_if(self._cancel)
        self._count += 1
        self._report("infer", self._count / self._total)


def _pad(image: Array) -> Array:
    """Pad the last two axes with background to multiples of 32."""
    margins = [(0, 0)] * (image.ndim - 2) + [(0, -n % STRIDE) for n in image.shape[-2:]]
    return np.ascontiguousarray(np.pad(image, margins))
