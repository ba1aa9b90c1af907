"""One run, from its pixels to the files of its measurements."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.batch import Cancel, Clock
from dsanet.cli.measure_files import contents_of
from dsanet.engine import Engine
from dsanet.errors import MeasureError
from dsanet.io import DSARun, read_run
from dsanet.labels import CLASS_COUNT
from dsanet.measure import Measurements, Scale, measure
from dsanet.prepare import PrepareChoices, PreparedRun, prepare


@dataclass(frozen=True, eq=False)
class Found:
    """What was measured in a run, ready to be written.

    Attributes:
        measured: The measurements.
        files: Content by file name.
        facts: The JSON file's values.
    """

    measured: Measurements
    files: dict[str, bytes]
    facts: dict[str, Any]


@dataclass(frozen=True)
class Measuring:
    """How runs are measured.

    Attributes:
        choices: What the user decided about the preparation.
        scale: The user's calibration, if any.
        open_engine: Gives the engine where labels are not given.
        cancel: Asked between frames whether to stop.
    """

    choices: PrepareChoices
    scale: Scale | None
    open_engine: Callable[[], Engine]
    cancel: Cancel = lambda: False

    def measured(self, run: DSARun, stem: str, clock: Clock, labels_file: Path | None) -> Found:
        """Measure a run.

        Args:
            run: As read.
            stem: What the file names begin with.
            clock: Times the stages.
            labels_file: The labels; None has the engine segment the run.

        Raises:
            DSAError: A step failed.
        """
        prepared, labels, by = self._labelled(run, clock, labels_file)
        found = measure(prepared, labels, facts=run.facts, spacing=run.spacing, scale=self.scale)
        labelled = {"source": "file"} if by is None else by
        return Found(found, *contents_of(found, prepared, labels, stem, labelled))

    def _labelled(
        self, run: DSARun, clock: Clock, labels_file: Path | None
    ) -> tuple[PreparedRun, NDArray[np.uint8], dict[str, Any] | None]:
        """The prepared run, its labels, and the provenance of those that the engine made."""
        if labels_file is not None:
            labels = read_labels(labels_file, run.pixels.shape[1:])
            return clock.time("prepare", lambda: prepare(run, self.choices)), labels, None
        engine = clock.time("load", self.open_engine)
        prediction = engine.segment(
            run, progress=clock.progress, cancel=self.cancel, choices=self.choices
        )
        return prediction.prepared, prediction.labels, prediction.provenance


def read_labels(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Read a label image.

    Args:
        path: PNG, NRRD, NIfTI or TIFF with values of `dsanet.labels`.
        shape: H and W of the run.

    Returns:
        uint8 (H, W).

    Raises:
        DSAError: It cannot be read, or is no label image of this run.
    """
    pixels = read_run(path).pixels
    if len(pixels) != 1 or pixels.shape[1:] != shape:
        msg = (
            f"{path} holds {pixels.shape} (images, rows, columns), expected one image of {shape};"
            " choose the labels of this run"
        )
        raise MeasureError(msg)
    found = np.unique(pixels)
    whole = np.array_equal(found, np.round(found))
    if not whole or found[0] < 0 or found[-1] >= CLASS_COUNT:
        msg = (
            f"{path} holds the values {found[0]} to {found[-1]}, expected 0 background, 1 BV and"
            " 2 MAT; choose a label image that dsanet segment wrote"
        )
        raise MeasureError(msg)
    return np.asarray(pixels[0], np.uint8)
