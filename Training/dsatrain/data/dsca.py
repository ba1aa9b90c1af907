"""DSCA: 8 arterial frames as multi-frame DICOM, BV and MAT on the MinIP as 2-D NIfTI.

Layout: `imagesTr/pro_CASE.dcm` with `labelsTr/fu_CASE.nii.gz`, and the same in `imagesTs` and
`labelsTs`; CASE is the patient's code, the view and a number, joined by underscores. Label values
are those of `dsanet.labels`.

Source: "DSCA: A Digital Subtraction Angiography Sequence Dataset", IEEE TMI 2025, and
https://zenodo.org/records/11255024.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from dsanet.cases import Case, CaseFacts, make_case, patient_key
from dsanet.cases.case import BV_AND_MAT
from dsanet.errors import CaseError
from dsanet.io import read_run
from dsatrain.data.sources import (
    SourceRun,
    Terms,
    checked_labels,
    files_in,
    own_values,
    prepare_arterial,
    read_labels,
    refused,
)

SOURCE = "DSCA"
FOLDERS = (("train", "imagesTr", "labelsTr"), ("test", "imagesTs", "labelsTs"))
RUN_SUFFIXES = (".dcm",)
LABEL_SUFFIXES = (".nii.gz", ".nii")
_NAME = re.compile(r"(?:pro_|fu_)?(.+?)(?:\.dcm|\.nii|\.nii\.gz)", re.IGNORECASE)


def find_runs(source: Path) -> list[SourceRun]:
    """Find the runs of a DSCA folder and their labels.

    Args:
        source: The folder that holds `imagesTr`.

    Raises:
        CaseError: It has another layout.
    """
    runs = []
    for split, images, labels in FOLDERS:
        runs += _pairs(source, source / images, source / labels, split)
    if not runs:
        msg = f"{source} holds no imagesTr/*.dcm and labelsTr/*.nii.gz; choose the DSCA folder"
        raise CaseError(msg)
    return runs


def _pairs(source: Path, images: Path, labels: Path, split: str) -> list[SourceRun]:
    runs = _by_case(files_in(images, source, RUN_SUFFIXES))
    drawn = _by_case(files_in(labels, source, LABEL_SUFFIXES))
    found = []
    for case in sorted({*runs, *drawn}):
        mine, theirs = runs.get(case, []), drawn.get(case, [])
        if len(mine) == 1 and len(theirs) == 1:
            found.append(_run(case, mine[0], theirs[0], split))
            continue
        names = ", ".join(path.name for path in (*mine, *theirs))
        reason = (
            f"{case} has {len(mine)} runs and {len(theirs)} labels ({names}), expected one each"
        )
        found.append(refused(case, reason))
    return found


def _by_case(paths: Iterable[Path]) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in paths:
        match = _NAME.fullmatch(path.name)
        if match:
            found.setdefault(match[1], []).append(path)
    return found


def _run(case: str, image: Path, label: Path, split: str) -> SourceRun:
    def load(terms: Terms) -> Case:
        run = read_run(image)
        prepared = prepare_arterial(run)
        stored = read_labels(label, terms.orientation)
        drawn = checked_labels(stored, prepared.minip.shape, own_values(BV_AND_MAT), label.name)
        patient = f"{SOURCE}:{case.split('_', maxsplit=1)[0]}"
        facts = CaseFacts(
            SOURCE,
            patient_key(terms.salt, patient),
            run.pixel_hash,
            status="accepted",
            split=split,
        )
        return make_case(run, prepared, drawn, facts)

    return SourceRun(image.name, load)
