"""What importers have in common: labelled runs found in a source, and how files are read."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from dsanet.cases import Case
from dsanet.cases.case import LABEL_KINDS
from dsanet.errors import CaseError
from dsanet.io import DSARun, read_run
from dsanet.io.names import natural_key
from dsanet.prepare import PrepareChoices, PreparedRun, prepare
from dsatrain.data.orientations import AS_STORED, ORIENTATIONS


@dataclass(frozen=True)
class Terms:
    """On what terms a source is imported.

    Attributes:
        salt: Of the data set, for patient keys.
        orientation: How all its labels are to be turned, of `ORIENTATIONS`.
        patient: Finds the patient in a run's name where the source has no rule of its own; its
            first group, or all that it matches.
    """

    salt: bytes
    orientation: str = AS_STORED
    patient: re.Pattern[str] | None = None


@dataclass(frozen=True)
class SourceRun:
    """A run found in a source, not yet read.

    Attributes:
        name: Its name there, for the report alone.
        load: Reads it; raises a DSAError that says what is wrong with it.
    """

    name: str
    load: Callable[[Terms], Case]


def refused(name: str, reason: str) -> SourceRun:
    """A run of which it is known beforehand that it cannot be imported.

    Args:
        name: Its name.
        reason: Why.
    """

    def load(_: Terms) -> NoReturn:
        raise CaseError(reason)

    return SourceRun(name, load)


def files_in(folder: Path, source: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    """List the files of a folder in natural order; hidden ones are passed over.

    Args:
        folder: The folder; one that is missing is empty.
        source: The data set it belongs to.
        suffixes: What the names end in, lower case.

    Raises:
        CaseError: A file is a link that leads out of the source.
    """
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir(), key=lambda path: natural_key(path.name)):
        if path.name.startswith(".") or not path.name.lower().endswith(suffixes):
            continue
        if not path.resolve().is_relative_to(source.resolve()):
            msg = f"{path} is a link that leads out of {source}; copy the file itself there"
            raise CaseError(msg)
        yield path


def read_labels(path: Path, orientation: str) -> NDArray[np.int64]:
    """Read a label image: PNG, TIFF, NIfTI or NRRD of whole numbers, rows first.

    Args:
        path: The file.
        orientation: How to turn it, of `ORIENTATIONS`.

    Returns:
        (H, W), values as stored.

    Raises:
        ReadError: It is no grey image of whole numbers.
        CaseError: It holds more than one image.
    """
    pixels = read_run(path).pixels
    if len(pixels) != 1:
        msg = f"{path.name} holds {len(pixels)} images, expected one label image"
        raise CaseError(msg)
    turned = ORIENTATIONS[orientation](pixels[0])
    return np.ascontiguousarray(turned, np.int64)


def checked_labels(
    labels: NDArray[np.int64], shape: tuple[int, ...], values: dict[int, int], name: str
) -> NDArray[np.uint8]:
    """Bring labels to the values of a case.

    Args:
        labels: (H, W), values as stored.
        shape: (H, W) of the run.
        values: From stored values to those of the case.
        name: The file's, for messages.

    Returns:
        uint8 (H, W).

    Raises:
        CaseError: They have another size or other values than the run, or are empty.
    """
    if labels.shape != shape:
        turned = labels.shape[::-1] == shape
        hint = "they look transposed (--orientation transposed)" if turned else "check the pair"
        msg = f"{name} has {_size(labels.shape)}, the run {_size(shape)}; {hint}"
        raise CaseError(msg)
    others = sorted(set(np.unique(labels).tolist()) - set(values))
    if others:
        msg = f"{name} holds the values {others[:8]}, expected only {sorted(values)}"
        raise CaseError(msg)
    mapped = np.zeros(shape, np.uint8)
    for stored, value in values.items():
        mapped[labels == stored] = value
    if not mapped.any():
        msg = f"{name} has no labelled pixel"
        raise CaseError(msg)
    return mapped


def own_values(kind: str) -> dict[int, int]:
    """The values of a kind of label, unchanged."""
    return {value: value for value in LABEL_KINDS[kind].values()}


def prepare_arterial(run: DSARun) -> PreparedRun:
    """Prepare a published run of which only subtracted arterial frames were kept."""
    window = (0, run.frame_count - 1)
    return prepare(run, PrepareChoices(arterial_window=window, subtract="never"))


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} rows x {shape[1]} columns"
