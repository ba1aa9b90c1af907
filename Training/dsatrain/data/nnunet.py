"""nnU-Net v2 raw data sets: their layout, and importing them.

Layout: `dataset.json`; `imagesTr/CASE_0000.END` and so on, one file a channel; `labelsTr/CASE.END`;
the same in `imagesTs` and `labelsTs` where there are test labels. A channel whose name holds
`MinIP` is made of the others and is passed over, unless it is the only one; the others are the
frames, in their order, subtracted and with dark vessels.

The layout knows no times, exposure fields or patients. What `dsatrain export nnunet` writes has
them in files that nnU-Net passes over: `dsanet_cases.json`, `fieldsTr` and `fieldsTs`.

Source: documentation/reference/dataset-format.md in https://github.com/MIC-DKFZ/nnUNet.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.cases import Case, CaseFacts, patient_key
from dsanet.cases.case import BV_AND_MAT, VESSEL
from dsanet.cases.record import from_record
from dsanet.errors import CaseError
from dsanet.labels import BACKGROUND, CLASSES
from dsanet.prepare.field import exposure_field, without_edge
from dsanet.prepare.rewindow import seen_in_window
from dsatrain.data.channels import ENDINGS, read_channel
from dsatrain.data.sources import (
    SourceRun,
    Terms,
    checked_labels,
    files_in,
    read_labels,
    refused,
)

SOURCE = "nnU-Net"
DESCRIPTION = "dataset.json"
CASES = "dsanet_cases.json"
MINIP = "MinIP"
PARTS = {"train": "Tr", "test": "Ts"}
CLASS_OF_NAME = {
    name.casefold(): entry.value for entry in CLASSES for name in (entry.name, entry.title)
}


@dataclass(frozen=True)
class _Layout:
    """What dataset.json says, and what a sidecar adds.

    Attributes:
        source: The data set's folder.
        ending: What file names end in.
        channels: The numbers of the channels that are frames.
        kind: The kind of the labels.
        values: From stored label values to those of the kind.
        cases: By case: `case` as in case.json, `times_s` of the channels.
    """

    source: Path
    ending: str
    channels: tuple[int, ...]
    kind: str
    values: dict[int, int]
    cases: dict[str, Any]


def find_runs(source: Path) -> list[SourceRun]:
    """Find the labelled cases of an nnU-Net v2 raw data set.

    Args:
        source: The folder that holds `dataset.json`.

    Raises:
        CaseError: It has another layout, or labels that cannot be mapped.
    """
    layout = _layout(source)
    runs = [run for split in PARTS for run in _in_part(layout, split)]
    if not runs:
        msg = f"{source} holds no labelsTr/*{layout.ending}; check file_ending in {DESCRIPTION}"
        raise CaseError(msg)
    return runs


def _layout(source: Path) -> _Layout:
    described = _read_json(source / DESCRIPTION)
    names, labels = described.get("channel_names"), described.get("labels")
    ending = described.get("file_ending")
    if not isinstance(names, dict) or not isinstance(labels, dict) or ending not in ENDINGS:
        msg = (
            f"{source / DESCRIPTION} must state channel_names, labels and a file_ending of"
            f" {', '.join(ENDINGS)} (nnU-Net v2)"
        )
        raise CaseError(msg)
    channels = _frame_channels(names)
    if not channels:
        msg = f"{source / DESCRIPTION} states no channel; expected channel_names from 0"
        raise CaseError(msg)
    kind, values = label_mapping(labels)
    sidecar = source / CASES
    cases = _read_json(sidecar) if sidecar.exists() else {}
    return _Layout(source, ending, channels, kind, values, cases)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        msg = f"{path} cannot be read: {error}; choose the folder of a raw nnU-Net v2 data set"
        raise CaseError(msg) from error
    if not isinstance(content, dict):
        msg = f"{path} is no JSON object"
        raise CaseError(msg)
    return content


def _frame_channels(names: dict[str, Any]) -> tuple[int, ...]:
    numbers = sorted(int(number) for number in names if number.isdecimal())
    frames = [n for n in numbers if MINIP.casefold() not in str(names[str(n)]).casefold()]
    return tuple(frames or numbers[:1])


def label_mapping(labels: dict[str, Any]) -> tuple[str, dict[int, int]]:
    """Tell what the labels of a dataset.json are.

    Args:
        labels: Value by class name.

    Returns:
        The kind of label, and from stored values to those of the kind.

    Raises:
        CaseError: They are neither BV and MAT nor one vessel class.

    >>> label_mapping({"background": 0, "MAT": 1, "BV": 2})
    ('BV and MAT', {0: 0, 1: 2, 2: 1})
    """
    named = {name.casefold(): value for name, value in labels.items()}
    known = {name: CLASS_OF_NAME[name] for name in named if name in CLASS_OF_NAME}
    whole = all(isinstance(value, int) for value in named.values())
    if whole and named.pop("background", None) == BACKGROUND:
        values = {BACKGROUND: BACKGROUND}
        if len(set(known.values())) == len(named) == len(CLASSES):
            return BV_AND_MAT, values | {named[name]: value for name, value in known.items()}
        if len(named) == 1 and not known:
            return VESSEL, values | dict.fromkeys(named.values(), 1)
    msg = (
        f"labels are {labels}, expected background 0 with BV and MAT, or with one class of all"
        f" vessels; mend {DESCRIPTION}"
    )
    raise CaseError(msg)


def _in_part(layout: _Layout, split: str) -> list[SourceRun]:
    part, end = PARTS[split], layout.ending
    labels = files_in(layout.source / f"labels{part}", layout.source, (end,))
    drawn = {path.name[: -len(end)]: path for path in labels}
    images = layout.source / f"images{part}"
    shown = {path.name[: -len(end)][:-5] for path in files_in(images, layout.source, (end,))}
    if split == "test" and not drawn:
        return []
    return [_run(layout, split, case, drawn.get(case)) for case in sorted({*drawn, *shown})]


def _run(layout: _Layout, split: str, case: str, label: Path | None) -> SourceRun:
    part = PARTS[split]
    if label is None:
        return refused(case, f"{case} has no labels{part}/{case}{layout.ending}")
    images = [
        layout.source / f"images{part}" / f"{case}_{channel:04d}{layout.ending}"
        for channel in layout.channels
    ]
    missing = [path.name for path in images if not path.is_file()]
    if missing:
        return refused(case, f"{case} has no images{part}/{missing[0]}")

    def load(terms: Terms) -> Case:
        frames = _stacked(images)
        stored = read_labels(label, terms.orientation)
        drawn = checked_labels(stored, frames.shape[1:], layout.values, label.name)
        if case in layout.cases:
            field = _read_field(layout, part, case, frames.shape[1:])
            return _own_case(layout.cases[case], frames, field, drawn, split)
        field = without_edge(exposure_field(frames))
        facts = CaseFacts(
            SOURCE,
            patient_key(terms.salt, f"{SOURCE}:{_patient(case, terms)}"),
            hashlib.sha256(f"{frames.shape}".encode() + frames.tobytes()).hexdigest(),
            label_kind=layout.kind,
            status="accepted",
            split=split,
        )
        return _case(frames, np.arange(len(frames), dtype=np.float64), field, drawn, facts)

    return SourceRun(case, load)


def _stacked(paths: list[Path]) -> NDArray[np.float32]:
    channels = [read_channel(path) for path in paths]
    for path, channel in zip(paths, channels, strict=True):
        if channel.shape != channels[0].shape:
            sizes = f"{channel.shape}, {paths[0].name} has {channels[0].shape}"
            msg = f"{path.name} has the size {sizes}; all channels of a case have one size"
            raise CaseError(msg)
    return np.stack(channels)


def _patient(case: str, terms: Terms) -> str:
    """Who the patient is, by the user's rule; else each case is a patient of its own."""
    if terms.patient is None:
        return case
    match = terms.patient.search(case)
    if match is None:
        msg = f"--patient {terms.patient.pattern!r} finds no patient in {case}"
        raise CaseError(msg)
    return match[1] if match.groups() else match[0]


