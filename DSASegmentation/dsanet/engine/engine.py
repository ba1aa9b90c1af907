"""Engine: one model on one device, from a DSARun to a Prediction."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import dsanet
from dsanet import labels
from dsanet.engine.backend import Array, Backend
from dsanet.engine.choose import open_backend
from dsanet.engine.prediction import Prediction
from dsanet.engine.tiling import tile_weights, tiles
from dsanet.errors import CancelledError
from dsanet.io import DSARun
from dsanet.model import FIXED_FRAMES, STRIDE, resampling_weights
from dsanet.packages import ModelPackage, find_package
from dsanet.prepare import PrepareChoices, PreparedRun, network_frames, prepare

Progress = Callable[[str, float], None]
"""Told the stage, `prepare` or `infer`, and the share of it that is done, 0 to 1."""

Cancel = Callable[[], bool]
"""Asked after each frame; True stops with CancelledError."""


class Engine:
    """One model, ready on one device."""

    def __init__(self, package: ModelPackage, backend: Backend) -> None:
        self.package = package
        self.backend = backend

    @classmethod
    def load(
        cls, package: ModelPackage | str | Path | None = None, device: str = "auto"
    ) -> "Engine":
        """Open a model.

        Args:
            package: A checked package, or the name or folder of one; None is the bundled model.
            device: `auto`, `cuda`, `mps`, `openvino` or `cpu`.

        Raises:
            PackageError: The package is missing or damaged.
            EngineError: The device is not there.
        """
        found = package if isinstance(package, ModelPackage) else find_package(package)
        return cls(found, open_backend(found, device))

    def segment(
        self,
        run: DSARun,
        arterial_window: tuple[int, int] | None = None,
        progress: Progress | None = None,
        cancel: Cancel | None = None,
        choices: PrepareChoices | None = None,
    ) -> Prediction:
        """Segment a run.

        Args:
            run: The run as read.
            arterial_window: First and last frame with arteries, from 0; None finds it.
            progress: Told how far each stage is.
            cancel: Asked between frames whether to stop.
            choices: What else the user decided about the preparation.

        Raises:
            PrepareError: The run cannot be prepared, or the window lies outside it.
            CancelledError: `cancel` answered True.
        """
        report = progress or (lambda _stage, _done: None)
        started = time.perf_counter()
        report("prepare", 0.0)
        decided = choices or PrepareChoices()
        if arterial_window is not None:
            decided = replace(decided, arterial_window=arterial_window)
        prepared = prepare(run, decided)
        report("prepare", 1.0)
        prepared_at = time.perf_counter()
        scores = self.score(prepared, report, cancel)
        probabilities = _softmax(scores)
        found = _to_labels(probabilities, _visible(prepared))
        inferred_at = time.perf_counter()
        return Prediction(
            labels=found,
            probabilities=probabilities.astype(np.float16),
            arterial_window=prepared.arterial_window,
            no_mat=not np.any(found == labels.MAT),
            warnings=(*prepared.warnings, *_warnings(found)),
            provenance=self._provenance(run, prepared),
            prepared=prepared,
            seconds={"prepare": prepared_at - started, "infer": inferred_at - prepared_at},
        )

    def score(self, prepared: PreparedRun, report: Progress, cancel: Cancel | None) -> Array:
        """Score a prepared run tile by tile.

        Returns:
            float32 (3, H, W), scores before softmax.

        Raises:
            CancelledError: `cancel` answered True.
        """
        frames, times = network_frames(prepared)
        if self.package.config.temporal == "fixed8" and len(frames) != FIXED_FRAMES:
            weights = resampling_weights(times)
            frames, times = np.tensordot(weights, frames, 1), weights @ times
        minip = prepared.normalise(prepared.minip)
        height, width = minip.shape
        regions = tiles(height, width)
        steps = len(regions) * len(frames)
        done = 0

        def on_frame() -> None:
            nonlocal done
            if cancel is not None and cancel():
                msg = "segmentation was cancelled"
                raise CancelledError(msg)
            done += 1
            report("infer", done / (steps + len(regions)))

        total = np.zeros((labels.CLASS_COUNT, height, width), np.float32)
        weight_sum = np.zeros((height, width), np.float32)
        for rows, columns in regions:
            tile_frames = _pad(frames[:, rows, columns])
            tile_minip = minip[rows, columns]
            h, w = tile_minip.shape
            scores = self.backend.score(
                tile_frames, _pad(tile_minip), times.astype(np.float32), on_frame
            )
            weights = tile_weights(h, w) if len(regions) > 1 else np.ones((h, w), np.float32)
            total[:, rows, columns] += scores[:, :h, :w] * weights
            weight_sum[rows, columns] += weights
        report("infer", 1.0)
        return total / weight_sum

    def _provenance(self, run: DSARun, prepared: PreparedRun) -> dict[str, Any]:
        return {
            "model": self.package.name,
            "model_sha256": self.package.weights_sha256,
            "engine": f"dsanet {dsanet.__version__}",
            "backend": self.backend.name,
            "device": self.backend.device,
            "precision": self.backend.precision,
            "preparation": {
                "subtraction": prepared.subtraction,
                "center": prepared.center,
                "scale": prepared.scale,
            },
            "input": {"uids": run.facts.uids, "pixel_sha256": run.pixel_hash},
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }


def _pad(image: Array) -> Array:
    """Pad the last two axes with background to multiples of 32."""
    margins = [(0, 0)] * (image.ndim - 2) + [(0, -n % STRIDE) for n in image.shape[-2:]]
    return np.ascontiguousarray(np.pad(image, margins))


def _softmax(scores: Array) -> Array:
    raised: Array = np.exp(scores - scores.max(axis=0))
    return np.asarray(raised / raised.sum(axis=0))


def _visible(prepared: PreparedRun) -> NDArray[np.bool_]:
    """Where there is anything to see: nowhere in a picture of one grey value."""
    grey = prepared.minip[prepared.field]
    return prepared.field & bool(grey.size and grey.min() < grey.max())


def _to_labels(probabilities: Array, visible: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The most probable class; background where there is nothing to see."""
    found: NDArray[np.uint8] = probabilities.argmax(axis=0).astype(np.uint8)
    found[~visible] = labels.BACKGROUND
    return found


def _warnings(found: NDArray[np.uint8]) -> tuple[str, ...]:
    if not found.any():
        return ("No vessel was found in this run.",)
    if not np.any(found == labels.MAT):
        return ("No main artery trunk (MAT) was found in this run.",)
    return ()
