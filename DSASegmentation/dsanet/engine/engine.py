"""Engine: one model on one device, from a DSARun to a Prediction."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet import labels
from dsanet.engine import fallback
from dsanet.engine.backend import Array, Backend
from dsanet.engine.choose import choose_backend, open_backend
from dsanet.engine.cleanup import ALL_STEPS, UNSEEN_TRUNK, CleanUp, clean
from dsanet.engine.fallback import Scored
from dsanet.engine.looks import joined, looks, parts_of
from dsanet.engine.overview import SURE, clearest_trunk, overview, without_trunk
from dsanet.engine.postprocess import softmax, to_labels, visible, warnings
from dsanet.engine.prediction import Prediction
from dsanet.engine.provenance import provenance
from dsanet.engine.resize import resized
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
            package: A checked package, or the name or folder of one; None is the active model.
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
        clean_up: CleanUp = ALL_STEPS,
    ) -> Prediction:
        """Segment a run.

        Args:
            run: The run as read.
            arterial_window: First and last frame with arteries, from 0; None finds it.
            progress: Told how far each stage is.
            cancel: Asked before and after the preparation and between frames whether to stop.
            choices: What else the user decided about the preparation.
            clean_up: The steps that tidy the labels.

        Raises:
            PrepareError: The run cannot be prepared, or the window lies outside it.
            EngineError: No backend could score it, or memory ran out.
            CancelledError: `cancel` answered True.
        """
        report = progress or (lambda _stage, _done: None)
        decided = choices or PrepareChoices()
        if arterial_window is not None:
            decided = replace(decided, arterial_window=arterial_window)
        with _memory_told(run.pixels.shape):
            started = time.perf_counter()
            report("prepare", 0.0)
            stop_if(cancel)
            prepared = prepare(run, decided)
            report("prepare", 1.0)
            seconds = time.perf_counter() - started
            source = {"uids": run.facts.uids, "pixel_sha256": run.pixel_hash}
            answer = self.segment_prepared(prepared, source, report, cancel, decided, clean_up)
        return replace(answer, seconds={"prepare": seconds, **answer.seconds})

    def segment_prepared(
        self,
        prepared: PreparedRun,
        source: dict[str, Any],
        progress: Progress | None = None,
        cancel: Cancel | None = None,
        choices: PrepareChoices | None = None,
        clean_up: CleanUp = ALL_STEPS,
    ) -> Prediction:
        """Segment a run that is prepared already, such as a case of a data set.

        Args:
            prepared: The prepared run.
            source: What it was prepared from, for the provenance: JSON values.
            progress: Told how far `infer` is.
            cancel: Asked between frames whether to stop.
            choices: What was decided about the preparation.
            clean_up: The steps that tidy the labels.

        Raises:
            EngineError: No backend could score it, or memory ran out.
            CancelledError: `cancel` answered True.
        """
        with _memory_told(prepared.frames.shape):
            started = time.perf_counter()
            given = NetworkInput.of(prepared, self.package.config)
            probabilities, scored = self._looked(given, progress, cancel)
            seen = visible(prepared)
            unseen: dict[str, int] = {}
            if clean_up.unseen_trunk:
                probabilities, unseen = self._seen_small(given, probabilities, seen, cancel)
            found, cleaned = clean(self._labels(probabilities, seen), clean_up, prepared)
            seconds = time.perf_counter() - started
            return Prediction(
                labels=found,
                probabilities=probabilities.astype(np.float16),
                arterial_window=prepared.arterial_window,
                no_mat=not np.any(found == labels.MAT),
                warnings=(
                    *prepared.warnings,
                    *scored.notes,
                    *warnings(found, unseen=any(unseen.values())),
                ),
                provenance={
                    **provenance(
                        self.package, scored, self.device_choice, source, prepared, choices
                    ),
                    "clean_up": unseen | cleaned,
                },
                prepared=prepared,
                seconds={"infer": seconds},
            )

    def score(
        self,
        prepared: PreparedRun,
        progress: Progress | None = None,
        cancel: Cancel | None = None,
    ) -> Scored:
        """Score a prepared run, on another backend where the first one fails.

        Args:
            prepared: The prepared run.
            progress: Told how far `infer` is.
            cancel: Asked between frames whether to stop.

        Raises:
            EngineError: No backend could score it.
            CancelledError: `cancel` answered True.
        """
        return self._scored(NetworkInput.of(prepared, self.package.config), progress, cancel)

    def trunk_clearness(self, prepared: PreparedRun, cancel: Cancel | None = None) -> float:
        """How clear a main artery trunk is in a small picture of a whole run, 0 to 1.

        1 where it is so plain in the usual looks that the small picture is not asked.

        Args:
            prepared: The prepared run.
            cancel: Asked between frames whether to stop.

        Raises:
            EngineError: No backend could score it.
            CancelledError: `cancel` answered True.
        """
        given = NetworkInput.of(prepared, self.package.config)
        return self._clearness(given, self._looked(given, None, cancel)[0], cancel)

    def _clearness(self, given: NetworkInput, probabilities: Array, cancel: Cancel | None) -> float:
        """How clear a trunk is in the overview, 1 where the probabilities show it plain."""
        if clearest_trunk(probabilities) >= SURE:
            return 1.0
        return clearest_trunk(self._probabilities(self._scored(overview(given), None, cancel)))

    def _looked(
        self, given: NetworkInput, progress: Progress | None, cancel: Cancel | None
    ) -> tuple[Array, Scored]:
        """Probabilities after all looks, and the first one's scores."""
        pictures = looks(given, self.package)
        parts = parts_of(progress, pictures)
        scored = [self._scored(picture, next(parts), cancel) for picture in pictures]
        found = [resized(self._probabilities(one), given.minip.shape) for one in scored]
        notes = dict.fromkeys(note for one in scored for note in one.notes)
        return joined(found), replace(scored[0], notes=tuple(notes))

    def _probabilities(self, scored: Scored) -> Array:
        return softmax(scored.scores, self.package.temperatures)

    def _seen_small(
        self,
        given: NetworkInput,
        probabilities: Array,
        seen: NDArray[np.bool_],
        cancel: Cancel | None,
    ) -> tuple[Array, dict[str, int]]:
        """Probabilities without MAT where no trunk is clear; pixels that this changes."""
        wanted = self.package.trunk_in_overview
        if wanted is None:
            return probabilities, {}
        found = self._labels(probabilities, seen)
        if not np.any(found == labels.MAT):
            return probabilities, {UNSEEN_TRUNK: 0}
        if self._clearness(given, probabilities, cancel) >= wanted:
            return probabilities, {UNSEEN_TRUNK: 0}
        changed = without_trunk(probabilities)
        return changed, {UNSEEN_TRUNK: int(np.count_nonzero(found != self._labels(changed, seen)))}

    def _labels(self, probabilities: Array, seen: NDArray[np.bool_]) -> NDArray[np.uint8]:
        return to_labels(probabilities, seen, self.package.vessel_threshold)

    def _scored(
        self, given: NetworkInput, progress: Progress | None, cancel: Cancel | None
    ) -> Scored:
        def open_another(device: str, precision: str) -> Backend:
            return open_backend(self.package, device, precision)

        report = progress or (lambda _stage, _done: None)
        return fallback.score(self.backend, open_another, given, report, cancel)


@contextmanager
def _memory_told(shape: tuple[int, ...]) -> Iterator[None]:
    """Turn a MemoryError into what a user can act on.

    Raises:
        EngineError: Memory ran out.
    """
    try:
        yield
    except MemoryError as error:
        size = " x ".join(map(str, shape))
        msg = f"memory ran out while a run of {size} pixels was segmented; close other programs"
        raise EngineError(msg) from error