def _read_field(layout: _Layout, part: str, case: str, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    path = layout.source / f"fields{part}" / f"{case}{layout.ending}"
    field = read_channel(path) > 0
    if field.shape != shape:
        msg = f"fields{part}/{path.name} has the size {field.shape}, the images {shape}"
        raise CaseError(msg)
    return field


def _own_case(
    known: Any, frames: NDArray[np.float32], field: NDArray[np.bool_], drawn: Any, split: str
) -> Case:
    """A case that `dsatrain export nnunet` wrote; frames that it repeated are dropped again."""
    try:
        facts = from_record(known["case"]).facts
        times = np.array(known["times_s"], np.float64)
        kept = np.diff(times, prepend=-1.0) > 0
        return _case(frames[kept], times[kept], field, drawn, replace(facts, split=split))
    except (KeyError, TypeError, ValueError, IndexError) as error:
        msg = f"{CASES} does not fit the images ({type(error).__name__}); export them again"
        raise CaseError(msg) from error


def _case(
    frames: NDArray[np.float32],
    times: NDArray[np.float64],
    field: NDArray[np.bool_],
    labels: NDArray[np.uint8],
    facts: CaseFacts,
) -> Case:
    window = (0, len(frames) - 1)
    _, center, _ = seen_in_window(frames, field, window)
    shown = np.where(field, frames, np.float32(center))
    return Case(shown.astype(np.float32), times, field, window, labels, facts)
