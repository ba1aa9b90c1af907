"""Exporting a data set for nnU-Net v2: an outside baseline on the same cases and folds.

Channel 0 is the MinIP; further channels are frames of the arterial window, the same number for all
cases: nnU-Net has no time axis. `splits_final.json` keeps patients together, which nnU-Net's own
splits do not; copy it to `nnUNet_preprocessed/Dataset001_DSA`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet import atomic
from dsanet.cases import Case, CaseEntry, list_cases, prepared_run, read_case
from dsanet.cases.case import LABEL_KINDS
from dsanet.cases.nrrd import encode
from dsanet.cases.record import FILES, to_record
from dsanet.errors import CaseError, WriteError
from dsanet.prepare import PreparedRun
from dsanet.prepare.thin import evenly_in_time
from dsatrain.data.choosing import divided, not_accepted
from dsatrain.data.folds import FOLDS, patient_folds, splits
from dsatrain.data.importing import REFUSED, Outcome
from dsatrain.data.nnunet import CASES, DESCRIPTION, MINIP, PARTS

FOLDER = "Dataset001_DSA"
SPLITS = "splits_final.json"
ENDING = ".nrrd"
EXPORTED, LEFT_OUT = "exported", "left out"


def export_nnunet(dataset: Path, destination: Path, frames: int = 0) -> Iterator[Outcome]:
    """Write the accepted cases of a data set as `Dataset001_DSA`.

    Args:
        dataset: The data set's folder.
        destination: The folder that becomes nnU-Net's `nnUNet_raw`.
        frames: Frames a case, as channels after the MinIP. Of longer windows frames are chosen
            evenly in time, of shorter ones some are repeated.

    Yields:
        What became of each case, in the order of their names.

    Raises:
        CaseError: No case is accepted, or BV and MAT are mixed with labels of the whole vessel.
        WriteError: The folder holds an export already, or cannot be written. `dataset.json` is
            written last: a folder without it was not finished.
    """
    chosen, others = divided(list_cases(dataset), not_accepted)
    for entry, reason in others:
        yield Outcome(entry.name, LEFT_OUT if entry.record else REFUSED, "", reason)
    kind = _one_kind(dataset, chosen)
    folder = destination / FOLDER
    if folder.exists() and any(folder.iterdir()):
        msg = f"{folder} is not empty; remove it or choose another folder"
        raise WriteError(msg)
    records = {}
    with atomic.new_folder(folder):
        for entry in chosen:
            try:
                case = read_case(entry.folder)
            except CaseError as error:
                yield Outcome(entry.name, REFUSED, "", str(error))
                continue
            records[entry.name] = _write_case(folder, entry.name, case, frames)
            yield Outcome(entry.name, EXPORTED, entry.name, "")
        written = [entry for entry in chosen if entry.name in records]
        yield from _write_rest(folder, written, records, kind, frames)


def _one_kind(dataset: Path, entries: list[CaseEntry]) -> str:
    kinds = sorted({entry.record.facts.label_kind for entry in entries if entry.record})
    if len(kinds) == 1:
        return kinds[0]
    found = f"cases of {' and of '.join(kinds)}" if kinds else "no accepted case"
    msg = f"{dataset} holds {found}; nnU-Net needs cases of one kind of label"
    raise CaseError(msg)


def _write_case(folder: Path, name: str, case: Case, frames: int) -> dict[str, Any]:
    """Write one case's images and give what the layout has no place for."""
    part, spacing = PARTS[case.facts.split], case.facts.spacing
    prepared = prepared_run(case)
    images = [prepared.minip]
    times = np.zeros(1)
    if frames:
        channels, times = frame_channels(prepared, frames)
        images += list(channels)
    files: dict[Path, NDArray[Any]] = {
        folder / f"images{part}" / f"{name}_{number:04d}{ENDING}": image
        for number, image in enumerate(images)
    }
    files[folder / f"fields{part}" / f"{name}{ENDING}"] = case.field.astype(np.uint8)
    files[folder / f"labels{part}" / f"{name}{ENDING}"] = case.labels
    for parent in {path.parent for path in files}:
        with atomic.new_folder(parent):
            pass
    atomic.write_all({path: encode(image, spacing) for path, image in files.items()})
    record = to_record(case, dict.fromkeys(FILES, ("", 0)))
    return {"case": record, "times_s": times.tolist()}


def frame_channels(
    prepared: PreparedRun, count: int
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Choose a fixed number of frames from the arterial window.

    Args:
        prepared: The run.
        count: Number of frames, at least 1.

    Returns:
        float32 (count, H, W) in the scale of `prepared.frames`, and float64 (count,) seconds from
        the first; equal times mark repeated frames.
    """
    first, last = prepared.arterial_window
    times = prepared.times[first : last + 1]
    if len(times) > count > 1:
        chosen = evenly_in_time(times, count)
    else:
        chosen = np.linspace(0, len(times) - 1, count).round().astype(np.intp)
    return prepared.frames[first + chosen], times[chosen] - times[chosen[0]]


def _write_rest(
    folder: Path,
    entries: list[CaseEntry],
    records: dict[str, Any],
    kind: str,
    frames: int,
) -> Iterator[Outcome]:
    """Write splits, sidecar and, last, dataset.json."""
    training = {
        entry.name: entry.record.facts.patient_key
        for entry in entries
        if entry.record and entry.record.facts.split == "train"
    }
    names = [MINIP, *(f"frame {number}" for number in range(frames))]
    described = {
        "channel_names": {str(number): name for number, name in enumerate(names)},
        "labels": LABEL_KINDS[kind],
        "numTraining": len(training),
        "file_ending": ENDING,
        "name": "DSA",
        "description": "Research use only. Exported by dsatrain.",
    }
    folds = min(FOLDS, len(set(training.values())))
    if folds > 1:
        dealt = splits(patient_folds(training, folds))
        atomic.write_text(folder / SPLITS, _json(dealt))
        yield Outcome(SPLITS, EXPORTED, "", f"{folds} folds; copy it to nnUNet_preprocessed")
    else:
        yield Outcome(SPLITS, LEFT_OUT, "", f"{folds} patients cannot be dealt into folds")
    atomic.write_text(folder / CASES, _json(records))
    atomic.write_text(folder / DESCRIPTION, _json(described))


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
