"""DIAS: arterial frames as grey PNG, one image of all arteries a run.

Layout: `training`, `validation` and `test`, each with `images/image_s<run>_i<frame>.png` and
`labels/label_s<run>.png` of 0 and 255. Arteries are not told apart, so the cases are of the kind
`vessel`. Neither times nor patients are stated: each run counts as a patient of its own. Runs
without labels and scribbles are passed over.

Source: Liu et al., Medical Image Analysis 97 (2024), https://github.com/lseventeen/DIAS.
"""

import re
from pathlib import Path

from dsanet.cases import Case, CaseFacts, make_case, patient_key
from dsanet.cases.case import VESSEL
from dsanet.errors import CaseError
from dsanet.io import Limits
from dsanet.io.boundary import named_errors
from dsanet.io.images import read_images
from dsatrain.data.sources import (
    SourceRun,
    Terms,
    checked_labels,
    files_in,
    prepare_arterial,
    read_labels,
    refused,
)

SOURCE = "DIAS"
FOLDERS = {"training": "train", "validation": "train", "test": "test"}
VALUES = {0: 0, 255: 1}
_FRAME = re.compile(r"image_s(\d+)_i(\d+)\.png", re.IGNORECASE)
_LABEL = re.compile(r"label_s(\d+)\.png", re.IGNORECASE)


def find_runs(source: Path) -> list[SourceRun]:
    """Find the runs of a DIAS folder and their labels.

    Args:
        source: The folder that holds `training`.

    Raises:
        CaseError: It has another layout.
    """
    runs = [run for name in FOLDERS for run in _in_part(source, source / name)]
    if not runs:
        msg = f"{source} holds no training/images/image_s0_i0.png; choose the DIAS folder"
        raise CaseError(msg)
    return runs


def _in_part(source: Path, part: Path) -> list[SourceRun]:
    frames: dict[int, dict[int, Path]] = {}
    for path in files_in(part / "images", source, (".png",)):
        if match := _FRAME.fullmatch(path.name):
            frames.setdefault(int(match[1]), {})[int(match[2])] = path
    labels = {
        int(match[1]): path
        for path in files_in(part / "labels", source, (".png",))
        if (match := _LABEL.fullmatch(path.name))
    }
    return [
        _run(part.name, number, frames.get(number, {}), labels.get(number))
        for number in sorted({*frames, *labels})
    ]


def _run(part: str, number: int, frames: dict[int, Path], label: Path | None) -> SourceRun:
    name = f"{part} s{number}"
    if label is None:
        return refused(name, f"{name} has no labels, expected labels/label_s{number}.png")
    if sorted(frames) != list(range(len(frames))) or not frames:
        found = ", ".join(map(str, sorted(frames))) or "none"
        return refused(name, f"{name} has the frames {found}, expected 0, 1, 2 and so on")
    paths = tuple(frames[frame] for frame in sorted(frames))

    def load(terms: Terms) -> Case:
        with named_errors(name):
            run = read_images(paths, name, Limits())
        prepared = prepare_arterial(run)
        stored = read_labels(label, terms.orientation)
        drawn = checked_labels(stored, prepared.minip.shape, VALUES, label.name)
        facts = CaseFacts(
            SOURCE,
            patient_key(terms.salt, f"{SOURCE}:{number}"),
            run.pixel_hash,
            label_kind=VESSEL,
            status="accepted",
            split=FOLDERS[part],
        )
        return make_case(run, prepared, drawn, facts)

    return SourceRun(name, load)
