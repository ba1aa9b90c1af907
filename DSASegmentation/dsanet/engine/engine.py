"""Engine: one model on one device, from a DSARun to a Prediction."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from dsanet import labels
from dsanet.engine import fallback
from dsanet.engine.backend import Backend
from dsanet.engine.choose import choose_backend, open_backend
from dsanet.engine.fallback import Scored
from dsanet.engine.postprocess import softmax, to_labels, visible, warnings
from dsanet.engine.prediction import Prediction
from dsanet.engine.provenance import provenance
from dsanet.engine.scoring import Cancel, NetworkInput, Progress, stop_if
from dsanet.errors import EngineError
from dsanet.io import DSARun
from dsanet.packages import ModelPackage, find_package
from dsanet.prepare import PrepareChoices, PreparedRun, prepare


class Engine:
    """One model, ready on one device.

    Attributes:
        package: The model.
        backend: What scores, as long as it can; `dsanet.engine.fallback` has what comes then.
        device_choice: Why it is this backend, one sentence.
    """

    def __init__(
        self, package: ModelPackage, backend: Backend, device_choice: str = "Given by the caller."
    ) -> None:
        self.package = package
        self.backend = backend
        self.device_choice = device_choice

    @classmethod
    def load(
        cls,
        package: ModelPackage | str | Path | None = None,
        device: str = "auto",
        precision: str = "auto",
    ) -> "Engine":
        """Open a model.

        Args:
            package: A checked package, or the name or folder of one; None is the bundled model.
            device: `auto`, `cuda`, `mps`, `openvino` or `cpu`.
            precision: `auto`, `float32`, `bfloat16` or `float16`; see `choose_backend`.

        Raises:
            PackageError: The package is missing or damaged.
            EngineError: The device is not there.
        """
        found = package if isinstance(package, ModelPackage) else find_package(package)
        chosen = choose_backend(found, device, precision)
        return cls(found, chosen.backend, chosen.reason)

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
            cancel: Asked before and after the preparation and between frames whether to stop.
            choices: What else the user decided about the preparation.

        Raises:
            PrepareError: The run cannot be prepared, or the window lies outside it.
            EngineError: No backend could score it, or memory ran out.
            CancelledError: `cancel` answered True.
        """
        report = progress or (lambda _stage, _done: None)
        decided = choices or PrepareChoices()
        if arterial_window is not None:
            decided = replace(decided, arterial_window=arterial_window)
        try:
            return self._segment(run, decided, report, cancel)
        except MemoryError as error:
            size = " x ".join(map(str, run.pixels.shape))
            msg = f"memory ran out while a run of {size} pixels was segmented; close other programs"
            raise EngineError(msg) from error

    def _segment(
        self, run: DSARun, choices: PrepareChoices, report: Progress, cancel: Cancel | None
    ) -> Prediction:
        started = time.perf_counter()
        report("prepare", 0.0)
        stop_if(cancel)
        prepared = prepare(run, choices)
        report("prepare", 1.0)
        prepared_at = time.perf_counter()
        scored = self._score(prepared, report, cancel)
        probabilities = softmax(scored.scores)
        found = to_labels(probabilities, visible(prepared))
        inferred_at = time.perf_counter()
        return Prediction(
            labels=found,
            probabilities=probabilities.astype(np.float16),
            arterial_window=prepared.arterial_window,
            no_mat=not np.any(found == labels.MAT),
            warnings=(*prepared.warnings, *scored.notes, *warnings(found)),
            provenance=provenance(self.package, scored, self.device_choice, run, prepared, choices),
            prepared=prepared,
            seconds={"prepare": prepared_at - started, "infer": inferred_at - prepared_at},
        )

    def _score(self, prepared: PreparedRun, report: Progress, cancel: Cancel | None) -> Scored:
        def open_another(device: str, precision: str) -> Backend:
            return open_backend(self.package, device, precision)

        given = NetworkInput.of(prepared, self.package.config)
        return fallback.score(self.backend, open_another, given, report, cancel)
